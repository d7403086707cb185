using Microsoft.Data.Sqlite;
using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>Answers questions about rollups, from the database and from what is in memory alone; what cannot be read is reported and left out.</summary>
internal sealed class CellReader(string path, StoredCells memory, DamageLog damages, PathBound paths)
{
    private const string ReadCells = "SELECT id, examples, cell FROM rollup_cell WHERE id >= $1 AND id < $2 ORDER BY id";

    public RollupWindow Read(SqlSession session, CellQuery query) =>
        Answer(session, memory.Read(session, cells => new Selector(session, query, cells, paths).Select(query.FromMinute, query.ToMinute)));

    /// <summary>The rollups of a window in steps of so many minutes, all of one state; steps begin at multiples of it, and of hours where minutes are no longer kept.</summary>
    /// <param name="session">Reads.</param>
    /// <param name="query">The window.</param>
    /// <param name="stepMinutes">Length of a step; the answer may have longer ones.</param>
    /// <param name="stop">Gives up.</param>
    public IReadOnlyList<RollupWindow> ReadSeries(SqlSession session, CellQuery query, long stepMinutes, CancellationToken stop)
    {
        List<Selection> steps = memory.Read(session, cells =>
        {
            Selector selector = new(session, query, cells, paths);
            long step = selector.StepFor(query.FromMinute, stepMinutes);
            List<Selection> selections = [];
            for (long from = query.FromMinute / step * step; from < query.ToMinute; from += step)
            {
                selections.Add(selector.Select(from, from + step));
            }

            return selections;
        });
        List<RollupWindow> answers = new(steps.Count);
        foreach (Selection step in steps)
        {
            stop.ThrowIfCancellationRequested();
            answers.Add(Answer(session, step));
        }

        return answers;
    }

    private RollupWindow Answer(SqlSession session, Selection selection)
    {
        SortedDictionary<RollupKey, RollupCell> sums = [];
        Dictionary<long, TraceId> examples = [];
        bool overflow = false;
        foreach (SelectedKey key in selection.Keys)
        {
            StoredSum sum = Sum(session, key.Cells);
            RollupCell cell = sum.Window.Finish();
            overflow |= key.Key == RollupKey.Other && cell.Traces > 0;
            if (key.Choice != KeyChoice.Overflow && cell.Traces > 0 && !sums.TryAdd(key.Key, cell))
            {
                sums[key.Key].Merge(cell);
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
            SelectedCells chosen = new([new CellRange(day, new CellId(day.Value + 1))], paths);
            chosen.TakeFrom(cells);
            return chosen;
        });
        return Sum(session, selected).Window.Finish().Traces;
    }

    private StoredSum Sum(SqlSession session, SelectedCells selected)
    {
        while (true)
        {
            StoredSum sum = selected.NewSum();
            if (selected.Ranges.All(range => TryAdd(session, range, selected.PassedOver, sum)))
            {
                return sum;
            }
        }
    }

    // A cell that breaks off halfway has already been added in part, so the sum starts again without it.
    private bool TryAdd(SqlSession session, CellRange range, HashSet<CellId> passedOver, StoredSum sum)
    {
        using SqliteDataReader rows = session.Query(ReadCells, range.First.Value, range.End.Value);
        while (rows.Read())
        {
            CellId id = new(rows.GetInt64(0));
            CodecError error = passedOver.Contains(id) ? CodecError.None : sum.DecodeInto(id, rows.GetFieldValue<byte[]>(1), rows.GetFieldValue<byte[]>(2));
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

    /// <summary>Chooses the cells that make up windows. Used while no cell can change.</summary>
    private sealed class Selector(SqlSession session, CellQuery query, IEnumerable<StoredCell> unsaved, PathBound paths)
    {
        private readonly CellCoverage _coverage = CellCoverage.Read(session);
        private readonly List<(long Id, RollupKey Key, KeyChoice Choice)> _keys = StoredKeys.SelectWithRootless(session, query);
        private readonly ILookup<long, StoredCell> _unsaved = unsaved.ToLookup(static cell => cell.Id.Key);

        /// <summary>The step that a series from this minute can have.</summary>
        public long StepFor(long fromMinute, long stepMinutes) => fromMinute >= _coverage.FirstMinute
            ? stepMinutes
            : (stepMinutes + CellId.MinutesPerHour - 1) / CellId.MinutesPerHour * CellId.MinutesPerHour;

        public Selection Select(long fromMinute, long toMinute)
        {
            (long from, long to) = _coverage.Widen(Math.Clamp(fromMinute, 0, uint.MaxValue), Math.Clamp(toMinute, 0, uint.MaxValue));
            List<SelectedKey> keys = new(_keys.Count);
            foreach ((long id, RollupKey key, KeyChoice choice) in _keys)
            {
                SelectedCells cells = new([.. _coverage.RangesOf(id, from, to)], paths);
                cells.TakeFrom(_unsaved[id]);
                keys.Add(new SelectedKey(key, choice, cells));
            }

            return new Selection(from, to, keys);
        }
    }

    private sealed record Selection(long From, long To, IReadOnlyList<SelectedKey> Keys);

    private sealed record SelectedKey(RollupKey Key, KeyChoice Choice, SelectedCells Cells);

    /// <summary>The cells that make up an answer, and a copy of those that the database has another state of.</summary>
    private sealed class SelectedCells(CellRange[] ranges, PathBound paths)
    {
        private readonly StoredSum _unsaved = new(paths);

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
        public StoredSum NewSum()
        {
            StoredSum sum = new(paths);
            sum.Add(_unsaved);
            return sum;
        }
    }
}
