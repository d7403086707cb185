using System.Globalization;
using TraceGap.Aggregation;
using Xunit.Abstractions;

namespace TraceGap.Reporting.Tests;

/// <summary>
/// Estimators and intervals against systems whose truth is known. With <c>TRACEGAP_LONG_SIMULATION=1</c> 2,000 windows of every size instead of a few, and the table that
/// <c>docs/accuracy.md</c> shows in the output.
/// </summary>
public sealed class AccuracyTests(ITestOutputHelper output)
{
    private const double MostBias = 0.002;

    private static readonly bool IsLong = Environment.GetEnvironmentVariable("TRACEGAP_LONG_SIMULATION") == "1";
    private static readonly int Windows = IsLong ? 2_000 : 300;

    // Five standard errors of a share near 95 %, so that a few windows do not fail by chance.
    private static readonly double Chance = IsLong ? 0.005 : 5 * Math.Sqrt(0.95 * 0.05 / Windows);

    public static TheoryData<string> Names => [.. KnownWorld.All.Select(static world => world.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Estimates_are_unbiased_and_intervals_cover_the_truth(string name)
    {
        KnownWorld world = KnownWorld.All.Single(entry => entry.Name == name);
        int[] sizes = IsLong ? [100, 300, 1_000] : [300];
        foreach (int traces in sizes)
        {
            Coverage coverage = Measure(world, traces);
            output.WriteLine(coverage.ToString());
            double least = (traces < 300 ? 0.90 : 0.92) - Chance;
            Assert.InRange(coverage.Observed, least, 1);
            Assert.InRange(coverage.Theoretical, least, 1);
            Assert.InRange(coverage.Divergence, least, 1);
            Assert.True(coverage.NarrowestWidth > 0, "an interval has no width");
            Assert.InRange(coverage.LargestGap, 0, 1e-12);
            if (traces >= 1_000 || !IsLong)
            {
                Assert.InRange(coverage.Bias, -MostBias - coverage.BiasError, MostBias + coverage.BiasError);
            }

            // The ghosts of a window have its largest weight, so that with unequal ones the interval is wide rather than narrow.
            if (traces >= 1_000 && !world.HasUnequalWeights && Math.Abs(world.Observed - world.Theoretical) * traces >= 10)
            {
                Assert.InRange(coverage.Divergence, 0.93 - Chance, 0.97 + Chance);
            }
        }
    }

    [Fact]
    public void Roots_that_are_lost_where_runs_fail_leave_the_truth_within_the_bounds()
    {
        RandomChance chance = new(4);
        Dictionary<OutcomeRecord, OutcomeWeight> table = [];
        for (int i = 0; i < 20_000; i++)
        {
            OutcomeRecord run = SimulatedWorld.SixSteps(chance);
            bool isLost = run.Outcome == TraceOutcome.Failed && chance.Happens(0.5);
            OutcomeRecord seen = isLost
                ? new OutcomeRecord([.. run.Path.Select(static position => position.ToArray())], [.. run.Steps], TraceOutcome.Unknown, false, run.HasUnrecovered, run.LastFailed)
                : run;
            table[seen] = table.GetValueOrDefault(seen) + new OutcomeWeight(1, 1 << 16, (Int128)1 << 32);
        }

        ReliabilityReport report = ReliabilityMean.Of([ReliabilityEstimator.Estimate(table, EstimatorOptions.Default)!]);

        double truth = Math.Pow(0.97, 6);
        Assert.True(report.Observed.Value > truth + 0.03, "what was lost flatters");
        Assert.InRange(truth, report.Observed.Worst!.Value - 0.01, report.Observed.Best!.Value);
        Assert.False(report.Divergence.Significant);
    }

    private static Coverage Measure(KnownWorld world, int traces)
    {
        Coverage coverage = new(world, traces);
        for (int seed = 0; seed < Windows; seed++)
        {
            coverage.Add(ReliabilityMean.Of([ReliabilityEstimator.Estimate(world.Sample(traces, seed), EstimatorOptions.Default)!]));
        }

        return coverage;
    }

    /// <summary>What many windows of one size say about one world.</summary>
    private sealed class Coverage(KnownWorld world, int traces)
    {
        private int _windows;
        private int _observed;
        private int _theoretical;
        private int _divergence;
        private double _sum;
        private double _squares;

        public double Observed => (double)_observed / _windows;

        public double Theoretical => (double)_theoretical / _windows;

        public double Divergence => (double)_divergence / _windows;

        /// <summary>Mean of theoretical − truth.</summary>
        public double Bias => (_sum / _windows) - world.Theoretical;

        /// <summary>Three standard errors of <see cref="Bias"/>.</summary>
        public double BiasError => 3 * Math.Sqrt(Math.Max(0, (_squares / _windows) - (_sum / _windows * (_sum / _windows))) / _windows);

        public double NarrowestWidth { get; private set; } = double.PositiveInfinity;

        /// <summary>What the terms of the decomposition lack or have too much.</summary>
        public double LargestGap { get; private set; }

        public void Add(ReliabilityReport report)
        {
            double truth = world.Observed - world.Theoretical;
            _windows++;
            _observed += Holds(report.Observed.Low, report.Observed.High, world.Observed);
            _theoretical += Holds(report.Theoretical.Low, report.Theoretical.High, world.Theoretical);
            _divergence += Holds(report.Divergence.Low, report.Divergence.High, truth);
            _sum += report.Theoretical.Value!.Value;
            _squares += report.Theoretical.Value.Value * report.Theoretical.Value.Value;
            NarrowestWidth = new[]
            {
                NarrowestWidth,
                report.Observed.High!.Value - report.Observed.Low!.Value,
                report.Theoretical.High!.Value - report.Theoretical.Low!.Value,
                report.Divergence.High!.Value - report.Divergence.Low!.Value,
            }.Min();
            Decomposition terms = report.Decomposition;
            double sum = (report.TheoreticalPerAttempt.Value + terms.Retries + terms.Dependence + terms.Recovered + terms.Silent)!.Value;
            LargestGap = Math.Max(LargestGap, Math.Abs(sum - report.Observed.Value!.Value));
        }

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"| {world.Name} | {traces:N0} | {world.Observed:0.0000} | {world.Theoretical:0.0000} | {100 * Bias:+0.00;−0.00;0.00} | {Observed:0.0 %} | {Theoretical:0.0 %} | {Divergence:0.0 %} |");

        private static int Holds(double? low, double? high, double truth) => low - 1e-12 <= truth && truth <= high + 1e-12 ? 1 : 0;
    }
}
