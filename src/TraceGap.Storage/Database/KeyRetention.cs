using Microsoft.Data.Sqlite;

namespace TraceGap.Storage;

/// <summary>Removes keys whose rollups and traces are all gone; a round a day.</summary>
internal sealed class KeyRetention(BatchWriter writer, RetentionOptions options)
{
    // What is left of a day goes some time in the next, and days of arrival and of event time meet here.
    private const long DaysOfGrace = 2;
    private const long NanosPerDay = CellId.MinutesPerDay * CellId.NanosPerMinute;

    private readonly long _eventAge = options.MaxEventAge.Ticks * TimeSpan.NanosecondsPerTick;
    private readonly long _rollupAge = options.RollupMaxAge.Ticks * TimeSpan.NanosecondsPerTick;
    private long _day;

    /// <summary>Removes some keys.</summary>
    /// <returns>True if the round goes on.</returns>
    /// <exception cref="SqliteException">It could not be written; nothing has changed.</exception>
    public bool Step(long nowUnixNanos)
    {
        long now = nowUnixNanos - (DaysOfGrace * NanosPerDay);
        long day = now / NanosPerDay;
        if (day <= _day)
        {
            return false;
        }

        bool hasMore = false;
        writer.Change(() => hasMore = writer.Keys.Remove(Math.Max(0, now - _eventAge), Math.Max(0, now - _rollupAge)), saveCells: false);
        _day = hasMore ? _day : day;
        return hasMore;
    }
}
