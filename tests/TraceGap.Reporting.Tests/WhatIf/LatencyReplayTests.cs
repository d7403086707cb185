using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

public sealed class LatencyReplayTests
{
    private const long Millisecond = 1_000_000;

    [Fact]
    public void Nothing_changed_gains_exactly_nothing()
    {
        LatencyProjection latency = LatencyReplay.Of([.. Enumerable.Range(1, 1000).Select(static i => Trace(i, i))]);

        Assert.Equal(latency.Before, latency.After);
        foreach (Estimate gain in (Estimate[])[latency.Gain.P50, latency.Gain.P95, latency.Gain.P99, latency.Gain.Mean])
        {
            Assert.Equal(new Estimate(0, 0, 0), gain);
        }
    }

    [Fact]
    public void The_same_gain_in_every_trace_is_known_far_better_than_the_latencies()
    {
        LatencyProjection latency = LatencyReplay.Of([.. Enumerable.Range(1, 1000).Select(static i => Trace(i * 100, i * 85))]);

        foreach (Estimate gain in (Estimate[])[latency.Gain.P50, latency.Gain.P95, latency.Gain.P99, latency.Gain.Mean])
        {
            Assert.Equal(0.15, gain.Value!.Value, 1e-12);
            Assert.Equal(0.15, gain.Low!.Value, 1e-9);
            Assert.Equal(0.15, gain.High!.Value, 1e-9);
        }

        Assert.True(latency.Before.P50.High > latency.Before.P50.Low * 1.05);
    }

    [Fact]
    public void Quantiles_are_those_of_the_values_and_the_mean_is_exact()
    {
        LatencyProjection latency = LatencyReplay.Of([.. Enumerable.Range(1, 100).Reverse().Select(static i => Trace(i, 2 * i))]);

        Assert.Equal((50.0, 95.0, 99.0, 50.5), (latency.Before.P50.Value, latency.Before.P95.Value, latency.Before.P99.Value, latency.Before.Mean.Value));
        Assert.Equal((100.0, 190.0, 198.0, 101.0), (latency.After.P50.Value, latency.After.P95.Value, latency.After.P99.Value, latency.After.Mean.Value));
        Assert.Equal(-1, latency.Gain.Mean.Value!.Value, 1e-12);
    }

    [Fact]
    public void A_weight_of_two_counts_like_two_traces()
    {
        LatencyProjection weighted = LatencyReplay.Of([Trace(10, 5, weight: 2), Trace(20, 10), Trace(40, 40, weight: 3)]);
        LatencyProjection counted = LatencyReplay.Of([Trace(10, 5), Trace(10, 5), Trace(20, 10), Trace(40, 40), Trace(40, 40), Trace(40, 40)]);

        Assert.Equal(counted.Before.P50.Value, weighted.Before.P50.Value);
        Assert.Equal(counted.After.P95.Value, weighted.After.P95.Value);
        Assert.Equal(counted.Before.Mean.Value!.Value, weighted.Before.Mean.Value!.Value, 1e-12);
        Assert.Equal(counted.Gain.Mean.Value!.Value, weighted.Gain.Mean.Value!.Value, 1e-12);
        Assert.Equal(counted.Layers, weighted.Layers);
    }

    [Fact]
    public void Where_too_few_traces_lie_beyond_a_quantile_its_interval_is_open()
    {
        LatencyProjection latency = LatencyReplay.Of([.. Enumerable.Range(1, 100).Select(static i => Trace(i, i))]);

        Assert.Null(latency.Before.P99.High);
        Assert.NotNull(latency.Before.P99.Low);
        Assert.Equal(new Estimate(0, null, null), latency.Gain.P99);
        Assert.NotNull(latency.Before.P50.High);
    }

    [Theory]
    [InlineData(100, 50, 40, 61)]
    [InlineData(10, 50, 2, 9)]
    [InlineData(5, 50, 0, 6)]
    [InlineData(1, 99, 1, 2)]
    public void Ranks_are_those_of_the_tables(int count, int percent, int low, int high) => Assert.Equal(new OrderStatistics(low, high), OrderStatistics.Of(count, percent));

    [Theory]
    [InlineData(50)]
    [InlineData(95)]
    [InlineData(99)]
    public void The_interval_of_a_quantile_covers_it(int percent)
    {
        Random random = new(percent);
        int covered = 0;
        for (int run = 0; run < 400; run++)
        {
            Estimate quantile = new WeightedDurations([.. Enumerable.Range(0, 500).Select(_ => Trace((long)(random.NextDouble() * 1e6), 1))], static trace => trace.BeforeNanos).PercentileEstimate(percent);
            covered += quantile.Low <= percent * 1e4 && percent * 1e4 <= quantile.High ? 1 : 0;
        }

        Assert.InRange(covered, 370, 400);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(95)]
    public void The_interval_of_a_gain_covers_it(int percent)
    {
        // Before is even on 0..1000, a third of the traces lose a fifth, independently of how long they take.
        double truth = 0;
        for (double x = 0; x < 1000; x += 0.001)
        {
            double below = (2 / 3.0 * x / 1000) + (1 / 3.0 * Math.Min(1, x / 800));
            if (below >= percent / 100.0)
            {
                truth = 1 - (x / (percent * 10));
                break;
            }
        }

        Random random = new(percent);
        int covered = 0;
        for (int run = 0; run < 300; run++)
        {
            ReplayedTrace[] traces = [.. Enumerable.Range(0, 800).Select(_ => random.NextDouble() * 1000 is double x && random.Next(3) == 0 ? Exact(x, 0.8 * x) : Exact(x, x))];
            LatencyEstimates gains = LatencyReplay.Of(traces).Gain;
            Estimate gain = percent == 50 ? gains.P50 : gains.P95;
            covered += gain.Low <= truth && truth <= gain.High ? 1 : 0;
        }

        Assert.InRange(covered, 264, 300);
    }

    [Fact]
    public void Layers_are_means_per_trace_and_their_shares_add_up_to_one()
    {
        LatencyProjection latency = LatencyReplay.Of([Trace(100, 60), Trace(300, 180)]);

        Assert.Equal(["inference", "tool_call"], latency.Layers.Select(static layer => layer.Layer));
        Assert.Equal(1, latency.Layers.Sum(static layer => layer.ShareAfter!.Value), 1e-12);
        Assert.Equal(200, latency.Layers.Sum(static layer => layer.CriticalMsBefore), 1e-9);
        Assert.Equal(120, latency.Layers.Sum(static layer => layer.CriticalMsAfter), 1e-9);
    }

    [Fact]
    public void Without_traces_there_are_no_figures() => Assert.Equal(Estimate.None, LatencyReplay.Of([]).Gain.P50);

    private static ReplayedTrace Trace(long before, long after, int weight = 1) => Make(before * Millisecond, after * Millisecond, weight);

    private static ReplayedTrace Exact(double before, double after) => Make((long)(before * Millisecond), (long)(after * Millisecond), 1);

    private static ReplayedTrace Make(long before, long after, int weight)
    {
        long[] layersBefore = new long[LayerNames.Count];
        long[] layersAfter = new long[LayerNames.Count];
        (layersBefore[(int)Layer.Inference], layersBefore[(int)Layer.ToolCall]) = (before - (before / 4), before / 4);
        (layersAfter[(int)Layer.Inference], layersAfter[(int)Layer.ToolCall]) = (after - (after / 4), after / 4);
        return new ReplayedTrace((long)weight << 16, before, after, layersBefore, layersAfter);
    }
}
