using System.Diagnostics;
using TraceGap.Aggregation;
using TraceGap.Demo;

namespace TraceGap.Tests.Demo;

public sealed class AgentSystemTests
{
    private const int Requests = 400;

    [Fact]
    public async Task The_same_seed_and_number_of_requests_give_the_same_ledger()
    {
        (Ledger first, _) = await RunAsync(seed: 7);
        (Ledger second, _) = await RunAsync(seed: 7);
        (Ledger other, _) = await RunAsync(seed: 8);

        Assert.Equal(CountsOf(first), CountsOf(second));
        Assert.NotEqual(CountsOf(first), CountsOf(other));
    }

    [Fact]
    public async Task The_ledger_books_as_many_attempts_as_there_are_spans_that_say_so()
    {
        (Ledger ledger, IReadOnlyList<Activity> spans) = await RunAsync(seed: 3);

        Assert.Equal(Requests, ledger.Total);
        Assert.All(
            AgentStep.All,
            step => Assert.Equal(ledger.Of(step).Attempts, spans.Count(span => span.DisplayName == step.Operation)));
        Assert.Equal(ledger.Failed, spans.Count(static span => span.ParentSpanId == default && span.Status == ActivityStatusCode.Error));
    }

    [Fact]
    public async Task Every_request_is_one_trace_over_several_services()
    {
        (_, IReadOnlyList<Activity> spans) = await RunAsync(seed: 3);

        Assert.Equal(Requests, spans.Select(static span => span.TraceId).Distinct().Count());
        Assert.Equal(5, spans.Select(static span => span.Source.Name).Distinct().Count());
        Assert.All(spans.GroupBy(static span => span.TraceId), static trace => Assert.Single(trace, static span => span.ParentSpanId == default));
    }

    [Fact]
    public async Task Faults_come_as_often_as_they_are_injected()
    {
        Injection injection = new(Seed: 11) { StepFailure = 0.2, FirstAttemptFailure = 0.5, SeamLoss = 0.3 };
        Ledger ledger = (await AgentSystemRun.OfAsync(injection, 1500)).Ledger;

        foreach (AgentStep step in AgentStep.All.Where(static step => step.CanFail))
        {
            AssertShare(injection.StepFailure, ledger.Of(step).OwnFailures, ledger.Of(step).Executions);
        }

        AssertShare(injection.Observed, ledger.Ok, ledger.Total);
        Assert.All(AgentStep.All.Where(static step => !step.CanFail), step => Assert.Equal(0, ledger.Of(step).OwnFailures));
        Assert.Equal(ledger.Total, ledger.WithoutOwnFailure + ledger.WithOnlyRecovered + (ledger.Failed - ledger.LostAtSeam));
    }

    [Fact]
    public void The_product_of_six_steps_at_97_percent_is_the_headline()
    {
        Injection injection = new(Seed: 1);

        Assert.Equal(Math.Pow(0.97, 6), injection.Theoretical, 0.001);
        Assert.Equal(injection.StepFailure, injection.FirstAttemptFailure * injection.SecondAttemptFailure, 12);
        Assert.Equal(injection.Theoretical * 0.9 / 0.97, injection.TheoreticalPerAttempt, 12);
    }

    private static async Task<(Ledger Ledger, IReadOnlyList<Activity> Spans)> RunAsync(ulong seed)
    {
        AgentSystemRun run = await AgentSystemRun.OfAsync(new Injection(seed), Requests);
        return (run.Ledger, run.Spans.Activities);
    }

    private static List<long> CountsOf(Ledger ledger) =>
    [
        ledger.Ok, ledger.Failed, ledger.Silent, ledger.LostAtSeam, ledger.WithOnlyRecovered, ledger.InputTokens, ledger.OutputTokens,
        .. AgentStep.All.SelectMany(step => (long[])[ledger.Of(step).Executions, ledger.Of(step).Attempts, ledger.Of(step).OwnFailures, ledger.Of(step).Recovered]),
    ];

    // Five standard deviations: a false alarm in three million.
    private static void AssertShare(double expected, long hits, long of) =>
        Assert.InRange((double)hits / of, expected - (5 * Math.Sqrt(expected * (1 - expected) / of)), expected + (5 * Math.Sqrt(expected * (1 - expected) / of)));
}
