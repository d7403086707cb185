using Microsoft.Data.Sqlite;
using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>Answers questions about rollups, from the database and from what is in memory alone; what cannot be read is reported and left out.</summary>
internal sealed class CellReader(string path, MinuteCells memory, DamageLog damages)
{
    private const string ReadMinutes = "SELECT id, cell FROM minute_cell WHERE id >= $1 AND id < $2 ORDER BY id";

    public List<KeyCell> Cells(SqlSession session, CellQuery query)
    {
        (List<(long Id, RollupKey Key)> keys, Dictionary<long, UnsavedCells> unsaved) = memory.Read(session, cells =>
        {
            List<(long Id, RollupKey Key)> chosen = StoredKeys.SelectWithRootless(session, query);
            return (chosen, Unsaved(cells, chosen, query));
        });
        SortedDictionary<RollupKey, RollupCell> answer = [];
        foreach ((long id, RollupKey key) in keys)
        {
            RollupCell cell = Merge(session, id, query, unsaved.GetValueOrDefault(id));
            if (cell.Traces > 0 && !answer.TryAdd(key, cell))
            {
                answer[key].Merge(cell);
            }
        }

        return [.. answer.Select(static entry => new KeyCell(entry.Key, entry.Value))];
    }

    public Dictionary<FailureKey, TraceId> SmallestFailures(SqlSession session, CellQuery query)
    {
        (List<(long Id, RollupKey Key)> keys, Dictionary<long, UnsavedCells> unsaved) = memory.Read(session, cells =>
        {
            List<(long Id, RollupKey Key)> chosen = StoredKeys.Select(session, query.Workflow, query.Environment, query.Version, query.Service);
            return (chosen, Unsaved(cells, chosen, query));
        });
        Dictionary<long, TraceId> examples = [];
        foreach ((long id, _) in keys)
        {
            ReadExamples(session, id, query, unsaved.GetValueOrDefault(id), examples);
        }

        Dictionary<FailureKey, TraceId> answer = [];
        foreach ((long number, TraceId traceId) in examples)
        {
            if (StoredKeys.ReadFailure(session, number) is FailureKey failure
                && (!answer.TryGetValue(failure, out TraceId smallest) || traceId.CompareTo(smallest) < 0))
            {
                answer[failure] = traceId;
            }
        }

        return answer;
    }

    private static Dictionary<long, UnsavedCells> Unsaved(IEnumerable<MinuteCell> cells, List<(long Id, RollupKey Key)> keys, CellQuery query)
    {
        HashSet<long> chosen = [.. keys.Select(static key => key.Id)];
        Dictionary<long, UnsavedCells> unsaved = [];
        foreach (MinuteCell cell in cells)
        {
            if (chosen.Contains(cell.Key) && cell.Minute >= query.FromMinute && cell.Minute < query.ToMinute)
            {
                if (!unsaved.TryGetValue(cell.Key, out UnsavedCells? sum))
                {
                    sum = new UnsavedCells();
                    unsaved.Add(cell.Key, sum);
                }

                sum.Add(cell);
            }
        }

        return unsaved;
    }

    private RollupCell Merge(SqlSession session, long key, CellQuery query, UnsavedCells? unsaved)
    {
        HashSet<long> passedOver = unsaved is null ? [] : [.. unsaved.Ids];
        while (true)
        {
            RollupCell cell = new();
            if (TryMerge(session, key, query, cell, passedOver))
            {
                if (unsaved is not null)
                {
                    cell.Merge(unsaved.Sum);
                }

                return cell;
            }
        }
    }

    // A minute that breaks off halfway has already been added in part, so the sum starts again without it.
    private bool TryMerge(SqlSession session, long key, CellQuery query, RollupCell cell, HashSet<long> passedOver)
    {
        using SqliteDataReader rows = session.Query(ReadMinutes, FirstOf(key, query), EndOf(key, query));
        while (rows.Read())
        {
            long id = rows.GetInt64(0);
            CodecError error = passedOver.Contains(id) ? CodecError.None : RollupCellCodec.DecodeInto(rows.GetFieldValue<byte[]>(1), cell);
            if (error != CodecError.None)
            {
                damages.Add(new StoreDamage(path, id, $"minute cell {id} cannot be read: {error}"));
                passedOver.Add(id);
                return false;
            }
        }

        return true;
    }

    private void ReadExamples(SqlSession session, long key, CellQuery query, UnsavedCells? unsaved, Dictionary<long, TraceId> examples)
    {
        unsaved?.AddExamplesTo(examples);
        using SqliteDataReader rows = session.Query(
            "SELECT id, examples FROM minute_cell WHERE id >= $1 AND id < $2", FirstOf(key, query), EndOf(key, query));
        while (rows.Read())
        {
            long id = rows.GetInt64(0);
            CodecError error = unsaved?.Ids.Contains(id) == true ? CodecError.None : MinuteCell.DecodeExamples(rows.GetFieldValue<byte[]>(1), examples);
            if (error != CodecError.None)
            {
                damages.Add(new StoreDamage(path, id, $"the examples of minute cell {id} cannot be read: {error}"));
            }
        }
    }

    private static long FirstOf(long key, CellQuery query) => MinuteCell.IdOf(key, Math.Clamp(query.FromMinute, 0, uint.MaxValue));

    private static long EndOf(long key, CellQuery query) => MinuteCell.IdOf(key, Math.Clamp(query.ToMinute, 0, uint.MaxValue));
}
