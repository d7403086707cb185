using TraceGap.Reporting.Alerts;
using Xunit.Abstractions;

namespace TraceGap.Reporting.Tests.Alerts;

/// <summary>How the rules of an objective do over months; what it prints is in docs/alerts.md. Minutes of computing, hence only where TRACEGAP_LONG_SIMULATION is 1.</summary>
public sealed class LongBurnRateTests(ITestOutputHelper output)
{
    private const int Day = 1440;
    private const int Lead = 3 * Day;
    private const int Month = 30 * Day;

    [LongSimulationFact]
    public void A_workflow_that_uses_up_its_budget_evenly_is_not_told_of()
    {
        foreach (double rate in (double[])[0.1, 1, 10, 100])
        {
            foreach (AlertRule rule in (AlertRule[])[AlertRule.BurnRate, AlertRule.SlowBurn])
            {
                int[] firings = Months(60, rate, 0.01, rule);
                output.WriteLine($"{AlertNames.Of(rule)}, {rate} a minute: none in {firings.Count(static count => count == 0) / (double)firings.Length:P1}, at most one in {firings.Count(static count => count <= 1) / (double)firings.Length:P1}, mean {firings.Average():0.000}, most {firings.Max()}");
                Assert.InRange(firings.Count(static count => count <= 1) / (double)firings.Length, 0.95, 1);
            }
        }
    }

    [LongSimulationFact]
    public void A_loss_just_above_what_is_told_does_not_flap()
    {
        foreach (double rate in (double[])[1, 10, 100])
        {
            foreach ((AlertRule rule, double loss) in ((AlertRule, double)[])[(AlertRule.BurnRate, 0.061), (AlertRule.BurnRate, 0.065), (AlertRule.BurnRate, 0.146), (AlertRule.SlowBurn, 0.0102), (AlertRule.SlowBurn, 0.011), (AlertRule.SlowBurn, 0.031)])
            {
                int[] firings = Months(20, rate, loss, rule);
                output.WriteLine($"{AlertNames.Of(rule)}, loss {loss}, {rate} a minute: mean {firings.Average():0.00}, most {firings.Max()}");
                Assert.InRange(firings.Count(static count => count <= 3) / (double)firings.Length, 0.95, 1);
            }
        }
    }

    [LongSimulationFact]
    public void How_long_it_takes_to_tell_and_to_be_over()
    {
        foreach (double rate in (double[])[0.1, 1, 10, 100])
        {
            foreach ((AlertRule rule, double loss) in ((AlertRule, double)[])[(AlertRule.BurnRate, 1), (AlertRule.BurnRate, 0.2), (AlertRule.BurnRate, 0.08), (AlertRule.SlowBurn, 0.04), (AlertRule.SlowBurn, 0.02)])
            {
                const int Lasting = 4 * Day;
                (int? Fired, int? Over)[] runs = [.. Enumerable.Range(1, 40).AsParallel().WithDegreeOfParallelism(2).Select(seed =>
                {
                    BurnRun run = new(BurnRun.Objective, new SimulatedTraffic(new Random(seed), Lead + Lasting + (5 * Day), new Traffic(rate), minute => minute is >= Lead and < Lead + Lasting ? loss : 0.002));
                    return (First(run.Entries(rule, Lead, AlertStatus.Firing)), First(run.Entries(rule, Lead, AlertStatus.Resolved).Where(static minute => minute >= Lead + Lasting)));
                })];
                int[] told = [.. runs.Select(static run => run.Fired).OfType<int>().Select(static minute => minute - Lead + 1).Order()];
                int[] over = [.. runs.Select(static run => run.Over).OfType<int>().Select(static minute => minute - Lead - Lasting + 1).Order()];
                output.WriteLine($"{AlertNames.Of(rule)}, loss {loss}, {rate} a minute: told in {told.Length} of 40, median {Median(told)} minutes; over in {over.Length}, median {Median(over)}");
            }
        }
    }

    private static int? First(IEnumerable<int> minutes) => minutes.Select(static minute => (int?)minute).FirstOrDefault();

    private static string Median(int[] ordered) => ordered.Length > 0 ? $"{ordered[ordered.Length / 2]}" : "-";

    private static int[] Months(int count, double rate, double loss, AlertRule rule) =>
        [.. Enumerable.Range(1, count).AsParallel().WithDegreeOfParallelism(2).Select(seed =>
            new BurnRun(BurnRun.Objective, new SimulatedTraffic(new Random(7919 * seed), Lead + Month, new Traffic(rate), _ => loss)).Entries(rule, Lead, AlertStatus.Firing).Count())];
}
