using Microsoft.Data.Sqlite;
using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>Answers questions about rollups; what cannot be read is reported and left out.</summary>
internal sealed class CellReader(string path, DamageLog damages)
{
    private const string ReadMinutes = "SELECT id, cell FROM minute_cell WHERE id >= $1 AND id < $2 ORDER BY id";

    public List<KeyCell> Cells(SqlSession session, CellQuery query)
    {
        SortedDictionary<RollupKey, RollupCell> cells = [];
        foreach ((long id, RollupKey key) in StoredKeys.SelectWithRootless(session, query))
        {
            RollupCell cell = Merge(session, id, query);
            if (cell.Traces > 0 && !cells.TryAdd(key, cell))
            {
                cells[key].Merge(cell);
            }
        }

        return [.. cells.Select(static entry => new KeyCell(entry.Key, entry.Value))];
    }

    public Dictionary<FailureKey, TraceId> SmallestFailures(SqlSession session, CellQuery query)
    {
        Dictionary<long, TraceId> examples = [];
        foreach ((long id, _) in StoredKeys.Select(session, query.Workflow, query.Environment, query.Version, query.Service))
        {
            ReadExamples(session, id, query, examples);
        }

        Dictionary<FailureKey, TraceId> answer = [];
        foreach ((long number, TraceId traceId) in examples)
        {
            byte[]? blob = session.Blob("SELECT failure FROM failure_key WHERE id = $1", number);
            if (blob is not null
                && KeyCodec.TryDecode(blob, out FailureKey failure) == CodecError.None
                && (!answer.TryGetValue(failure, out TraceId smallest) || traceId.CompareTo(smallest) < 0))
            {
                answer[failure] = traceId;
            }
        }

        return answer;
    }

    private RollupCell Merge(SqlSession session, long key, CellQuery query)
    {
        HashSet<long> unreadable = [];
        while (true)
        {
            RollupCell cell = new();
            if (TryMerge(session, key, query, cell, unreadable))
            {
                return cell;
            }
        }
    }

    // A minute that breaks off halfway has already been added in part, so the sum starts again without it.
    private bool TryMerge(SqlSession session, long key, CellQuery query, RollupCell cell, HashSet<long> unreadable)
    {
        using SqliteDataReader rows = session.Query(ReadMinutes, FirstOf(key, query), EndOf(key, query));
        while (rows.Read())
        {
            long id = rows.GetInt64(0);
            CodecError error = unreadable.Contains(id) ? CodecError.None : RollupCellCodec.DecodeInto(rows.GetFieldValue<byte[]>(1), cell);
            if (error != CodecError.None)
            {
                damages.Add(new StoreDamage(path, id, $"minute cell {id} cannot be read: {error}"));
                unreadable.Add(id);
                return false;
            }
        }

        return true;
    }

    private void ReadExamples(SqlSession session, long key, CellQuery query, Dictionary<long, TraceId> examples)
    {
        using SqliteDataReader rows = session.Query(
            "SELECT id, examples FROM minute_cell WHERE id >= $1 AND id < $2", FirstOf(key, query), EndOf(key, query));
        while (rows.Read())
        {
            CodecError error = MinuteCell.DecodeExamples(rows.GetFieldValue<byte[]>(1), examples);
            if (error != CodecError.None)
            {
                damages.Add(new StoreDamage(path, rows.GetInt64(0), $"the examples of minute cell {rows.GetInt64(0)} cannot be read: {error}"));
            }
        }
    }

    private static long FirstOf(long key, CellQuery query) => MinuteCell.IdOf(key, Math.Clamp(query.FromMinute, 0, uint.MaxValue));

    private static long EndOf(long key, CellQuery query) => MinuteCell.IdOf(key, Math.Clamp(query.ToMinute, 0, uint.MaxValue));
}
