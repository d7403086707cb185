namespace TraceGap.Server.Ingest;

/// <summary>
/// Knows below which inbox position no append is still on its way to the assembler, so that the applied position is never set beyond a record whose spans are in neither
/// place, and when the spans on their way began. Thread-safe.
/// </summary>
/// <remarks>Positions rise, so an append that starts now gets one above every position that an append got before: that is the lower bound it is registered with.</remarks>
internal sealed class PendingAppends
{
    private readonly Lock _lock = new();
    private readonly LinkedList<PendingAppend> _appends = new();
    private long _highest;

    /// <summary>Registers an append that is about to start.</summary>
    /// <param name="earliestStart">Start of its first span, ns of event time; <see cref="long.MaxValue"/> without spans.</param>
    public LinkedListNode<PendingAppend> Begin(long earliestStart)
    {
        lock (_lock)
        {
            return _appends.AddLast(new PendingAppend(_highest + 1, earliestStart));
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
    public void End(LinkedListNode<PendingAppend> append)
    {
        lock (_lock)
        {
            _appends.Remove(append);
        }
    }

    /// <summary>The position below which no append is on its way.</summary>
    public long Lowest()
    {
        lock (_lock)
        {
            return _appends.First?.Value.LowerBound ?? _highest + 1;
        }
    }

    /// <summary>Start of the first span on its way, ns of event time; <see cref="long.MaxValue"/> if there is none.</summary>
    public long EarliestStart()
    {
        lock (_lock)
        {
            return _appends.Count == 0 ? long.MaxValue : _appends.Min(static append => append.EarliestStart);
        }
    }

    /// <summary>An append on its way.</summary>
    /// <param name="LowerBound">It gets no position below this one.</param>
    /// <param name="EarliestStart">Start of its first span, ns of event time.</param>
    internal readonly record struct PendingAppend(long LowerBound, long EarliestStart);
}
