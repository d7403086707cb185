namespace TraceGap.Server.Ingest;

/// <summary>
/// Knows below which inbox position no append is still on its way to the assembler, so that the applied position is never set beyond a record whose spans are in neither
/// place. Thread-safe.
/// </summary>
/// <remarks>Positions rise, so an append that starts now gets one above every position that an append got before: that is the lower bound it is registered with.</remarks>
internal sealed class PendingAppends
{
    private readonly Lock _lock = new();
    private readonly LinkedList<long> _lowerBounds = new();
    private long _highest;

    /// <summary>Registers an append that is about to start.</summary>
    public LinkedListNode<long> Begin()
    {
        lock (_lock)
        {
            return _lowerBounds.AddLast(_highest + 1);
        }
    }

    /// <summary>Notes the position that an append got, or that a record had when the server started.</summary>
    public void Got(long position)
    {
        lock (_lock)
        {
            _highest = Math.Max(_highest, position);
        }
    }

    /// <summary>Takes an append out: its spans are with the assembler, or it failed.</summary>
    public void End(LinkedListNode<long> append)
    {
        lock (_lock)
        {
            _lowerBounds.Remove(append);
        }
    }

    /// <summary>The position below which no append is on its way.</summary>
    public long Lowest()
    {
        lock (_lock)
        {
            return _lowerBounds.First?.Value ?? _highest + 1;
        }
    }
}
