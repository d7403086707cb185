using TraceGap.Storage;

namespace TraceGap.Server.Ingest;

/// <summary>
/// Why spans cannot be taken or stored at present, for the probes and for the log. The log gets what changes: where every request fails for one reason it is told once, then with a count at
/// most every <see cref="RepeatAfter"/>. Thread-safe.
/// </summary>
internal sealed partial class IngestHealth(TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan RepeatAfter = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<AppendStatus, long> _toldAt = [];
    private volatile string? _append;
    private volatile string? _commit;
    private volatile string? _recovering;
    private volatile string? _stopping;
    private long _untold;

    /// <summary>What is wrong, or null.</summary>
    public string? Problem => _stopping ?? _append ?? _commit ?? _recovering;

    /// <summary>True if the last append failed for a reason that lies with the disk.</summary>
    public bool IsAppendBroken => _append is not null;

    /// <summary>True if the last commit failed.</summary>
    public bool IsCommitBroken => _commit is not null;

    /// <summary>True once nothing more is taken.</summary>
    public bool IsStopping => _stopping is not null;

    /// <summary>Spans of a request could not be made durable.</summary>
    public void AppendFailed(AppendResult result)
    {
        if (result.Status is AppendStatus.NoSpace or AppendStatus.IoFailed)
        {
            _append = $"spans cannot be kept: {result.Detail}";
        }

        lock (_lock)
        {
            _untold++;
            long now = time.GetTimestamp();
            if (!_toldAt.TryGetValue(result.Status, out long at) || time.GetElapsedTime(at, now) >= RepeatAfter)
            {
                LogAppendFailed(_untold, result.Status, result.Detail);
                _toldAt[result.Status] = now;
                _untold = 0;
            }
        }
    }

    /// <summary>Spans were made durable.</summary>
    public void AppendWorked()
    {
        if (_append is not null)
        {
            _append = null;
            LogAppendWorksAgain();
        }
    }

    /// <summary>Traces could not be stored.</summary>
    public void CommitFailed(string reason)
    {
        if (_commit is null)
        {
            LogCommitFailed(reason);
        }

        _commit = reason;
    }

    /// <summary>Traces could not be stored, or spans not be assembled, for a reason that lies with us.</summary>
    public void CommitFailed(Exception defect)
    {
        if (_commit is null)
        {
            LogCommitDefect(defect);
        }

        _commit = $"traces cannot be stored: {defect.Message}";
    }

    /// <summary>Traces were stored.</summary>
    public void CommitWorked()
    {
        if (_commit is not null)
        {
            _commit = null;
            LogCommitWorksAgain();
        }
    }

    /// <summary>What a run before left unfinished is being taken up.</summary>
    public void Recovering(string progress) => _recovering = progress;

    /// <summary>All that a run before left is taken up.</summary>
    public void Recovered() => _recovering = null;

    /// <summary>Nothing more is taken.</summary>
    public void Stopping() => _stopping = "the server is shutting down";

    [LoggerMessage(1001, LogLevel.Warning, "Spans of {Requests} requests were refused, nothing of them was acknowledged: {Status} {Detail}")]
    private partial void LogAppendFailed(long requests, AppendStatus status, string? detail);

    [LoggerMessage(1002, LogLevel.Error, "Traces cannot be stored and wait in the inbox: {Reason}")]
    private partial void LogCommitFailed(string reason);

    [LoggerMessage(1003, LogLevel.Information, "Traces can be stored again")]
    private partial void LogCommitWorksAgain();

    [LoggerMessage(1005, LogLevel.Critical, "Traces cannot be stored because of a defect and wait in the inbox")]
    private partial void LogCommitDefect(Exception exception);

    [LoggerMessage(1008, LogLevel.Information, "Spans can be kept again")]
    private partial void LogAppendWorksAgain();
}
