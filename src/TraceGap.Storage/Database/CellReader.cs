using Microsoft.Data.Sqlite;
using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>Answers questions about rollups, from the database and from what is in memory alone; what cannot be read is reported and left out.</summary>
internal sealed class CellReader(string path, StoredCells memory, DamageLog damages)
{
    private const string ReadCells = "SELECT id, examples, cell FROM rollup_cell WHERE id >= $1 AND id < $2 ORDER BY id";

    public RollupWindow Read(SqlSession session, CellQuery query)
    {
        Selection selection = memory.Read(session, cells => Select(session, query, cells));
        SortedDictionary<RollupKey, RollupCell> sums = [];
        Dictionary<long, TraceId> examples = [];
        bool overflow = false;
        foreach (SelectedKey key in selection.Keys)
        {
            StoredCell sum = Sum(session, key.Cells);
            overflow |= key.Key == RollupKey.Other && sum.Cell.Traces > 0;
            if (key.Choice != KeyChoice.Overflow && sum.Cell.Traces > 0 && !sums.TryAdd(key.Key, sum.Cell))
            {
                sums[key.Key].Merge(sum.Cell);
            }

            if (key.Choice == KeyChoice.Passes)
            {
                StoredCell.AddExamples(sum.Examples, examples);
            }
        }

        return new RollupWindow
        {
            FromMinute = selection.From,
            ToMinute = selection.To,
            Cells = [.. sums.Select(static entry => new KeyCell(entry.Key, entry.Value))],
            Overflow = overflow,
            FailureExamples = ByFailure(session, examples),
        };
    }

    /// <summary>Traces that came out of time on the day of an arrival.</summary>
    public long CountOutOfTime(SqlSession session, long arrivalUnixNanos)
    {
        CellId day = CellId.OfOutOfTime(arrivalUnixNanos);
        SelectedCells selected = memory.Read(session, cells =>
        {
            SelectedCells chosen = new([new CellRange(day, new CellId(day.Value + 1))]);
            chosen.TakeFrom(cells);
            return chosen;
        });
        return Sum(session, selected).Cell.Traces;
    }

    private static Selection Select(SqlSession session, CellQuery query, IEnumerable<StoredCell> unsaved)
    {
        CellCoverage coverage = CellCoverage.Read(session);
        (long from, long to) = coverage.Widen(Math.Clamp(query.FromMinute, 0, uint.MaxValue), Math.Clamp(query.ToMinute, 0, uint.MaxValue));
        Dictionary<long, SelectedKey> keys = StoredKeys.SelectWithRootless(session, query).ToDictionary(
            static key => key.Id, key => new SelectedKey(key.Key, key.Choice, new SelectedCells([.. coverage.RangesOf(key.Id, from, to)])));
        foreach (IGrouping<long, StoredCell> cells in unsaved.GroupBy(static cell => cell.Id.Key))
        {
            if (keys.TryGetValue(cells.Key, out SelectedKey? key))
            {
                key.Cells.TakeFrom(cells);
            }
        }

        return new Selection(from, to, [.. keys.Values]);
    }

    private StoredCell Sum(SqlSession session, SelectedCells selected)
    {
        while (true)
        {
            StoredCell sum = selected.NewSum();
            if (selected.Ranges.All(range => TryAdd(session, range, selected.PassedOver, sum)))
            {
                return sum;
            }
        }
    }

    // A cell that breaks off halfway has already been added in part, so the sum starts again without it.
    private bool TryAdd(SqlSession session, CellRange range, HashSet<CellId> passedOver, StoredCell sum)
    {
        using SqliteDataReader rows = session.Query(ReadCells, range.First.Value, range.End.Value);
        while (rows.Read())
        {
            CellId id = new(rows.GetInt64(0));
            CodecError error = passedOver.Contains(id) ? CodecError.None : sum.DecodeInto(rows.GetFieldValue<byte[]>(1), rows.GetFieldValue<byte[]>(2));
            if (error != CodecError.None)
            {
                damages.Add(new StoreDamage(path, id.Value, $"the rollup of {id} cannot be read: {error}"));
                passedOver.Add(id);
                return false;
            }
        }

        return true;
    }

    private static Dictionary<FailureKey, TraceId> ByFailure(SqlSession session, Dictionary<long, TraceId> examples)
    {
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

    private sealed record Selection(long From, long To, IReadOnlyList<SelectedKey> Keys);

    private sealed record SelectedKey(RollupKey Key, KeyChoice Choice, SelectedCells Cells);

    /// <summary>The cells that make up an answer, and a copy of those that the database has another state of.</summary>
    private sealed class SelectedCells(CellRange[] ranges)
    {
        private readonly StoredCell _unsaved = new(default);

        public CellRange[] Ranges => ranges;

        /// <summary>Cells that are not to be read.</summary>
        public HashSet<CellId> PassedOver { get; } = [];

        public void TakeFrom(IEnumerable<StoredCell> cells)
        {
            foreach (StoredCell cell in cells)
            {
                if (Array.Exists(ranges, range => range.Has(cell.Id)))
                {
                    PassedOver.Add(cell.Id);
                    _unsaved.Add(cell);
                }
            }
        }

        /// <summary>What the database adds to.</summary>
        public StoredCell NewSum()
        {
            StoredCell sum = new(default);
            sum.Add(_unsaved);
            return sum;
        }
    }
}
