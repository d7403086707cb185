namespace TraceGap.Aggregation;

/// <summary>The batches that have spans in flight. Everything that holds for all spans in flight is known here by batch, which is some hundred times cheaper than by span.</summary>
internal sealed class BatchLedger
{
    // Positions of entries that are read back may come out of order, so batches are sorted and not queued.
    private readonly SortedDictionary<long, ArrivedBatch> _byPosition = [];

    private readonly AgingQueue<ArrivedBatch> _byStart = new(static batch => batch.InFlight == 0 ? null : batch.EarliestStart);

    private readonly List<ArrivedBatch?> _slots = [];
    private readonly Stack<int> _freeSlots = new();

    /// <summary>The batch at a slot, which has spans in flight.</summary>
    public ArrivedBatch this[int slot] => _slots[slot]!;

    /// <summary>Spans in flight.</summary>
    public long Spans { get; private set; }

    /// <summary>Memory held by batches with spans in flight, bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>The batch with the lowest position; null if there is none.</summary>
    public ArrivedBatch? Lowest => _byPosition.Count == 0 ? null : _byPosition.First().Value;

    /// <summary>Earliest start of a span in the batches, ns; null if there is none.</summary>
    public long? EarliestStart => _byStart.TryPeek(out _, out long start) ? start : null;

    /// <exception cref="ArgumentException">Another batch with spans in flight has the same position.</exception>
    public void Take(ArrivedBatch batch, int spans)
    {
        bool isNew = batch.InFlight == 0;
        batch.InFlight += spans;
        Spans += spans;
        if (isNew)
        {
            _byPosition.Add(batch.Position, batch);
            _byStart.Put(batch);
            batch.Slot = SlotFor(batch);
            Bytes += batch.Bytes;
        }
    }

    public void Release(ArrivedSpan span)
    {
        Spans--;
        if (--span.Batch.InFlight == 0)
        {
            _byPosition.Remove(span.Batch.Position);
            _slots[span.Batch.Slot] = null;
            _freeSlots.Push(span.Batch.Slot);
            Bytes -= span.Batch.Bytes;
        }
    }

    private int SlotFor(ArrivedBatch batch)
    {
        if (_freeSlots.TryPop(out int slot))
        {
            _slots[slot] = batch;
            return slot;
        }

        _slots.Add(batch);
        return _slots.Count - 1;
    }
}
