using TraceGap.Aggregation;
using TraceGap.Commands;
using TraceGap.Demo;
using TraceGap.Offline;
using TraceGap.Otlp;
using TraceGap.Reporting;

namespace TraceGap.Tests.Demo;

public sealed class TruthTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    public async Task The_offline_report_of_the_agents_spans_has_every_count_that_their_ledger_has(ulong seed, bool parallel)
    {
        // Many faults, so that every kind of failure happens beside every other.
        Injection injection = new(seed) { StepFailure = 0.15, FirstAttemptFailure = 0.4, SeamLoss = 0.15, Parallel = parallel };
        (Ledger ledger, Report report, int spans) = await AnalyzeAsync(injection, 600);

        IReadOnlyList<CountCheck> counts = TruthCheck.Counts(report, ledger, spans);

        Assert.DoesNotContain(counts, static check => !check.Holds);
        Assert.Contains(counts, static check => check is { What: "recovered", Truth: > 0 });
        Assert.Contains(counts, static check => check is { What: "lost at the seam", Truth: > 0 });
        Assert.True(ledger.Of(Layer.ToolCall).Attempts > ledger.Of(Layer.ToolCall).Executions);
    }

    [Fact]
    public async Task The_estimates_lie_around_what_was_injected()
    {
        Injection injection = new(Seed: 5);
        (_, Report report, _) = await AnalyzeAsync(injection, 2000);

        // Twice the 95 % interval: a false alarm in ten thousand.
        Assert.All(TruthCheck.Estimates(report, injection), static check => Assert.True(
            Math.Abs(check.Truth - check.Reported!.Value) <= 2 * Math.Max(check.High!.Value - check.Reported.Value, check.Reported.Value - check.Low!.Value), check.ToString()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_agents_are_in_series_unless_they_run_at_the_same_time(bool parallel)
    {
        (Ledger ledger, Report report, _) = await AnalyzeAsync(new Injection(4) { Parallel = parallel }, 200);

        if (parallel)
        {
            Assert.Empty(report.Serialization);
            return;
        }

        // A run that fails in an agent ends there, so some have two of the three.
        SerializationReport all = report.Serialization[0];
        Assert.Equal(["researcher", "analyst", "clerk"], all.Children.Select(static child => child[(child.LastIndexOf(' ') + 1)..]));
        Assert.All(report.Serialization, group => Assert.Equal((all.Parent, "possible"), (group.Parent, group.Confidence)));
        Assert.All(report.Serialization, group => Assert.Equal(all.Children.Take(group.Children.Count), group.Children));
        Assert.InRange(all.Traces, ledger.Ok, ledger.Total);
    }

    [Fact]
    public async Task A_count_that_is_off_is_told()
    {
        (Ledger ledger, Report report, int spans) = await AnalyzeAsync(new Injection(3), 60);
        using StringWriter writer = new() { NewLine = "\n" };

        bool holds = TruthView.Write(Terminal.PlainConsole(writer, 100), TruthCheck.Counts(report, ledger, spans + 1), TruthCheck.Estimates(report, new Injection(3)));

        Assert.False(holds);
        Assert.Contains($"all, spans: truth {spans + 1:N0}, report {spans:N0}", writer.ToString(), StringComparison.Ordinal);
    }

    private static async Task<(Ledger Ledger, Report Report, int Spans)> AnalyzeAsync(Injection injection, int requests)
    {
        AgentSystemRun run = await AgentSystemRun.OfAsync(injection, requests);
        OfflineAnalysis analysis = new(AnalysisOptions.Default);
        SpanRecord[] spans = [.. ActivityRecords.Of(run.Spans)];
        Array.ForEach(spans, analysis.Add);
        return (run.Ledger, analysis.Report(), spans.Length);
    }
}
