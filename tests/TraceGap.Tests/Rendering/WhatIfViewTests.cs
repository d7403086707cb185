using TraceGap.Rendering;
using TraceGap.Reporting;

namespace TraceGap.Tests.Rendering;

public sealed class WhatIfViewTests
{
    internal static WhatIfReport Answer { get; } = new(
        new ReportWindow(new DateTime(2026, 11, 20, 10, 0, 0, DateTimeKind.Utc), new DateTime(2026, 11, 20, 11, 0, 0, DateTimeKind.Utc)),
        "gateway/POST /ask",
        new SampledTraces(1000, 12_345),
        new LatencyProjection(
            new LatencyEstimates(new Estimate(1002.5, 990.25, 1015), new Estimate(2210, 2105, 2390), new Estimate(3120, 2800, null), new Estimate(1190.4, 1170, 1211)),
            new LatencyEstimates(new Estimate(962.5, 951, 975.5), new Estimate(2105, 2010, 2280), new Estimate(2990, 2690, null), new Estimate(1141.9, 1121, 1163)),
            new LatencyEstimates(new Estimate(0.0399, 0.0381, 0.0417), new Estimate(0.0475, 0.0391, 0.0559), new Estimate(0.0417, null, null), new Estimate(0.0407, 0.0401, 0.0413)),
            [
                new LayerShift("retrieval", 0.6, 0.6243, 714.2, 714.2), new LayerShift("inference", 0.25, 0.2213, 297.6, 252.9), new LayerShift("tool_call", 0.15, 0.1544, 178.6, 174.8),
            ]),
        new ReliabilityProjection(
            new ReliabilityShift(new Estimate(0.812, 0.805, 0.819), new Estimate(0.861, 0.854, 0.868)),
            new ReliabilityShift(new Estimate(0.833, 0.826, 0.84), new Estimate(0.879, 0.872, 0.886))),
        ["scale[1].step \"exceute_tool*\""],
        ["Latency is that of 1,000 of 12,345 traces, those with the smallest hashes of the trace id; reliability is that of all.", "What started after something had ended is taken to have waited for it."]);

    private static readonly WhatIfReport Nothing = Answer with
    {
        Workflow = null,
        Window = new ReportWindow(null, null),
        Sampled = new SampledTraces(0, 0),
        Latency = LatencyOfNothing,
        Reliability = new ReliabilityProjection(new ReliabilityShift(Estimate.None, Estimate.None), new ReliabilityShift(Estimate.None, Estimate.None)),
        Unmatched = [],
        Assumptions = [Answer.Assumptions[1]],
    };

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void An_answer_looks_as_reviewed(int width) => Golden.Check($"whatif-{width}.txt", ReportViewTests.Render(width, static console => WhatIfView.Write(console, Answer)));

    [Fact]
    public void Without_data_it_says_so() => Golden.Check("whatif-empty-100.txt", ReportViewTests.Render(100, static console => WhatIfView.Write(console, Nothing)));

    private static LatencyProjection LatencyOfNothing
    {
        get
        {
            LatencyEstimates none = new(Estimate.None, Estimate.None, Estimate.None, Estimate.None);
            return new LatencyProjection(none, none, none, []);
        }
    }
}
