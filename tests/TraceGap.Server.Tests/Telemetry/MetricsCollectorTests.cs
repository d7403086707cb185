using System.Diagnostics.Metrics;
using TraceGap.Server.Telemetry.OpenMetrics;

namespace TraceGap.Server.Tests.Telemetry;

public sealed class MetricsCollectorTests : IDisposable
{
    private readonly Meter _meter = new("tests");

    public void Dispose() => _meter.Dispose();

    [Fact]
    public void Observed_series_are_those_of_the_collection_at_hand_and_no_older_ones()
    {
        string[] workflows = ["a", "b"];
        using MetricsCollector collector = new(instrument => instrument.Meter == _meter);
        _meter.CreateObservableGauge("g", () => workflows.Select(name => new Measurement<double>(1, new KeyValuePair<string, object?>("workflow", name))));

        Assert.Equal(2, Assert.Single(collector.Collect()).Series.Count);
        workflows = ["c"];
        Assert.Equal("c", Assert.Single(Assert.Single(collector.Collect()).Series).Labels[0].Value);
        workflows = [];
        Assert.Empty(collector.Collect());
    }

    [Fact]
    public void A_counter_that_is_not_observed_is_refused_and_not_shown_wrong()
    {
        using MetricsCollector collector = new(instrument => instrument.Meter == _meter);

        Assert.Throws<NotSupportedException>(() => _meter.CreateCounter<long>("c"));
    }

    [Fact]
    public void A_histogram_puts_a_value_on_a_bound_below_it_and_one_above_all_bounds_last()
    {
        using MetricsCollector collector = new(instrument => instrument.Meter == _meter);
        Histogram<long> histogram = _meter.CreateHistogram("h", advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 5] });
        Array.ForEach([1L, 2, 5, 6], value => histogram.Record(value));

        MetricFamily family = Assert.Single(collector.Collect());

        Assert.Equal(MetricKind.Histogram, family.Kind);
        Assert.Equal(14, family.Series[0].Value);
        Assert.Equal([new(1, 1), new(5, 2), new(double.PositiveInfinity, 1)], family.Series[0].Buckets);
    }

    [Fact]
    public void A_gauge_of_quantiles_is_a_summary_and_only_what_is_wanted_is_read()
    {
        using MetricsCollector collector = new(instrument => instrument.Meter == _meter && instrument.Name != "unwanted");
        _meter.CreateObservableGauge("q", () => new Measurement<double>(1, new KeyValuePair<string, object?>("quantile", "0.5")));
        _meter.CreateObservableCounter("n", () => 3L);
        _meter.CreateObservableGauge("unwanted", () => 1L);

        Assert.Equal([("n", MetricKind.Counter), ("q", MetricKind.Summary)], collector.Collect().Select(family => (family.Name, family.Kind)));
    }
}
