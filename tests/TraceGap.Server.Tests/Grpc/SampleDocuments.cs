using TraceGap.Reporting;
using TraceGap.Reporting.Alerts;
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

    private static readonly Change Changed = new(0.5, 0.75, 0.25, 0.125, 0.375, true);

    public static Comparison Comparison { get; } = new(
        new ComparedSide(Window, "shop ask", "prod", "1", new TraceCounts(10, 6, 2, 1, 1, 3, 4, 5), Ten.AddMinutes(59)),
        new ComparedSide(Window, "shop ask", "prod", "2", new TraceCounts(11, 7, 3, 2, 2, 4, 5, 6), Ten.AddMinutes(58)),
        new ReliabilityChange(Changed, Changed, Changed, Changed, Changed, Changed, Changed, Changed),
        new LatencyChange(
            Changed, Changed, Changed, Changed, Changed, Changed,
            [new BandChange("p99", [new BandLayerChange("tool_call", Changed, Changed, Changed, Changed, Changed, Changed)])]),
        [new LayerChange("tool_call", Changed, Changed, Changed)],
        [new StepChange(Step, "tool_call", Changed, Changed, Changed, Changed, Changed)]);

    public static SensitivityReport Sensitivity { get; } = new(
        Window, "shop ask", 0.8, 0.85,
        [new Sensitivity("tool_call", "tool_call", 0.9, 0.875, 0.075, 0.9375, 0.0875, 0.0075)],
        [new Sensitivity(Step, "tool_call", 0.95, 0.825, 0.025, 0.875, 0.025, 0.005)]);

    public static DependenceReport Dependence { get; } = new(
        Window, "shop ask", 1000,
        [new FailurePair(Step, "shop/inference/chat", 900, 12.5, 4.5, 2.75, 1.5, 5.25, true)],
        [new PositionHazard(3, 950.5, 20.5, 5.5, new Estimate(0.25, 0.125, 0.5))],
        [new RetryGain(Step, 900.5, 90.5, 30.5, 2.5, 1.5)]);

    private static readonly ObjectiveReport Objective = new("answers", 0.875, "30d", Ten.AddMinutes(58), 0.75, 0.125, -1.5, [new BurnRate("5m", 14.5), new BurnRate("1h", 2.25)]);

    private static readonly Alert Alert = new(
        "shop ask", "divergence", "firing", Ten, Ten.AddMinutes(-1), "conditionBegan", "shop ask: 6.0 %", Evidence(), Ten.AddHours(-3), "warning", [Window]);

    public static AlertList Alerts { get; } = new(
        Ten.AddMinutes(7), [Alert], [new AlertNotice(5, Ten.AddMinutes(1), "ops", "firing", "failed", 3, "HTTP 503", Alert)],
        new AlertWatch(
            true, 0.02, 2.5, 0.125, ["divergence", "silent"], [new WatchedWorkflows("batch", "batch/*", 0.1, 3.5, 0.25, 600, true)], [new WatchedObjective("answers", "shop/*", 0.875, "30d")],
            [new AlertReceiver("ops", "webhook")],
            [new AlertSilence("deploy", "shop/*", "silent", Ten, Ten.AddHours(1), true)]));

    private static AlertEvidence Evidence() => new(
        Window, 120, 0.02, -0.06, -0.08, -0.04, 12.5, 10.75, 0.9, 0.96, new Decomposition(0.033, -0.01, 0.02, -0.043), new AlertCulprit("tool_call", Changed, Changed), new AlertCulprit(Step, Changed, Changed), [TraceId],
        Objective);

    public static TimeSeries Series { get; } = new(
        Window, "shop ask", 1800, Ten.AddMinutes(59), [Ten, Ten.AddMinutes(30)], [7, 0],
        [new MetricSeries("observed", "shop ask", [0.75, null], [0.5, null], [0.875, null])]);

    public static ConcurrencyReport Concurrency { get; } = new(
        Window, "shop ask", 60, 41.5, [new ConcurrencyLevel(39.5, 3, 100, 10.5, 2000.25, 1900, 3000, 4000)], new ConcurrencyKnee(40, 1000, 40.5, 5));

    private static readonly LatencyEstimates Latencies = new(new Estimate(1.5, 1.25, 1.75), new Estimate(2.5, 2.25, 2.75), new Estimate(3.5, 3.25, 3.75), new Estimate(2, 1.5, 2.5));

    public static WhatIfReport WhatIf { get; } = new(
        Window, "shop ask", new SampledTraces(7, 10),
        new LatencyProjection(Latencies, Latencies, Latencies, [new LayerShift("tool_call", 0.5, 0.25, 12.5, 6.25)]),
        new ReliabilityProjection(new ReliabilityShift(Theoretical, Theoretical), new ReliabilityShift(Theoretical, Theoretical)),
        ["scale[0].step \"x\""], ["What started after something had ended is taken to have waited for it."]);

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
            new AdvertisedReliability(0.99, -0.19),
            [new LayerLoss("tool_call", 0.15, 0.02)],
            [new PassK(2, 4, 0.75, 0.5, 0.9)]),
        new LatencyReport(1.5, 2, 2.5, 3, 1.75, [new LatencyBand("p99", 2, [new BandLayer("inference", 4, 0.5, 1, 2, 0.5, 0.5)], [new BandStep(Step, "tool_call", 2.5, 0.25, 1, 0.5, 0.75, 0.25, 0.6)], 0.75)], 0.25, 0.75),
        [new LayerReport("tool_call", 7, 2, 1, Theoretical, new CriticalTime(1, 2, 3, 4), 0.5, new TokenCounts(100, 50))],
        [
            new StepReport(
                Step, "tool_call", "shop", "search", 7, 8, 2, 1, Theoretical, new StepQuantiles(1, 2, 3), 0.5, [new ErrorCount("timeout", 2)]),
        ],
        [new FailureReport("tool_call", Step, "timeout", "timeout", 2, TraceId)],
        [new SerializationReport("plan", ["a", "b"], 12.5, 0.125, 6, "likely")],
        Objective)
    {
        RuleSets = [new RuleSetReport("0123456789ab", Ten)],
    };

    public static CoverageReport Coverage { get; } = new(
        Window, "shop ask", new SampledTraces(7, 9), 123, 4.5, 0.25, 0.125, [new RuleCoverage("rule x", 92, 0.75, 3.9, 0.875)],
        [new NameCoverage("work {n}", "acme", "inference", "rule x", "certain", 92, 3.9)], new CoverageWarning("much", "rules: []"));

    public static CostReport Costs { get; } = new(
        Window,
        "shop ask",
        "EUR",
        true,
        ["small"],
        new RequestCounts(9, 6, 2),
        new TokenTotals(1000, 200, 300),
        new CostTotals(1.5m, 0.25m, 0.375m, 0.5m, 0.125m, 0.0625m),
        [new LayerCost("inference", 1001, 201, 301, 1.75m)],
        [new ModelCost("large", 7, 1002, 202, 302, 1.25m, 0.75m, 0.5m, 42.5, new StepQuantiles(1, 2, 3))],
        [new RedundantWork(Step, "repeated", 3, 4, 12.5, 100, 10)]);

    public static FilterList Filters { get; } = new(Window, ["shop ask"], ["", "prod"], ["1.0", "1.1"]);

    public static WorkflowList Workflows { get; } = new(
        Window, [new WorkflowSummary("shop ask", "shop", ["", "prod"], 10, 6, 2, Observed, Theoretical, Diverged, 1.5, 2.5, 3)]);

    public static QualityReport Quality { get; } = new(Window, "shop ask", 200, 2000, [new DefectCount("clockSkew", 7, 9, TraceId)]);

    public static TraceList TraceList { get; } = new(
        [
            new TraceEntry(
                TraceId, "shop ask", "prod", "1.2", "failed", "root", Start, End, 1000.000002, 12, 2, new TraceEntryFailure("tool_call", Step, "timeout")),
        ],
        "1763632801000000003.42",
        Ten);

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
                SpanId, ParentId, ParentId, "execute_tool search", "client", "shop", "tool_call", "gen_ai.operation.name", SpanId, "failed", "status", "timeout", Start, End, "-5",
                new Dictionary<string, object> { ["gen_ai.tool.name"] = "search", ["http.response.status_code"] = 504L, ["retry"] = true, ["ratio"] = 0.5 }),
        ],
        [new StepEntry(SpanId, ParentId, "tool_call", Step, "search", "failed", true, true, [new AttemptEntry(SpanId, "failed")])],
        [new SegmentEntry(SpanId, "tool_call", "compute", Start, End)],
        [new TimedOrderEntry(ParentId, SpanId, SpanId)],
        [new LayerTimeEntry("tool_call", 10.5, 4, 3, 2, 1.5)],
        new FailureEntry("tool_call", SpanId, "timeout", "search timed out"));
}
