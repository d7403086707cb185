using Microsoft.Data.Sqlite;

namespace TraceGap.Storage;

/// <summary>Removes rollups that are too old in event time, and minutes that only their hours stand for. Cells lie by key, so a round goes from key to key; there is about one an hour.</summary>
internal sealed class CellRetention(SqlSession session, BatchWriter writer, RetentionOptions options)
{
    private const int KeysPerStep = 256;
    private const int CellsPerStep = 1024;

    private const string NextCell = "SELECT id FROM rollup_cell WHERE id >= $1 ORDER BY id LIMIT 1";
    private const string CellsBetween = "SELECT id FROM rollup_cell WHERE id >= $1 AND id < $2 ORDER BY id LIMIT $3";

    private readonly long _maxAge = options.RollupMaxAge.Ticks * TimeSpan.NanosecondsPerTick;
    private long _firstMinute;
    private long _firstHour;
    private CellId? _next;

    /// <summary>Removes some cells.</summary>
    /// <returns>True if the round goes on.</returns>
    /// <exception cref="SqliteException">It could not be written; nothing has changed.</exception>
    public bool Step(long nowUnixNanos)
    {
        if (_next is null && !BeginRound(nowUnixNanos))
        {
            return false;
        }

        List<CellId> old = [];
        CellId? next = FindOld(_next!.Value, old);
        if (old.Count > 0)
        {
            writer.Change(() => old.ForEach(id => session.Run("DELETE FROM rollup_cell WHERE id = $1", id.Value)), saveCells: false);
            writer.Cells.Drop(old);
        }

        _next = next;
        return next is not null;
    }

    private bool BeginRound(long nowUnixNanos)
    {
        long firstHour = Math.Max(0, nowUnixNanos - _maxAge) / CellId.NanosPerMinute / CellId.MinutesPerHour;
        long firstMinute = Math.Max(firstHour * CellId.MinutesPerHour, writer.Cells.Coverage.FirstMinute);
        if (firstHour <= _firstHour && firstMinute <= _firstMinute)
        {
            return false;
        }

        (_firstHour, _firstMinute, _next) = (firstHour, firstMinute, new CellId(0));
        return true;
    }

    /// <summary>Finds old cells.</summary>
    /// <returns>Where to go on, or null at the end.</returns>
    private CellId? FindOld(CellId next, List<CellId> old)
    {
        for (int keys = 0; keys < KeysPerStep && old.Count < CellsPerStep; keys++)
        {
            if (session.Number(NextCell, next.Value) is not long id)
            {
                return null;
            }

            CellId first = new(id);
            long firstKept = first.Span == CellSpan.Minute ? _firstMinute : _firstHour * CellId.MinutesPerHour;
            CellId end = CellId.Of(first.Span, first.Key, firstKept / CellId.MinutesOf(first.Span));
            using SqliteDataReader rows = session.Query(CellsBetween, id, end.Value, CellsPerStep);
            int before = old.Count;
            while (rows.Read())
            {
                old.Add(new CellId(rows.GetInt64(0)));
            }

            next = old.Count - before == CellsPerStep ? first : CellId.Of(first.Span, first.Key + 1, 0);
        }

        return next;
    }
}
