using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

/// <summary>Lift, hazard and the worth of retries over many windows of a system whose dependence is known: no bias, and 95 % intervals that hold the truth as often as they say.</summary>
public sealed class DependenceSimulationTests
{
    private const int Windows = 200;
    private const int Traces = 500;
    private const int Calls = 4;
    private const double Down = 0.08;
    private const double Bad = 0.05;
    private const double Lost = 0.03;
    private const double Retried = 0.2;
    private const double StillFails = 0.4;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Figures_are_unbiased_and_their_intervals_hold_the_truth(bool isSampled)
    {
        DependenceReport[] reports = [.. Enumerable.Range(0, Windows).Select(seed => Window(seed, isSampled))];

        // Both tools stand on one index: they fail together when it is down.
        double fails = Down + ((1 - Down) * Bad);
        double lift = (Down + ((1 - Down) * Bad * Bad)) / (fails * fails);
        FailurePair[] pairs = [.. reports.Select(static report => report.Pairs.Single(static pair => pair.Step.EndsWith("tool a", StringComparison.Ordinal) && pair.Other.EndsWith("tool b", StringComparison.Ordinal)))];
        AssertMean(lift, pairs.Select(static pair => pair.Lift), 0.02 * lift);
        AssertCoverage(pairs.Select(pair => pair.Low <= lift && lift <= pair.High), atLeast: 0.9);

        // A first try of the model fails with 0.2, and of those that failed the second does with 0.4.
        double worth = Math.Log(Retried * StillFails) / Math.Log(Retried);
        AssertMean(worth, reports.Select(static report => report.Retries.Single().TriesWorth!.Value), 0.02 * worth);
        Assert.All(reports, static report => Assert.Equal(2, report.Retries.Single().TriesMade, 9));

        // Later calls fail more, and what is lost in silence is lost at the end.
        for (int position = 0; position < Calls; position++)
        {
            double truth = position < Calls - 1 ? Hazard(position) : Hazard(position) + ((1 - Hazard(position)) * Lost);
            PositionHazard[] seen = [.. reports.Select(report => report.Hazard[Head + position])];
            AssertMean(truth, seen.Select(static one => one.Hazard.Value!.Value), 0.002);
            AssertCoverage(seen.Select(one => one.Hazard.Low <= truth && truth <= one.Hazard.High), atLeast: 0.95);
        }
    }

    // Positions before the calls, where nothing ends.
    private const int Head = 3;

    private static double Hazard(int call) => 0.02 + (0.03 * call);

    private static DependenceReport Window(int seed, bool isSampled)
    {
        RandomChance chance = new(seed);
        List<TraceContribution> kept = [];
        while (kept.Count < Traces)
        {
            OutcomeRecord run = Run(chance);
            int weight = !isSampled || chance.Happens(0.5) ? 1 : 3;
            if (weight == 1 || chance.Happens(1.0 / weight))
            {
                kept.Add(Contributions.Trace(run, weight: (long)weight << 16));
            }
        }

        return DependenceBuilder.Build(new ReportInput { Cells = Contributions.Cells(kept) });
    }

    private static OutcomeRecord Run(RandomChance chance)
    {
        bool isDown = chance.Happens(Down);
        bool first = !chance.Happens(Retried);
        SimulatedRun run = new SimulatedRun()
            .Step("tool a", !isDown && !chance.Happens(Bad), recovered: true)
            .Step("tool b", !isDown && !chance.Happens(Bad), recovered: true)
            .Step("model", first || !chance.Happens(StillFails), recovered: true, attempts: first ? 1 : 2);
        for (int call = 0; call < Calls; call++)
        {
            bool ok = !chance.Happens(Hazard(call));
            run.Step("answer", ok);
            if (!ok)
            {
                return run.Ends(TraceOutcome.Failed);
            }
        }

        return run.Ends(chance.Happens(Lost) ? TraceOutcome.Failed : TraceOutcome.Ok);
    }

    // Three standard errors beyond what is tolerated.
    private static void AssertMean(double truth, IEnumerable<double> figures, double tolerated)
    {
        Mean error = Mean.Of([.. figures]).MinusTruth(truth);
        Assert.InRange(error.Value, -tolerated - error.Error, tolerated + error.Error);
    }

    // Three standard errors below.
    private static void AssertCoverage(IEnumerable<bool> holds, double atLeast)
    {
        double share = holds.Count(static hold => hold) / (double)Windows;
        Assert.InRange(share, atLeast - (3 * Math.Sqrt(0.95 * 0.05 / Windows)), 1);
    }
}
