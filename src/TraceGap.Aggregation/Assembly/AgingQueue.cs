namespace TraceGap.Aggregation;

/// <summary>A min-queue of items whose key may change. An entry is valid only while its key is the item's; what went stale is skipped when it comes to the front.</summary>
/// <param name="keyOf">The key under which an item stands in the queue now; null if it has left.</param>
internal sealed class AgingQueue<T>(Func<T, long?> keyOf)
{
    private const int CompactionFloor = 1024;

    private PriorityQueue<T, long> _heap = new();
    private int _compactAt = CompactionFloor;

    /// <summary>Enters an item under the key that it has now.</summary>
    public void Put(T item)
    {
        if (keyOf(item) is not long key)
        {
            return;
        }

        if (_heap.Count >= _compactAt)
        {
            Compact();
        }

        _heap.Enqueue(item, key);
    }

    /// <summary>The valid item with the lowest key, which stays.</summary>
    public bool TryPeek(out T item, out long key)
    {
        while (_heap.TryPeek(out item!, out key))
        {
            if (keyOf(item) == key)
            {
                return true;
            }

            _heap.Dequeue();
        }

        return false;
    }

    // One old item at the front would keep everything stale behind it; rebuilding when the heap has doubled costs a constant per entry.
    private void Compact()
    {
        _heap = new PriorityQueue<T, long>(_heap.UnorderedItems.Where(entry => keyOf(entry.Element) == entry.Priority));
        _compactAt = Math.Max(CompactionFloor, 2 * _heap.Count);
    }
}
