namespace TraceGap.Reporting;

/// <summary>The load of one step and what requests took under it. Without the cells that it is made of, so that many can be in memory.</summary>
public sealed class LoadStep
{
    /// <param name="input">Cells of the step alone, with start and end; <see cref="ConcurrencyBuilder.Parts"/> of them.</param>
    public LoadStep(ReportInput input)
    {
        SeriesStep step = new(input);
        FromUnixNanos = input.FromUnixNanos;
        ToUnixNanos = input.ToUnixNanos;
        IsOver = input.ToUnixNanos <= input.AnalysedUntilUnixNanos;
        InFlight = step.InFlight;
        Requests = step.Counts.Ok + step.Counts.Failed;
        RequestsPerSecond = step.RequestsPerSecond;
        Latency = step.Latency;
    }

    /// <summary>True if all that arrived for it is analysed; else the requests that still run are missing.</summary>
    public bool IsOver { get; }

    internal long? FromUnixNanos { get; }

    internal long? ToUnixNanos { get; }

    internal double? InFlight { get; }

    internal long Requests { get; }

    internal double RequestsPerSecond { get; }

    internal LatencyAttribution Latency { get; }
}
