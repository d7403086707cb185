using TraceGap.Reporting;
using TraceGap.Reporting.Traces;

namespace TraceGap.Server.Tests.Grpc;

/// <summary>Documents of the query API in which every property has a value and every list an entry.</summary>
internal static class SampleDocuments
{
    private const string TraceId = "0123456789abcdef0123456789abcdef";
    private const string SpanId = "00f067aa0ba902b7";
    private const string ParentId = "53995c3f42cd8ad8";
    private const string Step = "shop/tool_call/search";
    private const string Start = "1763632800000000001";
    private const string End = "1763632801000000003";
    private static readonly DateTime Ten = new(2026, 11, 20, 10, 0, 0, DateTimeKind.Utc);
    private static readonly ReportWindow Window = new(Ten, Ten.AddHours(1));
    private static readonly ObservedReliability Observed = new(0.8, 0.7, 0.9, 0.75, 0.85);
    private static readonly Estimate Theoretical = new(0.833, 0.82, 0.84);
    private static readonly Divergence Diverged = new(-0.033, -0.05, -0.01, -0.06, 0.01, true);

    public static Report Report { get; } = new(
        Window,
        "shop ask",
        new TraceCounts(10, 6, 2, 1, 1, 3, 4, 5),
        new WeightedCounts(20.5, 12.5, 4, 7.5),
        123,
        true,
        Ten.AddMilliseconds(123),
        new ReliabilityReport(
            Observed,
            Theoretical,
            Diverged,
            true,
            9,
            0.97,
            0.17,
            new Estimate(0.8, 0.79, 0.81),
            new Decomposition(0.033, -0.01, 0.02, -0.043),
            new AdvertisedReliability(0.99, -0.19)),
        new LatencyReport(1.5, 2, 2.5, 3, 1.75, [new LatencyBand("p99", 2, [new BandLayer("inference", 4, 0.5, 1, 2, 0.5, 0.5)])], 0.25, 0.75),
        [new LayerReport("tool_call", 7, 2, 1, Theoretical, new CriticalTime(1, 2, 3, 4), 0.5, new TokenCounts(100, 50))],
        [
            new StepReport(
                Step, "tool_call", "shop", "search", 7, 8, 2, 1, Theoretical, new StepQuantiles(1, 2, 3), 0.5, [new ErrorCount("timeout", 2)]),
        ],
        [new FailureReport("tool_call", Step, "timeout", 2, TraceId)],
        [new SerializationReport("plan", ["a", "b"], 12.5, 0.125, 6, "likely")]);

    public static WorkflowList Workflows { get; } = new(
        Window, [new WorkflowSummary("shop ask", "shop", ["", "prod"], 10, 6, 2, Observed, Theoretical, Diverged, 1.5, 3)]);

    public static TraceList TraceList { get; } = new(
        [
            new TraceEntry(
                TraceId, "shop ask", "prod", "1.2", "failed", "root", Start, End, 1000.000002, 12, 2, new TraceEntryFailure("tool_call", Step, "timeout")),
        ],
        "1763632801000000003.42");

    public static TraceReport Trace { get; } = new(
        TraceId,
        "shop ask",
        "failed",
        "root",
        Start,
        End,
        1000.000002,
        2,
        [new DefectEntry("missingParent", SpanId, "its parent never came")],
        [
            new SpanEntry(
                SpanId, ParentId, "execute_tool search", "client", "shop", "tool_call", "gen_ai.operation.name", SpanId, "failed", "status", "timeout", Start, End, "-5",
                new Dictionary<string, object> { ["gen_ai.tool.name"] = "search", ["http.response.status_code"] = 504L, ["retry"] = true, ["ratio"] = 0.5 }),
        ],
        [new StepEntry(SpanId, ParentId, "tool_call", Step, "search", "failed", true, true, [new AttemptEntry(SpanId, "failed")])],
        [new SegmentEntry(SpanId, "tool_call", "compute", Start, End)],
        [new LayerTimeEntry("tool_call", 10.5, 4, 3, 2, 1.5)],
        new FailureEntry("tool_call", SpanId, "timeout", "search timed out"));
}
