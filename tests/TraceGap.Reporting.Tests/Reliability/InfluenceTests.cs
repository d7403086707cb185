using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

/// <summary>The influence functions are derivatives: moving the weight of one row a little must move the estimate as they say.</summary>
public sealed class InfluenceTests
{
    private const int Tables = 150;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_influence_of_a_trace_on_theoretical_is_the_derivative_by_its_weight(bool firstAttempts)
    {
        int borrowing = 0;
        for (int seed = 0; seed < Tables; seed++)
        {
            Scenario scenario = ScenarioOf(seed);
            PathProduct product = Product(scenario, firstAttempts);
            product.Differentiate();
            borrowing += HasBorrowers(scenario) ? 1 : 0;
            for (int row = 0; row < scenario.Rows.Count; row++)
            {
                double expected = Derivative(scenario, row, changed => Product(changed, firstAttempts).Value);
                double influence = product.Influence(
                    scenario.Rows[row], scenario.IsCut[row], step => firstAttempts ? step.FailedFirstAttempts : step.OwnFailures);
                Assert.True(Math.Abs(expected - influence) < 1e-7, $"table {seed}, row {row}: derivative {expected}, influence {influence}");
            }
        }

        Assert.True(borrowing > Tables / 10, $"only {borrowing} tables have prefixes that borrow their value");
    }

    [Fact]
    public void The_variance_of_the_divergence_is_made_of_derivatives()
    {
        for (int seed = 0; seed < Tables; seed++)
        {
            Dictionary<OutcomeRecord, OutcomeWeight> table = RandomTables.Make(seed);
            Scenario scenario = ScenarioOf(seed);
            double expected = 0;
            for (int row = 0; row < scenario.Rows.Count; row++)
            {
                double derivative = Derivative(scenario, row, static changed => Divergence(changed));
                expected += scenario.WeightsSquared[row] * derivative * derivative;
            }

            ReliabilityEstimate estimate = ReliabilityEstimator.Estimate(table, EstimatorOptions.Default)!;
            Assert.Equal(Divergence(scenario), estimate.Divergence.Value, 12);
            Assert.Equal(1, estimate.Divergence.Variance / expected, 5);
        }
    }

    [Fact]
    public void Influences_of_all_traces_add_up_to_nothing()
    {
        // A ratio does not change when all weights grow alike.
        for (int seed = 0; seed < Tables; seed++)
        {
            Scenario scenario = ScenarioOf(seed);
            PathProduct product = Product(scenario, firstAttempts: false);
            product.Differentiate();
            double sum = 0;
            for (int row = 0; row < scenario.Rows.Count; row++)
            {
                sum += scenario.Weights[row] * product.Influence(scenario.Rows[row], scenario.IsCut[row], static step => step.OwnFailures);
            }

            Assert.Equal(0, sum, 10);
        }
    }

    private static Scenario ScenarioOf(int seed) =>
        Scenario.Of(OutcomeTableBuilder.Build(
            OutcomeSample.Whole(RandomTables.Make(seed).Where(static entry => entry.Key.Outcome != TraceOutcome.Unknown)), Granularity.Step));

    private static bool HasBorrowers(Scenario scenario)
    {
        Tally tally = new(scenario);
        PathTrie trie = scenario.Table.Trie;
        return Enumerable.Range(1, trie.Count - 1).Any(node => tally.Passed[node] == 0
            && Enumerable.Range(1, trie.Count - 1).Any(other => trie.Position(other) == trie.Position(node) && tally.Passed[other] > 0));
    }

    private static double Divergence(Scenario scenario)
    {
        Tally tally = new(scenario);
        return (tally.Ok / tally.Total) - Product(scenario, firstAttempts: false).Value;
    }

    private static PathProduct Product(Scenario scenario, bool firstAttempts)
    {
        Tally tally = new(scenario);
        return new PathProduct(scenario.Table, tally, tally.Reliabilities(firstAttempts ? tally.FailedFirstAttempts : tally.OwnFailures));
    }

    private static double Derivative(Scenario scenario, int row, Func<Scenario, double> figure)
    {
        double weight = scenario.Weights[row];
        double step = 1e-4 * weight;
        scenario.Weights[row] = weight + step;
        double above = figure(scenario);
        scenario.Weights[row] = weight - step;
        double below = figure(scenario);
        scenario.Weights[row] = weight;
        return (above - below) / (2 * step);
    }
}
