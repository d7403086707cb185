namespace TraceGap.Server.Calls;

/// <summary>Cancels the reading of a body that makes no progress.</summary>
internal sealed class StallGuard : IDisposable
{
    private readonly CallLimits _limits;
    private readonly CancellationTokenSource _stalled;
    private long _mark;

    public StallGuard(CallLimits limits, TimeProvider time)
    {
        _limits = limits;
        _stalled = new CancellationTokenSource(limits.StallTimeout, time);
    }

    /// <summary>Cancelled when the body has stalled.</summary>
    public CancellationToken Token => _stalled.Token;

    /// <summary>Tells how many bytes there are so far; enough of them since the last time start the clock anew.</summary>
    /// <param name="bytes">Bytes received.</param>
    /// <param name="held">Memory that is held for the body, bytes: the more, the faster it has to come.</param>
    public void Received(long bytes, long held)
    {
        if (bytes - _mark >= Math.Max(_limits.MinProgressBytes, held / CallLimits.MostStalls))
        {
            _mark = bytes;
            _stalled.CancelAfter(_limits.StallTimeout);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stalled.Dispose();
}
