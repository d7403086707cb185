using Microsoft.Data.Sqlite;
using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>One change of a rollup: a contribution that goes in or comes out.</summary>
/// <param name="Cell">Number of the cell.</param>
/// <param name="TraceId">Whose contribution it is.</param>
/// <param name="Contribution">The contribution; null if what was booked cannot be read, so that the cell must be summed up anew.</param>
/// <param name="Failure">Number of its failure, if it has one.</param>
/// <param name="IsIn">True if it goes in.</param>
internal readonly record struct Booking(long Cell, TraceId TraceId, TraceContribution? Contribution, long? Failure, bool IsIn);

/// <summary>
/// The rollups of minutes, decoded as long as they are in use: the minutes of now change in every commit. Belongs to the writer. After a transaction that failed, what is here is void.
/// </summary>
/// <remarks>
/// A cell is the sum of the contributions of its traces, so a cell that cannot be read, or from which something must be taken that cannot be read, is summed up again from them.
/// </remarks>
internal sealed class MinuteCells(SqlSession session, string path, KeyRegistry keys, BlockStore blocks, DamageLog damages, int capacity)
{
    public const long NanosPerMinute = 60_000_000_000;

    private const string ReadTraces = "SELECT trace_id, blocks FROM trace WHERE key = $1 AND outcome BETWEEN 0 AND 4 AND end_ns >= $2 AND end_ns < $3";

    private const string SmallestTrace = "SELECT min(trace_id) FROM trace WHERE key = $1 AND outcome = $2 AND end_ns >= $3 AND end_ns < $4 AND failure = $5";

    private readonly Dictionary<long, LinkedListNode<MinuteCell>> _cells = [];
    private readonly LinkedList<MinuteCell> _byUse = [];

    /// <summary>Forgets all that is decoded.</summary>
    public void Clear()
    {
        _cells.Clear();
        _byUse.Clear();
    }

    /// <summary>Books changes whose trace rows are already written.</summary>
    public void Apply(List<Booking> bookings)
    {
        foreach (IGrouping<long, Booking> changes in bookings.GroupBy(static booking => booking.Cell))
        {
            Save(Change(changes.Key, [.. changes]));
        }

        while (_cells.Count > capacity)
        {
            Forget(_byUse.Last!.Value.Id);
        }
    }

    private MinuteCell Change(long id, List<Booking> changes)
    {
        MinuteCell? cell = changes.TrueForAll(static change => change.Contribution is not null) ? Load(id) : null;
        if (cell is null)
        {
            Forget(id);
            cell = SumUp(id);
            Remember(cell);
            return cell;
        }

        foreach (Booking change in changes)
        {
            if (change.IsIn)
            {
                cell.Add(change.TraceId, change.Contribution!, change.Failure);
            }
            else
            {
                cell.Remove(change.TraceId, change.Contribution!, change.Failure);
            }
        }

        FindStaleExamples(cell);
        return cell;
    }

    /// <summary>The cell as stored, an empty one if there is none; null if it cannot be read.</summary>
    private MinuteCell? Load(long id)
    {
        if (_cells.TryGetValue(id, out LinkedListNode<MinuteCell>? node))
        {
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value;
        }

        MinuteCell cell = new(id);
        CodecError error = Read(cell);
        if (error != CodecError.None)
        {
            damages.Add(new StoreDamage(path, id, $"minute cell {id} cannot be read and is summed up anew: {error}"));
            return null;
        }

        Remember(cell);
        return cell;
    }

    private CodecError Read(MinuteCell cell)
    {
        using SqliteDataReader row = session.Query("SELECT examples, cell FROM minute_cell WHERE id = $1", cell.Id);
        if (!row.Read())
        {
            return CodecError.None;
        }

        CodecError examples = MinuteCell.DecodeExamples(row.GetFieldValue<byte[]>(0), cell.Examples);
        return examples != CodecError.None ? examples : RollupCellCodec.DecodeInto(row.GetFieldValue<byte[]>(1), cell.Cell);
    }

    private MinuteCell SumUp(long id)
    {
        MinuteCell cell = new(id);
        List<(TraceId TraceId, List<long> Blocks)> traces = [];
        using (SqliteDataReader rows = session.Query(ReadTraces, cell.Key, cell.Minute * NanosPerMinute, (cell.Minute + 1) * NanosPerMinute))
        {
            while (rows.Read())
            {
                _ = BlockList.TryDecode(rows.GetFieldValue<byte[]>(1), out List<long> list);
                traces.Add((TraceId.FromBytes(rows.GetFieldValue<byte[]>(0)), list));
            }
        }

        Dictionary<long, ContributionBlock?> opened = [];
        foreach ((TraceId traceId, List<long> list) in traces)
        {
            if (blocks.Contribution(session, traceId, list, opened) is TraceContribution contribution)
            {
                cell.Add(traceId, contribution, contribution.Failure is FailureKey failure ? keys.NumberOf(failure) : null);
            }
        }

        return cell;
    }

    private void FindStaleExamples(MinuteCell cell)
    {
        foreach (long failure in cell.StaleExamples)
        {
            byte[]? smallest = session.Blob(
                SmallestTrace, cell.Key, (long)TraceOutcome.Failed, cell.Minute * NanosPerMinute, (cell.Minute + 1) * NanosPerMinute, failure);
            if (smallest is not null)
            {
                cell.AddExample(failure, TraceId.FromBytes(smallest));
            }
        }

        cell.StaleExamples.Clear();
    }

    private void Save(MinuteCell cell)
    {
        if (cell.Cell.Traces == 0)
        {
            session.Run("DELETE FROM minute_cell WHERE id = $1", cell.Id);
            Forget(cell.Id);
            return;
        }

        session.Run(
            "INSERT OR REPLACE INTO minute_cell (id, examples, cell) VALUES ($1, $2, $3)", cell.Id, cell.EncodeExamples(), RollupCellCodec.Encode(cell.Cell));
    }

    private void Remember(MinuteCell cell) => _cells.Add(cell.Id, _byUse.AddFirst(cell));

    private void Forget(long id)
    {
        if (_cells.Remove(id, out LinkedListNode<MinuteCell>? node))
        {
            _byUse.Remove(node);
        }
    }
}
