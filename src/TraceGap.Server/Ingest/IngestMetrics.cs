using System.Diagnostics.Metrics;
using TraceGap.Storage;

namespace TraceGap.Server.Ingest;

/// <summary>What the pipeline did: counts per request and per commit, read when somebody asks; times as they happen. Thread-safe.</summary>
internal sealed class IngestMetrics
{
    /// <summary>Name of the counter of own failures.</summary>
    public const string OwnFailuresName = "tracegap.own_failures";

    private static readonly double[] DurationBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    // From the quiet period on; a trace that never falls silent comes after five minutes.
    private static readonly double[] FreshnessBounds = [0.5, 1, 2, 2.5, 3, 4, 5, 7.5, 10, 15, 30, 60, 120, 300, 600];

    private static readonly long[] TraceBounds = [1, 3, 10, 30, 100, 300, 1000, 2000];

    private static readonly string[] RefuseReasons = ["queue_full", "no_space", "io_failed", "shutting_down", "behind"];

    private readonly long[] _refused = new long[RefuseReasons.Length];
    private readonly Histogram<double> _append;
    private readonly Histogram<double> _commit;
    private readonly Histogram<long> _commitTraces;
    private readonly Histogram<double> _freshness;
    private long _accepted;
    private long _paced;
    private long _duplicates;
    private long _late;
    private long _apart;
    private long _committed;
    private long _revised;
    private long _spilled;
    private long _setAside;

    /// <summary>Makes the instruments.</summary>
    public IngestMetrics(Meter meter)
    {
        _append = Durations(meter, "tracegap.append.duration", DurationBounds, "From decoded request to durable: waiting for a group and writing it");
        _commit = Durations(meter, "tracegap.commit.duration", DurationBounds, "Writing one batch of traces and rollups to the database");
        _freshness = Durations(meter, "tracegap.ingest.freshness", FreshnessBounds, "Per trace, from the arrival of its last span until reports show it");
        _commitTraces = meter.CreateHistogram(
            "tracegap.commit.traces", "{trace}", "Traces that one commit books", advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = TraceBounds });
        Count(meter, "tracegap.spans.accepted", "{span}", "Spans that were made durable and acknowledged", () => Interlocked.Read(ref _accepted));
        Count(meter, "tracegap.spans.paced", "{span}", "Of those, acknowledged later than they were durable, because they come faster than they can be analysed", () => Interlocked.Read(ref _paced));
        Count(meter, "tracegap.spans.duplicate", "{span}", "Spans that were known already and changed nothing", () => Interlocked.Read(ref _duplicates));
        meter.CreateObservableCounter(
            "tracegap.spans.late",
            () => new[] { Late("reopened", ref _late), Late("apart", ref _apart) },
            "{span}",
            "Spans that came after their trace was taken to be complete: they re-opened it, or were too late for that and are kept apart, in no report");
        Count(meter, "tracegap.traces.committed", "{trace}", "Traces stored, each revision counted", () => Interlocked.Read(ref _committed));
        Count(meter, "tracegap.traces.revised", "{trace}", "Of those, stored again with further spans", () => Interlocked.Read(ref _revised));
        Count(meter, "tracegap.traces.spilled", "{trace}", "Traces stored early because too many spans were in flight", () => Interlocked.Read(ref _spilled));
        Count(meter, "tracegap.traces.set_aside", "{trace}", "Traces that could not be analysed; their spans stay in the inbox", () => Interlocked.Read(ref _setAside));
        meter.CreateObservableCounter(
            "tracegap.spans.refused",
            () => RefuseReasons.Select((reason, index) => new Measurement<long>(Interlocked.Read(ref _refused[index]), new KeyValuePair<string, object?>("reason", reason))),
            "{span}",
            "Spans that were refused for now; the sender was asked to come again");
        meter.CreateObservableCounter(
            OwnFailuresName, () => OwnFailures.ToList().Select(Measure), "{failure}", "Steps that failed of their own, when first found");
    }

    /// <summary>Own failures by workflow, layer and error type.</summary>
    public OwnFailureCounts OwnFailures { get; } = new();

    /// <summary>Counts spans that were made durable.</summary>
    public void Accepted(int spans, TimeSpan append)
    {
        Interlocked.Add(ref _accepted, spans);
        _append.Record(append.TotalSeconds);
    }

    /// <summary>Counts accepted spans whose acknowledgement waits.</summary>
    public void Paced(int spans) => Interlocked.Add(ref _paced, spans);

    /// <summary>Counts spans that were refused.</summary>
    public void Refused(int spans, RefuseReason reason) => Interlocked.Add(ref _refused[(int)reason], spans);

    /// <summary>Counts spans that could not be appended.</summary>
    public void Refused(int spans, AppendStatus status) => Refused(spans, status switch
    {
        AppendStatus.QueueFull => RefuseReason.QueueFull,
        AppendStatus.NoSpace => RefuseReason.NoSpace,
        AppendStatus.Closed => RefuseReason.ShuttingDown,
        _ => RefuseReason.IoFailed,
    });

    /// <summary>Counts a trace that could not be analysed.</summary>
    public void SetAside() => Interlocked.Increment(ref _setAside);

    /// <summary>Counts a commit that holds.</summary>
    /// <param name="tally">What it stored.</param>
    /// <param name="duration">How long writing took.</param>
    /// <param name="nowUnixNanos">When it was done.</param>
    public void Committed(CommitTally tally, TimeSpan duration, long nowUnixNanos)
    {
        Interlocked.Add(ref _duplicates, tally.Duplicates);
        Interlocked.Add(ref _apart, tally.Apart);
        if (tally.Traces == 0)
        {
            return;
        }

        Interlocked.Add(ref _committed, tally.Traces);
        Interlocked.Add(ref _revised, tally.Revised);
        Interlocked.Add(ref _spilled, tally.Spilled);
        Interlocked.Add(ref _late, tally.Late);
        OwnFailures.Add(tally.OwnFailures, nowUnixNanos);
        _commit.Record(duration.TotalSeconds);
        _commitTraces.Record(tally.Traces);
        foreach (long arrival in tally.LastArrivals)
        {
            _freshness.Record((nowUnixNanos - arrival) / 1e9);
        }
    }

    private static Histogram<double> Durations(Meter meter, string name, double[] bounds, string help) =>
        meter.CreateHistogram(name, "s", help, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });

    private static void Count(Meter meter, string name, string unit, string help, Func<long> read) => meter.CreateObservableCounter(name, read, unit, help);

    private static Measurement<long> Late(string kept, ref long spans) => new(Interlocked.Read(ref spans), new KeyValuePair<string, object?>("kept", kept));

    private static Measurement<long> Measure(OwnFailureSeries series) => new(
        series.Count,
        new("workflow", series.Key.Workflow),
        new("layer", series.Key.Layer),
        new("error_type", series.Key.ErrorType));
}
