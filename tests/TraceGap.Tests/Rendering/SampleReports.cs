using TraceGap.Reporting;

namespace TraceGap.Tests.Rendering;

/// <summary>Reports with figures that were chosen, not computed: rendering is about how they look.</summary>
internal static class SampleReports
{
    public static Report Agents { get; } = new(
        new ReportWindow(new DateTime(2026, 11, 20, 22, 34, 0, DateTimeKind.Utc), new DateTime(2026, 11, 20, 23, 34, 0, DateTimeKind.Utc)),
        "gateway/POST /ask",
        new TraceCounts(3000, 2445, 555, 0, 0, 0, 0, 0),
        null,
        34_512,
        false,
        new DateTime(2026, 11, 20, 23, 33, 58, DateTimeKind.Utc),
        new ReliabilityReport(
            new ObservedReliability(0.815, 0.8007, 0.8285, 0.815, 0.815),
            new Estimate(0.8322, 0.8188, 0.8449),
            new Divergence(-0.0172, -0.0273, -0.0071, -0.0172, -0.0172, true),
            false,
            3000,
            0.9741,
            0.1591,
            new Estimate(0.7722, 0.7570, 0.7867),
            new Decomposition(0.06, 0.0011, 0.0253, -0.0436),
            null,
            [new LayerLoss("inference", 0.09, 0.012), new LayerLoss("tool_call", 0.0778, 0.0139)],
            [new PassK(1, 50, 0.815, 0.74, 0.871), new PassK(2, 50, 0.701, 0.6, 0.786), new PassK(3, 12, 0.6125, 0.347, 0.824)]),
        new LatencyReport(
            27.43, 41.2, 52.7, 88.04, 29.8,
            [
                new LatencyBand("p50", 310, [new BandLayer("inference", 11.3, 0.412, 9.1, 2.2, 0, 0), new BandLayer("tool_call", 6.1, 0.222, 4.9, 0.4, 0, 0.8), new BandLayer("ingress", 1.4, 0.051, 0.9, 0, 0.5, 0)], [], 0.227),
                new LatencyBand("p95", 150, [new BandLayer("inference", 31.0, 0.56, 28.8, 2.2, 0, 0), new BandLayer("tool_call", 16.1, 0.29, 8.9, 0.4, 0, 6.8)],
                    [
                        new BandStep("agents/inference/chat large", "inference", 30.2, 0.545, 28, 2.2, 0, 0, 2.2 / 30.2),
                        new BandStep("agents/tool_call/execute_tool crm_lookup", "tool_call", 16.1, 0.29, 8.9, 0.4, 0, 6.8, 7.2 / 16.1),
                        new BandStep("gateway/ingress/POST /ask", "ingress", 1.9, 0.034, 0, 0, 1.9, 0, 1),
                    ],
                    0.201),
                new LatencyBand("p99", 30, [new BandLayer("inference", 61.0, 0.66, 58.8, 2.2, 0, 0), new BandLayer("tool_call", 21.5, 0.23, 14.3, 0.4, 0, 6.8)], [], 0.114),
            ],
            0.231,
            0.702),
        [
            new LayerReport("orchestration", 11_200, 88, 0, new Estimate(0.9921, 0.9903, 0.9936), new CriticalTime(3.1, 2.9, 5.2, 7.7), 0.104, new TokenCounts(0, 0)),
            new LayerReport("ingress", 3000, 91, 0, new Estimate(0.9697, 0.9630, 0.9752), new CriticalTime(1.4, 1.3, 2.2, 3.1), 0.051, new TokenCounts(0, 0)),
            new LayerReport("inference", 2820, 84, 79, new Estimate(0.9702, 0.9633, 0.9759), new CriticalTime(12.1, 11.0, 31.0, 61.0), 0.412, new TokenCounts(3_801_220, 601_337)),
            new LayerReport("tool_call", 2731, 0, 0, new Estimate(1, 0.9986, 1), new CriticalTime(6.4, 5.8, 16.0, 21.5), 0.222, new TokenCounts(0, 0)),
        ],
        [
            Step("gateway", "ingress", "POST /ask", 3000, 3000, 91, 0, 0.9697, 0.051),
            Step("agents", "orchestration", "invoke_agent a-researcher-with-quite-a-long-name-of-its-own", 2822, 2822, 0, 0, 1, 0.03),
            Step("agents", "inference", "chat large", 2738, 2738, 79, 79, 0.9711, 0.401),
            Step("agents", "tool_call", "execute_tool crm_lookup", 1320, 1452, 38, 0, 0.9712, 0.12),
        ],
        [
            new FailureReport(null, null, "502", "silent", 131, "00f067aa0ba902b7a3ce929d0e0e4736"),
            new FailureReport("ingress", "gateway/ingress/POST /ask", "503", "provider", 91, "0af7651916cd43dd8448eb211c80319c"),
            new FailureReport("tool_call", "agents/tool_call/execute_tool crm_lookup", "tool_timeout", "timeout", 38, null),
        ],
        [
            new SerializationReport(
                "gateway/ingress/POST /ask",
                ["agents/orchestration/invoke_agent a-researcher-with-quite-a-long-name-of-its-own", "agents/orchestration/invoke_agent clerk"],
                8.4, 0.281, 2699, "proven"),
            new SerializationReport(
                "agents/orchestration/invoke_agent clerk",
                ["agents/tool_call/execute_tool crm_lookup", "agents/tool_call/execute_tool crm_lookup", "agents/tool_call/execute_tool web_search"],
                5.15, 0.012, 118, "likely"),
            new SerializationReport("agents/orchestration/invoke_agent clerk", ["agents/tool_call/execute_tool crm_lookup", "agents/tool_call/execute_tool crm_lookup"], 2.6, 0.004, 75, "possible"),
        ]);

    public static CostReport Costs { get; } = new(
        new ReportWindow(new DateTime(2026, 11, 20, 22, 34, 0, DateTimeKind.Utc), new DateTime(2026, 11, 20, 23, 34, 0, DateTimeKind.Utc)),
        "gateway/POST /ask",
        "EUR",
        false,
        ["local-llama", ""],
        new RequestCounts(3000, 2445, 555),
        new TokenTotals(4_801_220, 701_337, 1_200_000),
        new CostTotals(1234.5m, 0.4115m, 0.504907975460m, 199.99m, 0.0123m, 0m),
        [new LayerCost("inference", 4_800_000, 701_337, 1_200_000, 1234.5m), new LayerCost("retrieval", 1220, 0, 0, null)],
        [
            new ModelCost("large-2026-10-01", 2738, 3_801_220, 601_337, 1_200_000, 1234.4877m, 199.98m, 0m, 71.4, new StepQuantiles(310, 820.5, 1412)),
            new ModelCost("small", 79, 80_000, 12_000, 0, 0.0123m, 0.01m, 0.0123m, 120, new StepQuantiles(null, null, null)),
            new ModelCost("local-llama", 12, 919_000, 88_000, 0, null, null, null, null, new StepQuantiles(null, null, null)),
            new ModelCost("", 3, 1000, 0, 0, null, null, null, null, new StepQuantiles(null, null, null)),
        ],
        [
            new RedundantWork("agents/tool_call/execute_tool crm_lookup", "thrown_away", 130, 132, 402.6, 0, 0),
            new RedundantWork("agents/inference/chat large", "repeated", 12, 15, 65_000, 21_000, 4100),
        ]);

    /// <summary>Costs of a window in which no model was called.</summary>
    public static CostReport NoCosts { get; } = new(
        new ReportWindow(null, null), null, "USD", true, [], new RequestCounts(0, 0, 0), new TokenTotals(0, 0, 0), new CostTotals(null, null, null, null, null, null), [], [], []);

    /// <summary>A report of which every warning is due.</summary>
    public static Report Doubtful { get; } = Agents with
    {
        Workflow = null,
        Overflow = true,
        Traces = new TraceCounts(80, 60, 10, 1, 7, 2, 4, 3),
        Weighted = new WeightedCounts(800, 600, 100, 70),
        Reliability = Agents.Reliability with
        {
            UpperBound = true,
            PathSample = 50,
            Divergence = new Divergence(-0.02, -0.09, 0.05, -0.12, -0.01, false),
            Observed = new ObservedReliability(0.857, 0.757, 0.92, 0.779, 0.87),
        },
        Objective = new ObjectiveReport(
            "answers", 0.995, "30d", new DateTime(2026, 11, 20, 10, 59, 0, DateTimeKind.Utc), 0.9931, 0.005, -0.38,
            [new BurnRate("5m", null), new BurnRate("30m", 0), new BurnRate("1h", 2.4), new BurnRate("6h", 1.2), new BurnRate("3d", 0.9)]),
    };

    /// <summary>A window in which nothing ran.</summary>
    public static Report Empty { get; } = new(
        new ReportWindow(null, null),
        null,
        new TraceCounts(0, 0, 0, 0, 0, 0, 0, 0),
        null,
        0,
        false,
        null,
        new ReliabilityReport(
            new ObservedReliability(null, null, null, null, null), Estimate.None, new Divergence(null, null, null, null, null, false), false, 0, null, null,
            Estimate.None, new Decomposition(null, null, null, null), null, [], []),
        new LatencyReport(null, null, null, null, null, [], null, null),
        [],
        [],
        [],
        []);

    private static StepReport Step(
        string service, string layer, string operation, long executions, long attempts, long failures, long recovered, double reliability, double share) => new(
        $"{service}/{layer}/{operation}", layer, service, operation, executions, attempts, failures, recovered,
        new Estimate(reliability, reliability - 0.006, Math.Min(1, reliability + 0.006)), new StepQuantiles(6.1, 14.2, 21.9), share,
        failures == 0 ? [] : [new ErrorCount("error, \"quoted\"", failures)]);
}
