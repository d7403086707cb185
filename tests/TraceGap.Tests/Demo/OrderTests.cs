using TraceGap.Aggregation;
using TraceGap.Demo;
using TraceGap.Offline;
using TraceGap.Otlp;
using TraceGap.Reporting;

namespace TraceGap.Tests.Demo;

public sealed class OrderTests
{
    [Fact]
    public async Task The_offline_report_is_the_same_to_the_byte_in_any_order_and_with_repetitions()
    {
        Injection injection = new(Seed: 9) { StepFailure = 0.2, FirstAttemptFailure = 0.5, SeamLoss = 0.2 };
        SpanRecord[] spans = [.. ActivityRecords.Of((await AgentSystemRun.OfAsync(injection, 200)).Spans)];
        string expected = ReportOf(spans);
        Random random = new(9);
        for (int round = 0; round < 5; round++)
        {
            SpanRecord[] shuffled = [.. spans, .. spans.Where(_ => random.Next(4) == 0)];
            random.Shuffle(shuffled);

            Assert.Equal(expected, ReportOf(shuffled));
        }
    }

    private static string ReportOf(SpanRecord[] spans)
    {
        OfflineAnalysis analysis = new(AnalysisOptions.Default);
        Array.ForEach(spans, analysis.Add);
        return ReportJson.Write(analysis.Report());
    }
}
