using Microsoft.Data.Sqlite;

namespace TraceGap.Storage;

/// <summary>
/// Merges minutes into hours once these are over, key by key, so that a report over a day reads hours; and gives minutes up once they are long ago. What comes later for such a time is
/// booked in the hour, and in the minute if it is still there.
/// </summary>
internal sealed class HourMerger(SqlSession session, BatchWriter writer, string path, DamageLog damages)
{
    /// <summary>Hours for which minutes are kept: two days, and one so that a window of two days that ends now has its minutes at both edges.</summary>
    private const long HoursInMinutes = 49;

    private const long NanosPerHour = CellId.MinutesPerHour * CellId.NanosPerMinute;

    /// <summary>Time for the last traces of an hour, since those that come later are booked twice.</summary>
    private const long Patience = 5 * CellId.NanosPerMinute;

    private const int MinutesPerStep = 128;
    private const int KeysPerStep = 512;

    private const string NextMinute = "SELECT id FROM rollup_cell WHERE id >= $1 AND id < $2 ORDER BY id LIMIT 1";
    private const string MinutesOfHour = "SELECT id, examples, cell FROM rollup_cell WHERE id >= $1 AND id < $2 ORDER BY id";

    private static readonly long EndOfMinutes = CellId.Of(CellSpan.Hour, 0, 0).Value;

    /// <summary>Merges some minutes, or gives some up.</summary>
    /// <returns>True if there is more to do.</returns>
    /// <exception cref="SqliteException">It could not be written; nothing has changed.</exception>
    public bool Step(long nowUnixNanos)
    {
        CellCoverage coverage = writer.Cells.Coverage;
        long over = Math.Max(0, nowUnixNanos - Patience) / NanosPerHour;
        long firstMinute = Math.Min(coverage.MergedHour, (nowUnixNanos / NanosPerHour) - HoursInMinutes) * CellId.MinutesPerHour;
        if (coverage.MergedHour < over)
        {
            Change(() => Merge(coverage, over));
            return true;
        }

        if (coverage.FirstMinute < firstMinute)
        {
            Change(() => coverage with { FirstMinute = firstMinute });
        }

        return false;
    }

    // What is booked next goes by the new coverage; what is not saved then would be booked by it after a crash.
    private void Change(Func<CellCoverage> change)
    {
        CellCoverage changed = default;
        writer.Change(
            () =>
            {
                changed = change();
                changed.Write(session);
            },
            saveCells: true);
        writer.Cells.Coverage = changed;
    }

    private CellCoverage Merge(CellCoverage coverage, long over)
    {
        long hour = coverage.MergedHour;
        if (coverage.MergedKey == 0 && hour + 1 < over)
        {
            // After a pause, or at the very first: what lies in between has nothing in it.
            hour = Math.Min(FirstHourFrom(hour), over);
            coverage = coverage with { MergedHour = hour };
            if (hour == over)
            {
                return coverage;
            }
        }

        long? mergedKey = MergeKeys(hour, coverage.MergedKey);
        return mergedKey is long key ? coverage with { MergedKey = key } : coverage with { MergedHour = hour + 1, MergedKey = 0 };
    }

    /// <summary>The first hour from one on that has minutes of any key.</summary>
    private long FirstHourFrom(long hour)
    {
        long first = long.MaxValue;
        CellId next = CellId.Of(CellSpan.Minute, 0, 0);
        while (session.Number(NextMinute, next.Value, EndOfMinutes) is long id)
        {
            CellId found = new(id);
            if (found.FirstMinute >= hour * CellId.MinutesPerHour)
            {
                first = Math.Min(first, found.FirstMinute / CellId.MinutesPerHour);
                next = CellId.Of(CellSpan.Minute, found.Key + 1, 0);
            }
            else
            {
                next = CellId.Of(CellSpan.Minute, found.Key, hour * CellId.MinutesPerHour);
            }
        }

        return first;
    }

    /// <summary>Merges an hour of the keys behind one.</summary>
    /// <returns>The last key that is merged; null if all are.</returns>
    private long? MergeKeys(long hour, long key)
    {
        long firstMinute = hour * CellId.MinutesPerHour;
        CellId next = CellId.Of(CellSpan.Minute, key + 1, firstMinute);
        for ((int keys, int minutes) = (0, 0); keys < KeysPerStep && minutes < MinutesPerStep; keys++)
        {
            if (session.Number(NextMinute, next.Value, EndOfMinutes) is not long id)
            {
                return null;
            }

            CellId found = new(id);
            if (found.FirstMinute < firstMinute)
            {
                next = CellId.Of(CellSpan.Minute, found.Key, firstMinute);
                continue;
            }

            if (found.FirstMinute < firstMinute + CellId.MinutesPerHour)
            {
                minutes += MergeHour(found.Key, hour);
            }

            next = CellId.Of(CellSpan.Minute, found.Key + 1, firstMinute);
        }

        return next.Key - 1;
    }

    /// <summary>Sums an hour of a key up and writes it.</summary>
    /// <returns>Its minutes.</returns>
    private int MergeHour(long key, long hour)
    {
        StoredCell sum = writer.Cells.New(CellId.Of(CellSpan.Hour, key, hour));
        int minutes = 0;
        bool isWhole = true;
        using SqliteDataReader rows = session.Query(
            MinutesOfHour, CellId.Of(CellSpan.Minute, key, sum.Id.FirstMinute).Value, CellId.Of(CellSpan.Minute, key, sum.Id.EndMinute).Value);
        for (; rows.Read(); minutes++)
        {
            StoredCell minute = writer.Cells.New(new CellId(rows.GetInt64(0)));
            CodecError error = minute.DecodeInto(rows.GetFieldValue<byte[]>(1), rows.GetFieldValue<byte[]>(2));
            if (error == CodecError.None)
            {
                sum.Add(minute);
            }
            else
            {
                damages.Add(new StoreDamage(path, minute.Id.Value, $"the rollup of {minute.Id} cannot be read: {error}"));
                isWhole = false;
            }
        }

        writer.Cells.Write(isWhole || !writer.Cells.HasAllTraces(sum.Id) ? sum : writer.Cells.SumUp(sum.Id));
        return minutes;
    }
}
