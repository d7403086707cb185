namespace TraceGap.Server.Grpc;

/// <summary>Cancels a call when its client is gone or its deadline has passed.</summary>
internal sealed class CallDeadline : IDisposable
{
    private readonly CancellationTokenSource? _passed;
    private readonly CancellationTokenSource? _either;

    public CallDeadline(TimeSpan timeout, TimeProvider time, CancellationToken aborted)
    {
        Token = aborted;
        if (timeout != Timeout.InfiniteTimeSpan)
        {
            _passed = new CancellationTokenSource(timeout, time);
            _either = CancellationTokenSource.CreateLinkedTokenSource(aborted, _passed.Token);
            Token = _either.Token;
        }
    }

    /// <summary>Cancelled by either.</summary>
    public CancellationToken Token { get; }

    /// <summary>True once the deadline has passed.</summary>
    public bool HasPassed => _passed is { IsCancellationRequested: true };

    /// <inheritdoc/>
    public void Dispose()
    {
        _either?.Dispose();
        _passed?.Dispose();
    }
}
