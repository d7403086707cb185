using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

public sealed class LatencyAttributionTests
{
    private const double BinWidth = 0.022;

    private static readonly OutcomeRecord Fine = new SimulatedRun().Step("model").Ends(TraceOutcome.Ok);

    [Fact]
    public void Quantiles_are_within_a_bin_of_the_sorted_durations_and_the_mean_is_exact()
    {
        Random random = new(7);
        long[] durations = [.. Enumerable.Range(0, 997).Select(_ => random.NextInt64(1_000_000, 60_000_000_000))];
        LatencyReport latency = Report(durations).Latency;
        Array.Sort(durations);

        Assert.Equal(1, latency.P50!.Value * 1e6 / durations[498], BinWidth);
        Assert.Equal(1, latency.P90!.Value * 1e6 / durations[897], BinWidth);
        Assert.Equal(1, latency.P95!.Value * 1e6 / durations[947], BinWidth);
        Assert.Equal(1, latency.P99!.Value * 1e6 / durations[987], BinWidth);
        Assert.Equal(1, latency.Mean!.Value * 1e6 / durations.Average(), 1e-12);
    }

    [Theory]
    [InlineData(50, 100, 50)]
    [InlineData(55, 100, 55)]
    [InlineData(95, 20, 19)]
    [InlineData(99, 100, 99)]
    [InlineData(99, 101, 100)]
    [InlineData(50, 1, 1)]
    [InlineData(100, long.MaxValue, long.MaxValue)]
    public void A_rank_is_the_percentile_rounded_up(int percent, long count, long rank)
    {
        Assert.Equal(rank, LatencyHistogram.Rank(percent, count));
    }

    [Fact]
    public void Bands_are_whole_bins_around_the_median_and_from_a_rank_upwards()
    {
        // One hundred traces of durations a bin or more apart.
        long[] durations = [.. Enumerable.Range(0, 100).Select(static i => (long)(1_000_000 * Math.Pow(1.05, i)))];
        LatencyReport latency = Report(durations).Latency;

        Assert.Equal(["p50", "p95", "p99"], latency.Bands.Select(static band => band.Band));
        Assert.Equal([11, 6, 2], latency.Bands.Select(static band => band.Traces));
        Assert.Equal(durations[44..55].Average() / 1e6, latency.Bands[0].Layers.Sum(static layer => layer.CriticalMs), 9);
        Assert.Equal(durations[98..].Average() / 1e6, latency.Bands[2].Layers.Sum(static layer => layer.CriticalMs), 9);
    }

    [Fact]
    public void Traces_that_share_a_bin_with_the_edge_of_a_band_belong_to_it()
    {
        LatencyReport latency = Report([.. Enumerable.Repeat(5_000_000L, 90), .. Enumerable.Repeat(80_000_000L, 10)]).Latency;

        Assert.Equal([90, 10, 10], latency.Bands.Select(static band => band.Traces));
    }

    [Fact]
    public void Slow_traces_show_where_their_own_time_went()
    {
        List<TraceContribution> traces = [.. Enumerable.Range(0, 95).Select(static _ => Trace(10_000_000, (Layer.Inference, SegmentKind.Compute, 10_000_000)))];
        traces.AddRange(Enumerable.Range(0, 5).Select(static _ => Trace(
            100_000_000, (Layer.Inference, SegmentKind.Compute, 10_000_000), (Layer.ToolCall, SegmentKind.Wait, 70_000_000), (Layer.ToolCall, SegmentKind.Movement, 20_000_000))));
        Report report = Contributions.Report(traces);
        BandLayer slow = report.Latency.Bands[2].Layers[0];

        Assert.Equal(new BandLayer("tool_call", 90, 0.9, 0, 20, 0, 70), slow);
        Assert.Equal(["tool_call", "inference"], report.Latency.Bands[2].Layers.Select(static layer => layer.Layer));
        Assert.Equal(["inference"], report.Latency.Bands[0].Layers.Select(static layer => layer.Layer));
        Assert.Equal(450.0 / 1450, report.Latency.CoordinationShare!.Value, 12);
        Assert.Equal(0.5, report.Latency.CoveredShare!.Value, 12);
    }

    [Fact]
    public void A_layers_time_is_per_trace_that_has_the_layer_and_its_share_is_of_all_time()
    {
        Report report = Contributions.Report(
        [
            Trace(10_000_000, (Layer.Inference, SegmentKind.Compute, 10_000_000)),
            Trace(30_000_000, (Layer.Inference, SegmentKind.Compute, 10_000_000), (Layer.Retrieval, SegmentKind.Compute, 20_000_000)),
        ]);
        LayerReport retrieval = report.Layers.Single(static layer => layer.Layer == "retrieval");

        Assert.Equal(20, retrieval.CriticalMs.Mean!.Value);
        Assert.Equal(20, retrieval.CriticalMs.P50!.Value, 20 * BinWidth);
        Assert.Equal(0.5, retrieval.Share);
        Assert.Equal(0, retrieval.Steps);
        Assert.Null(retrieval.Reliability.Value);
        Assert.Equal(1, report.Layers.Sum(static layer => layer.Share!.Value), 12);
    }

    [Fact]
    public void In_every_band_the_shares_of_layers_and_of_what_they_did_sum_to_one_and_steps_are_part_of_their_layers()
    {
        Random random = new(3);
        for (int round = 0; round < 40; round++)
        {
            Report report = Contributions.Report([.. Enumerable.Range(0, random.Next(1, 200)).Select(_ => Tiled(random))]);
            Assert.Equal(3, report.Latency.Bands.Count);
            foreach (LatencyBand band in report.Latency.Bands)
            {
                Assert.Equal(1, band.Layers.Sum(static layer => layer.Share!.Value), 9);
                Assert.Equal(band.CoordinationShare!.Value, band.Layers.Sum(static layer => layer.Share!.Value * (layer.CriticalMs - layer.ComputeMs) / layer.CriticalMs), 9);
                Assert.All(band.Layers, static layer => Assert.Equal(1, (layer.ComputeMs + layer.MovementMs + layer.HandoffMs + layer.WaitMs) / layer.CriticalMs, 9));
                foreach (IGrouping<string, BandStep> layer in band.Steps.GroupBy(static step => step.Layer))
                {
                    // One step key a layer here, so that its own time is the layer's.
                    BandLayer whole = band.Layers.Single(entry => entry.Layer == layer.Key);
                    Assert.Equal(1, layer.Sum(static step => step.CriticalMs) / whole.CriticalMs, 9);
                    Assert.Equal(whole.Share!.Value, layer.Sum(static step => step.Share!.Value), 9);
                    Assert.Equal(whole.ComputeMs, layer.Sum(static step => step.ComputeMs), 9);
                    Assert.Equal(whole.MovementMs, layer.Sum(static step => step.MovementMs), 9);
                    Assert.Equal(whole.HandoffMs, layer.Sum(static step => step.HandoffMs), 9);
                    Assert.Equal(whole.WaitMs, layer.Sum(static step => step.WaitMs), 9);
                    Assert.All(layer, static step => Assert.Equal((step.CriticalMs - step.ComputeMs) / step.CriticalMs, step.CoordinationShare!.Value, 9));
                }
            }
        }
    }

    private static TraceContribution Tiled(Random random)
    {
        long nanos = random.NextInt64(1_000_000, 60_000_000_000);
        long[] cuts = [0, .. Enumerable.Range(0, 5).Select(_ => random.NextInt64(nanos)).Order(), nanos];
        (Layer, SegmentKind, long)[] path =
            [.. cuts.Zip(cuts.Skip(1), (from, to) => (random.Next(2) == 0 ? Layer.Inference : Layer.ToolCall, (SegmentKind)random.Next(4), to - from))];
        return Contributions.Trace(new SimulatedRun().Step("model").Step("tool").Ends(TraceOutcome.Ok), durationNanos: nanos, path: path);
    }

    private static Report Report(IEnumerable<long> durations) =>
        Contributions.Report(durations.Select(static nanos => Trace(nanos, (Layer.Inference, SegmentKind.Compute, nanos))));

    private static TraceContribution Trace(long nanos, params (Layer Layer, SegmentKind Kind, long Nanos)[] path) =>
        Contributions.Trace(Fine, durationNanos: nanos, path: path);
}
