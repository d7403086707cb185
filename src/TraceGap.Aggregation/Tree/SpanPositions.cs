using System.Buffers;
using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>Span ids → positions in a list of spans: a hash table of two arrays that are borrowed and used again. Ids hash with a seed of the process, so nobody can choose ids that collide.</summary>
internal sealed class SpanPositions : IDisposable
{
    private const int Free = 0;

    private SpanId[] _ids = [];
    private int[] _slots = [];
    private int _mask;

    /// <summary>Empties the table and makes room for a number of spans.</summary>
    public void Reset(int count)
    {
        int slots = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(count, 2) * 2);
        if (_slots.Length < slots)
        {
            Dispose();
            _ids = ArrayPool<SpanId>.Shared.Rent(slots / 2);
            _slots = ArrayPool<int>.Shared.Rent(slots);
        }

        _mask = slots - 1;
        Array.Clear(_slots, 0, slots);
    }

    /// <summary>Enters a span.</summary>
    /// <returns>The position under which the id was entered before, or −1 if it is new.</returns>
    public int Enter(SpanId id, int position)
    {
        int slot = SlotOf(id);
        if (_slots[slot] != Free)
        {
            return _slots[slot] - 1;
        }

        _ids[position] = id;
        _slots[slot] = position + 1;
        return -1;
    }

    /// <summary>The position of a span, or −1 if it was not entered.</summary>
    public int Find(SpanId id) => _slots[SlotOf(id)] - 1;

    /// <summary>The span at a position.</summary>
    public SpanId IdAt(int position) => _ids[position];

    /// <summary>Gives the arrays back; the table is empty and may be used on.</summary>
    public void Dispose()
    {
        ArrayPool<SpanId>.Shared.Return(_ids);
        ArrayPool<int>.Shared.Return(_slots);
        (_ids, _slots) = ([], []);
    }

    /// <summary>The slot that holds the id, else the free one where it belongs. Half of the slots are free.</summary>
    private int SlotOf(SpanId id)
    {
        int slot = id.GetHashCode() & _mask;
        while (_slots[slot] != Free && _ids[_slots[slot] - 1] != id)
        {
            slot = (slot + 1) & _mask;
        }

        return slot;
    }
}
