using Microsoft.Data.Sqlite;

namespace TraceGap.Storage;

/// <summary>
/// Which cells there are. What happened in a minute counts in the cell of the minute and, once its hour is merged, in that of the hour too; minutes that are long ago have no cells of their
/// own any more. Hours are merged in order, and within an hour by key.
/// <code>
///          FirstMinute          MergedHour, MergedKey        now
/// hours    ─────────────────────────────────┤
/// minutes       ├────────────────────────────────────────────────
/// </code>
/// </summary>
/// <param name="FirstMinute">First minute that has a cell of its own; begins an hour, and lies in no later hour than <paramref name="MergedHour"/>.</param>
/// <param name="MergedHour">Hours before this one are merged.</param>
/// <param name="MergedKey">Of this hour the keys up to this one are merged.</param>
internal readonly record struct CellCoverage(long FirstMinute, long MergedHour, long MergedKey)
{
    public static CellCoverage Read(SqlSession session)
    {
        using SqliteDataReader row = session.Query("SELECT first_minute, merged_hour, merged_key FROM store WHERE id = 1");
        return row.Read() ? new CellCoverage(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)) : default;
    }

    public void Write(SqlSession session) =>
        session.Run("UPDATE store SET first_minute = $1, merged_hour = $2, merged_key = $3 WHERE id = 1", FirstMinute, MergedHour, MergedKey);

    /// <summary>Widens a window to the cells that there are.</summary>
    public (long From, long To) Widen(long from, long to) => (
        from < FirstMinute ? from - (from % CellId.MinutesPerHour) : from,
        to < FirstMinute ? (to + CellId.MinutesPerHour - 1) / CellId.MinutesPerHour * CellId.MinutesPerHour : to);

    /// <summary>The cells in which a minute of a key counts.</summary>
    public IEnumerable<CellId> CellsOf(long key, long minute)
    {
        if (minute >= FirstMinute)
        {
            yield return CellId.Of(CellSpan.Minute, key, minute);
        }

        long hour = minute / CellId.MinutesPerHour;
        if (hour < EndOfHours(key))
        {
            yield return CellId.Of(CellSpan.Hour, key, hour);
        }
    }

    /// <summary>The cells that make up a window that was widened: whole hours inside, minutes at the edges.</summary>
    public IEnumerable<CellRange> RangesOf(long key, long from, long to)
    {
        long firstHour = (from + CellId.MinutesPerHour - 1) / CellId.MinutesPerHour;
        long endHour = Math.Min(to / CellId.MinutesPerHour, EndOfHours(key));
        if (endHour <= firstHour)
        {
            yield return Range(CellSpan.Minute, from, to);
            yield break;
        }

        yield return Range(CellSpan.Minute, from, firstHour * CellId.MinutesPerHour);
        yield return Range(CellSpan.Hour, firstHour, endHour);
        yield return Range(CellSpan.Minute, endHour * CellId.MinutesPerHour, to);

        CellRange Range(CellSpan span, long first, long end) => new(CellId.Of(span, key, first), CellId.Of(span, key, end));
    }

    private long EndOfHours(long key) => MergedHour + (key <= MergedKey ? 1 : 0);
}
