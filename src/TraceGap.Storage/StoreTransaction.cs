using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>
/// Stores traces, books them in the rollups and moves the applied position, all or nothing: what was added holds once <see cref="Commit"/> returns, and nothing of it if that is not
/// called. Belongs to the thread that began it; other transactions wait until it is disposed, readers do not.
/// </summary>
public sealed class StoreTransaction : IDisposable
{
    private readonly TraceStore _store;
    private readonly BatchWriter _writer;
    private bool _isOpen = true;

    internal StoreTransaction(TraceStore store, BatchWriter writer)
    {
        _store = store;
        _writer = writer;
    }

    /// <summary>True if the trace was added. What is stored of it is not what it will be after the commit.</summary>
    public bool Has(TraceId traceId) => _writer.Has(traceId);

    /// <summary>Adds a trace. Its spans are encoded at once and not kept.</summary>
    /// <exception cref="ArgumentException">The trace contradicts itself: it was added before, its minute is not that of its end, it has a failure and did not fail.</exception>
    /// <exception cref="StorageUnavailableException">It could not be written; the transaction is of no use any more.</exception>
    public void Add(TraceCommit trace)
    {
        Check(trace);
        try
        {
            _writer.Add(trace);
        }
        catch (Exception failure)
        {
            throw _store.Told(failure);
        }
    }

    /// <summary>Commits.</summary>
    /// <param name="appliedPosition">
    /// Inbox position up to which, itself included, every record's spans are stored then; the space of inbox segments below it is given back. A position below the stored one changes nothing.
    /// </param>
    /// <exception cref="StorageUnavailableException">It could not be written. Nothing has changed; the same traces may be added to another transaction.</exception>
    public void Commit(long appliedPosition)
    {
        ObjectDisposedException.ThrowIf(!_isOpen, this);
        try
        {
            _writer.Commit(appliedPosition);
        }
        catch (Exception failure)
        {
            throw _store.Told(failure);
        }

        _isOpen = false;
        _store.EndTransaction();
    }

    /// <summary>Ends the transaction. If it was not committed, nothing has changed.</summary>
    public void Dispose()
    {
        if (_isOpen)
        {
            _isOpen = false;
            _writer.Undo();
            _store.EndTransaction();
        }
    }

    private void Check(TraceCommit trace)
    {
        ObjectDisposedException.ThrowIf(!_isOpen, this);
        if (Has(trace.TraceId))
        {
            throw new ArgumentException($"Trace {trace.TraceId} was added before.", nameof(trace));
        }

        if (trace.Contribution.Minute != trace.EndUnixNanos / CellId.NanosPerMinute)
        {
            throw new ArgumentException($"Trace {trace.TraceId} is booked in a minute that is not that of its end.", nameof(trace));
        }

        if (trace.Contribution.Failure is not null && trace.Contribution.Outcome.Outcome != TraceOutcome.Failed)
        {
            throw new ArgumentException($"Trace {trace.TraceId} has a failure and did not fail.", nameof(trace));
        }
    }
}
