using System.Runtime.ExceptionServices;
using Microsoft.Data.Sqlite;
using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>
/// Answers questions about rollups, from the database and from what is in memory alone; what cannot be read is reported and left out. The blobs of an answer come from one session, one after the
/// other; what takes the time is to decode them, and that is done on as many threads as there are processors.
/// </summary>
internal sealed class CellReader(string path, StoredCells memory, DamageLog damages, PathBound paths)
{
    private const string ReadCells = "SELECT id, examples, cell FROM rollup_cell WHERE id >= $1 AND id < $2 ORDER BY id LIMIT $3";

    private const string CellIds = "SELECT id FROM rollup_cell WHERE id >= $1 AND id < $2 ORDER BY id";

    // Of one key: few enough that another thread is let in before long, many enough that a question for them is worth it.
    private const int CellsPerRead = 16;

    public RollupWindow Read(SqlSession session, CellQuery query)
    {
        Selection selection = memory.Read(session, (cells, changes) => NewSelector(session, query, cells, changes).Select(query.FromMinute, query.ToMinute));
        Lock reading = new();
        StoredSum[] sums = new StoredSum[selection.Keys.Count];
        InParallel(sums.Length, (key, pool) => sums[key] = Sum(session, reading, selection.Keys[key].Cells, pool), CancellationToken.None);
        return Answer(session, reading, selection, sums);
    }

    /// <summary>The keys that pass and have a cell in the window.</summary>
    public IReadOnlyList<RollupKey> ReadKeys(SqlSession session, CellQuery query)
    {
        Selection selection = memory.Read(session, (cells, changes) => NewSelector(session, query with { Parts = RollupParts.Counts }, cells, changes).Select(query.FromMinute, query.ToMinute));
        return [.. selection.Keys.Where(key => key.Choice == KeyChoice.Passes && HasCells(session, key.Cells)).Select(static key => key.Key).Distinct().Order()];
    }

    /// <summary>The rollups of a window in steps of so many minutes, all of one state; steps begin at multiples of it, and of hours where minutes are no longer kept.</summary>
    /// <param name="session">Reads.</param>
    /// <param name="query">The window.</param>
    /// <param name="stepMinutes">Length of a step; the answer may have longer ones.</param>
    /// <param name="isKnown">Tells whether a step need not be read.</param>
    /// <param name="read">Makes something of a step; called on several threads.</param>
    /// <param name="stop">Gives up.</param>
    public IReadOnlyList<T> ReadSeries<T>(SqlSession session, CellQuery query, long stepMinutes, Predicate<RollupStep> isKnown, Func<RollupWindow, T> read, CancellationToken stop)
    {
        List<Selection> steps = memory.Read(session, (cells, changes) =>
        {
            Selector selector = NewSelector(session, query, cells, changes);
            long step = selector.StepFor(query.FromMinute, stepMinutes);
            List<Selection> selections = [];
            for (long from = query.FromMinute / step * step; from < query.ToMinute; from += step)
            {
                selections.Add(selector.Select(from, from + step, isKnown));
            }

            return selections;
        });
        Lock reading = new();
        T[] answers = new T[steps.Count];
        InParallel(
            answers.Length,
            (step, pool) => answers[step] = read(Answer(session, reading, steps[step], [.. steps[step].Keys.Select(key => Sum(session, reading, key.Cells, pool))])),
            stop);
        return answers;
    }

    private Selector NewSelector(SqlSession session, CellQuery query, IEnumerable<StoredCell> unsaved, CellChanges changes) => new(session, query, unsaved, changes, damages.Version, paths);

    private static void InParallel(int count, Action<int, RecordPool> work, CancellationToken stop)
    {
        try
        {
            Parallel.For(
                0,
                count,
                new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = stop },
                static () => new RecordPool(),
                (number, _, pool) =>
                {
                    work(number, pool);
                    return pool;
                },
                static _ => { });
        }
        catch (AggregateException failure)
        {
            // As if there were one thread.
            ExceptionDispatchInfo.Throw(failure.InnerExceptions[0]);
        }
    }

    private static RollupWindow Answer(SqlSession session, Lock reading, Selection selection, StoredSum[] sumOfKey)
    {
        SortedDictionary<RollupKey, RollupCell> sums = [];
        Dictionary<long, TraceId> examples = [];
        bool overflow = false;
        foreach ((SelectedKey key, StoredSum sum) in selection.Keys.Zip(sumOfKey))
        {
            RollupCell cell = sum.Window.Cell;
            overflow |= key.Key == RollupKey.Other && cell.Traces > 0;
            if (key.Choice != KeyChoice.Overflow && cell.Traces > 0 && !sums.TryAdd(key.Key, cell))
            {
                sums[key.Key].Merge(cell);
            }

            if (key.Choice == KeyChoice.Passes && selection.Parts.HasFlag(RollupParts.Details))
            {
                StoredCell.AddExamples(sum.Examples, examples);
            }
        }

        return new RollupWindow
        {
            FromMinute = selection.From,
            ToMinute = selection.To,
            State = selection.State,
            Cells = [.. sums.Select(static entry => new KeyCell(entry.Key, entry.Value))],
            Overflow = overflow,
            FailureExamples = ByFailure(session, reading, examples),
        };
    }

    private static bool HasCells(SqlSession session, SelectedCells selected) => selected.HasUnsaved || Array.Exists(selected.Ranges, range =>
    {
        using SqliteDataReader rows = session.Query(CellIds, range.First.Value, range.End.Value);
        while (rows.Read())
        {
            if (!selected.PassedOver.Contains(new CellId(rows.GetInt64(0))))
            {
                return true;
            }
        }

        return false;
    });

    /// <summary>Traces that came out of time on the day of an arrival.</summary>
    public long CountOutOfTime(SqlSession session, long arrivalUnixNanos)
    {
        CellId day = CellId.OfOutOfTime(arrivalUnixNanos);
        SelectedCells selected = memory.Read(session, cells =>
        {
            SelectedCells chosen = new([new CellRange(day, new CellId(day.Value + 1))], paths, RollupParts.Counts);
            chosen.TakeFrom(cells);
            return chosen;
        });
        return Sum(session, new Lock(), selected, new RecordPool()).Window.Cell.Traces;
    }

    private StoredSum Sum(SqlSession session, Lock reading, SelectedCells selected, RecordPool pool)
    {
        while (true)
        {
            StoredSum sum = selected.NewSum();
            if (selected.Ranges.All(range => TryAdd(session, reading, range, selected.PassedOver, sum, pool)))
            {
                sum.Window.Finish();
                return sum;
            }
        }
    }

    // A cell that breaks off halfway has already been added in part, so the sum starts again without it.
    private bool TryAdd(SqlSession session, Lock reading, CellRange range, HashSet<CellId> passedOver, StoredSum sum, RecordPool pool)
    {
        for (long next = range.First.Value; next < range.End.Value;)
        {
            List<(CellId Id, byte[] Examples, byte[] Cell)> stored = ReadSome(session, reading, next, range.End.Value);
            foreach ((CellId id, byte[] examples, byte[] cell) in stored)
            {
                CodecError error = passedOver.Contains(id) ? CodecError.None : sum.DecodeInto(id, examples, cell, pool);
                if (error != CodecError.None)
                {
                    damages.Add(new StoreDamage(path, id.Value, $"the rollup of {id} cannot be read: {error}"));
                    passedOver.Add(id);
                    return false;
                }
            }

            next = stored.Count < CellsPerRead ? range.End.Value : stored[^1].Id.Value + 1;
        }

        return true;
    }

    private static List<(CellId Id, byte[] Examples, byte[] Cell)> ReadSome(SqlSession session, Lock reading, long first, long end)
    {
        List<(CellId, byte[], byte[])> stored = [];
        lock (reading)
        {
            using SqliteDataReader rows = session.Query(ReadCells, first, end, CellsPerRead);
            while (rows.Read())
            {
                stored.Add((new CellId(rows.GetInt64(0)), rows.GetFieldValue<byte[]>(1), rows.GetFieldValue<byte[]>(2)));
            }
        }

        return stored;
    }

    private static Dictionary<FailureKey, TraceId> ByFailure(SqlSession session, Lock reading, Dictionary<long, TraceId> examples)
    {
        Dictionary<FailureKey, TraceId> answer = [];
        if (examples.Count == 0)
        {
            return answer;
        }

        using Lock.Scope alone = reading.EnterScope();
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
    private sealed class Selector(SqlSession session, CellQuery query, IEnumerable<StoredCell> unsaved, CellChanges changes, long damages, PathBound paths)
    {
        private readonly CellCoverage _coverage = CellCoverage.Read(session);
        private readonly List<(long Id, RollupKey Key, KeyChoice Choice)> _keys = StoredKeys.SelectWithRootless(session, query);
        private readonly ILookup<long, StoredCell> _unsaved = unsaved.ToLookup(static cell => cell.Id.Key);

        /// <summary>The step that a series from this minute can have.</summary>
        public long StepFor(long fromMinute, long stepMinutes) => fromMinute >= _coverage.FirstMinute
            ? stepMinutes
            : (stepMinutes + CellId.MinutesPerHour - 1) / CellId.MinutesPerHour * CellId.MinutesPerHour;

        public Selection Select(long fromMinute, long toMinute) => Select(fromMinute, toMinute, static _ => false);

        /// <summary>Selects nothing where the state is known.</summary>
        public Selection Select(long fromMinute, long toMinute, Predicate<RollupStep> isKnown)
        {
            (long from, long to) = _coverage.Widen(Math.Clamp(fromMinute, 0, uint.MaxValue), Math.Clamp(toMinute, 0, uint.MaxValue));
            RollupState state = new(changes.Last(from, to), damages);
            if (isKnown(new RollupStep(from, to, state)))
            {
                return new Selection(from, to, state, query.Parts, []);
            }

            List<SelectedKey> keys = new(_keys.Count);
            foreach ((long id, RollupKey key, KeyChoice choice) in _keys)
            {
                SelectedCells cells = new([.. _coverage.RangesOf(id, from, to)], paths, query.Parts);
                cells.TakeFrom(_unsaved[id]);
                keys.Add(new SelectedKey(key, choice, cells));
            }

            return new Selection(from, to, state, query.Parts, keys);
        }
    }

    private sealed record Selection(long From, long To, RollupState State, RollupParts Parts, IReadOnlyList<SelectedKey> Keys);

    private sealed record SelectedKey(RollupKey Key, KeyChoice Choice, SelectedCells Cells);

    /// <summary>The cells that make up an answer, and a copy of those that the database has another state of.</summary>
    private sealed class SelectedCells(CellRange[] ranges, PathBound paths, RollupParts parts)
    {
        private readonly StoredSum _unsaved = new(paths, parts);

        public CellRange[] Ranges => ranges;

        /// <summary>True if there are traces that the database does not have yet.</summary>
        public bool HasUnsaved { get; private set; }

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
                    HasUnsaved |= cell.Cell.Traces > 0;
                }
            }
        }

        /// <summary>What the database adds to.</summary>
        public StoredSum NewSum()
        {
            StoredSum sum = new(paths, parts);
            sum.Add(_unsaved);
            return sum;
        }
    }
}
