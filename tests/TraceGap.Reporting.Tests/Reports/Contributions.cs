using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

/// <summary>Traces as the rollup books them, made in one line.</summary>
internal static class Contributions
{
    public const long Millisecond = 1_000_000;

    public static RollupKey Key(string workflow = "shop/ask", string version = "1", string environment = "prod") =>
        new(environment, workflow.Split('/')[0], workflow, version);

    public static TraceContribution Trace(
        OutcomeRecord record,
        RollupKey? key = null,
        long? durationNanos = null,
        long weight = 1 << 16,
        FailureKey? failure = null,
        (Layer Layer, SegmentKind Kind, long Nanos)[]? path = null,
        StepError[]? errors = null,
        ModelUsage[]? models = null,
        StepWaste[]? waste = null,
        SerialSaving[]? serial = null,
        bool revised = false,
        ulong? task = null)
    {
        long[] times = new long[TraceContribution.PathTimeCount];
        foreach ((Layer layer, SegmentKind kind, long nanos) in path ?? [])
        {
            times[((int)layer * 4) + (int)kind] += nanos;
        }

        StepCriticalTime[] critical =
            [.. record.Steps.Select(step => new StepCriticalTime(step.Key, new KindNanos(times.AsSpan((int)step.Key.Layer * KindNanos.Count, KindNanos.Count))))];
        return new TraceContribution
        {
            Key = key ?? Key(),
            Minute = 0,
            Outcome = record,
            Weight = weight,
            Spans = 1 + record.Steps.Count,
            Revised = revised,
            Task = task,
            DurationNanos = durationNanos,
            PathTimes = times,
            CoveredNanos = times.Sum() / 2,
            Durations = [.. record.Steps.SelectMany(static step => Enumerable.Repeat(new StepDuration(step.Key, 3 * Millisecond), step.Executions))],
            CriticalTimes = critical,
            Errors = errors ?? [],
            Models = models ?? [],
            Waste = waste ?? [],
            Serial = serial ?? [],
            Failure = failure,
        };
    }

    /// <summary>Calls of a model, each of which takes a millisecond.</summary>
    public static ModelUsage Usage(
        string model, int calls, long input, long output, long cached = 0, TokenSums thrownAway = default, TokenSums repeated = default, params long[] firstTokens) =>
        new(new ModelKey(model, Layer.Inference), calls, new TokenSums(input, output, cached, input - cached), thrownAway, repeated, calls * Millisecond, firstTokens);

    /// <summary>One cell a key.</summary>
    public static IReadOnlyList<KeyValuePair<RollupKey, RollupCell>> Cells(IEnumerable<TraceContribution> traces) =>
    [
        .. traces.GroupBy(static trace => trace.Key).Select(static group =>
        {
            RollupCell cell = new();
            foreach (TraceContribution trace in group)
            {
                cell.Add(trace);
            }

            return KeyValuePair.Create(group.Key, cell);
        }),
    ];

    public static Report Report(IEnumerable<TraceContribution> traces, string? workflow = null) =>
        ReportBuilder.Build(new ReportInput { Cells = Cells(traces), Workflow = workflow });
}
