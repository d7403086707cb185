namespace TraceGap.Server.Ingest;

/// <summary>How much is on its way through the pipeline.</summary>
/// <param name="InFlightSpans">Spans that wait for the rest of their trace.</param>
/// <param name="InFlightTraces">Traces that they belong to.</param>
/// <param name="OpenTraces">Traces that are stored without a root, which is waited for.</param>
/// <param name="OldestArrivalUnixNanos">Arrival of the oldest span that is not stored with its trace yet; null if there is none.</param>
internal sealed record IngestLevels(long InFlightSpans, int InFlightTraces, int OpenTraces, long? OldestArrivalUnixNanos)
{
    public static IngestLevels Empty { get; } = new(0, 0, 0, null);
}
