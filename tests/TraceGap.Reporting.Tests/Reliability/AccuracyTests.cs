using System.Globalization;
using TraceGap.Aggregation;
using Xunit.Abstractions;

namespace TraceGap.Reporting.Tests;

/// <summary>
/// Estimators and intervals against systems whose truth is known. With <c>TRACEGAP_LONG_SIMULATION=1</c> 2,000 windows of every size instead of a few, which write the tables of
/// <c>docs/accuracy.md</c>.
/// </summary>
public sealed class AccuracyTests
{
    private const double MostBias = 0.002;

    private static readonly bool IsLong = Environment.GetEnvironmentVariable("TRACEGAP_LONG_SIMULATION") == "1";
    private static readonly int Windows = IsLong ? 2_000 : 300;
    private static readonly int[] Sizes = IsLong ? [100, 300, 1_000] : [300];

    // Standard errors of a share near 95 %: one where windows are many, so that no bound is given away, five where they are few.
    private static readonly double Chance = (IsLong ? 1 : 5) * Math.Sqrt(0.95 * 0.05 / Windows);

    public static TheoryData<string> Names => [.. KnownWorld.All.Select(static world => world.Name)];

    public static TheoryData<string> NamesWithLostRoots => [.. KnownWorld.WithLostRoots.Select(static world => world.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Estimates_are_unbiased_and_intervals_cover_the_truth(string name)
    {
        KnownWorld world = KnownWorld.All.Single(entry => entry.Name == name);
        foreach (int traces in Sizes)
        {
            Coverage coverage = Coverage.Of(world, traces, Windows);
            Write(coverage.ToString());
            double least = (traces < 300 ? 0.90 : 0.92) - Chance;
            Assert.InRange(coverage.Observed, least, 1);
            Assert.InRange(coverage.Theoretical, least, 1);
            Assert.InRange(coverage.Divergence, least, 1);
            Assert.True(coverage.NarrowestWidth > 0, "an interval has no width");
            Assert.InRange(coverage.LargestGap, 0, 1e-12);
            AssertUnbiased(coverage.BiasOfDivergence);
            if (world.HasUnequalWeights)
            {
                // A ratio of weighted sums is biased by itself; what else there is must be as small as anywhere.
                Coverage corrected = Coverage.Of(world, traces, Windows, BealeWeights.Of);
                Write(corrected.ToString());
                AssertUnbiased(corrected.Bias);
            }

            if (traces >= 300 || !world.HasUnequalWeights)
            {
                AssertUnbiased(coverage.Bias);
            }

            // The ghosts of a window have its largest weight, so that with unequal ones the interval is wide rather than narrow.
            if (traces >= 1_000 && !world.HasUnequalWeights && Math.Abs(world.Observed - world.Theoretical) * traces >= 10)
            {
                Assert.InRange(coverage.Divergence, 0.93 - Chance, 0.97 + Chance);
            }
        }
    }

    [Theory]
    [MemberData(nameof(NamesWithLostRoots))]
    public void Roots_that_are_lost_where_runs_fail_leave_the_truth_within_the_bounds(string name)
    {
        KnownWorld world = KnownWorld.WithLostRoots.Single(entry => entry.Name == name);
        foreach (int traces in Sizes)
        {
            LostRoots lost = LostRoots.Of(world, traces, Windows);
            Write(lost.ToString());
            Assert.True(lost.Observed.Value > world.Observed + 0.02, "what was lost flatters");
            AssertUnbiased(lost.WorstObserved.MinusTruth(world.Observed));
            Assert.True(lost.BestObserved.Value > world.Observed);
            double truth = world.Observed - world.Theoretical;
            Assert.InRange(truth, lost.WorstDivergence.Value - MostBias - lost.WorstDivergence.Error, lost.BestDivergence.Value);
            Assert.Equal(0, lost.OutOfOrder);
            Assert.Equal(0, lost.Significant);
        }
    }

    [Fact]
    public void Every_system_has_its_rows_in_the_documentation()
    {
        string text = AccuracyTable.Read();
        foreach (string name in KnownWorld.All.Concat(KnownWorld.WithLostRoots).Select(static world => world.Name))
        {
            Assert.All(new[] { "100", "300", "1,000" }, size => Assert.Contains($"\n| {name} | {size} | ", text, StringComparison.Ordinal));
        }
    }

    private static void AssertUnbiased(Mean bias) => Assert.InRange(bias.Value, -MostBias - bias.Error, MostBias + bias.Error);

    private static void Write(string row)
    {
        if (IsLong)
        {
            AccuracyTable.Write(row);
        }
    }
}
