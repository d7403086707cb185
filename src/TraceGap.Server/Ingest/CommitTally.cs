using TraceGap.Aggregation;

namespace TraceGap.Server.Ingest;

/// <summary>What one commit stores, gathered while it is prepared and counted once it holds.</summary>
internal sealed class CommitTally
{
    /// <summary>Arrival of the last span of each trace that got new ones.</summary>
    public List<long> LastArrivals { get; } = [];

    /// <summary>Own failures that were not booked before, trace by trace.</summary>
    public List<OwnFailure> OwnFailures { get; } = [];

    public int Traces { get; private set; }

    public int Revised { get; private set; }

    public int Spilled { get; private set; }

    public long Duplicates { get; private set; }

    public long Late { get; private set; }

    /// <summary>Spans that came too late for their trace.</summary>
    public long Apart { get; private set; }

    /// <summary>Spans of a trace that were stored before, or came twice.</summary>
    public void Duplicate(int spans) => Duplicates += spans;

    /// <summary>Spans that came too late for their trace and shall be stored beside it.</summary>
    public void Fragment(ClosedTrace closed, int newSpans)
    {
        LastArrivals.Add(closed.LastArrivalUnixNanos);
        Apart += newSpans;
    }

    /// <summary>A trace that is analysed and shall be stored.</summary>
    /// <param name="closed">How it came.</param>
    /// <param name="newSpans">Distinct spans that it brought.</param>
    /// <param name="wasClosed">True if it was stored before and taken to be complete.</param>
    /// <param name="booked">What it added before; null if it was not stored.</param>
    /// <param name="contribution">What it adds now.</param>
    public void Trace(ClosedTrace closed, int newSpans, bool wasClosed, TraceContribution? booked, TraceContribution contribution)
    {
        if (newSpans > 0)
        {
            LastArrivals.Add(closed.LastArrivalUnixNanos);
        }

        Traces++;
        Revised += booked is null ? 0 : 1;
        Late += wasClosed ? newSpans : 0;
        Spilled += closed is { Reason: CloseReason.Overflow, SpanCount: > 0 } ? 1 : 0;
        OwnFailures.AddRange(OwnFailure.NewOnes(closed.TraceId, booked, contribution));
    }
}
