using TraceGap.Server.Telemetry.OpenMetrics;

namespace TraceGap.Server.Tests.Telemetry;

public sealed class MetricsTextTests
{
    private static readonly MetricFamily Requests = new(
        "requests", MetricKind.Counter, "", "By \"code\",\nwith \\", [new MetricSeries([new("code", "a\"b\\c\nd"), new("x", "")], 12)]);

    [Fact]
    public void A_counter_has_its_suffix_on_samples_only_and_label_values_are_escaped() => Assert.Equal(
        """
        # TYPE requests counter
        # HELP requests By \"code\",\nwith \\
        requests_total{code="a\"b\\c\nd",x=""} 12
        # EOF

        """,
        MetricsText.Write([Requests], MetricsFormat.OpenMetrics));

    [Fact]
    public void The_older_format_describes_a_counter_by_its_samples_and_has_no_end() => Assert.Equal(
        """
        # TYPE requests_total counter
        # HELP requests_total By "code",\nwith \\
        requests_total{code="a\"b\\c\nd",x=""} 12

        """,
        MetricsText.Write([Requests], MetricsFormat.PrometheusText));

    [Fact]
    public void A_histogram_adds_its_buckets_up_and_spells_bounds_canonically()
    {
        MetricSeries series = new([], 3.5) { Buckets = [new(0.00001, 1), new(0.25, 0), new(1, 2), new(double.PositiveInfinity, 4)] };
        Assert.Equal(
            """
            # TYPE wait_seconds histogram
            # UNIT wait_seconds seconds
            # HELP wait_seconds Waiting
            wait_seconds_bucket{le="1e-05"} 1
            wait_seconds_bucket{le="0.25"} 1
            wait_seconds_bucket{le="1.0"} 3
            wait_seconds_bucket{le="+Inf"} 7
            wait_seconds_sum 3.5
            wait_seconds_count 7
            # EOF

            """,
            MetricsText.Write([new MetricFamily("wait_seconds", MetricKind.Histogram, "seconds", "Waiting", [series])], MetricsFormat.OpenMetrics));
    }

    [Fact]
    public void An_exemplar_is_written_where_the_format_has_a_place_for_it()
    {
        MetricSeries series = new([new("layer", "inference")], 2) { Exemplar = new MetricExemplar(new string('a', 32), 1.25) };
        MetricFamily family = new("failures", MetricKind.Counter, "", "Failures", [series]);
        Assert.Contains(
            "failures_total{layer=\"inference\"} 2 # {trace_id=\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"} 1.0 1.250\n",
            MetricsText.Write([family], MetricsFormat.OpenMetrics),
            StringComparison.Ordinal);
        Assert.DoesNotContain("trace_id", MetricsText.Write([family], MetricsFormat.PrometheusText), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    [InlineData(-0.1, "-0.1")]
    [InlineData(9007199254740992, "9007199254740992")]
    [InlineData(1e300, "1E+300")]
    public void Numbers_are_spelt_as_the_formats_have_them(double value, string text) => Assert.EndsWith(
        $"\nx {text}\n", MetricsText.Write([new MetricFamily("x", MetricKind.Gauge, "", "", [new MetricSeries([], value)])], MetricsFormat.PrometheusText), StringComparison.Ordinal);

    [Theory]
    [InlineData(null, "text/plain; version=0.0.4; charset=utf-8")]
    [InlineData("*/*", "text/plain; version=0.0.4; charset=utf-8")]
    [InlineData("application/openmetrics-text; version=1.0.0; charset=utf-8", "application/openmetrics-text; version=1.0.0; charset=utf-8")]
    [InlineData("application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
        "application/openmetrics-text; version=1.0.0; charset=utf-8")]
    [InlineData("text/plain;q=0.9, application/openmetrics-text;q=0.1", "text/plain; version=0.0.4; charset=utf-8")]
    [InlineData("application/openmetrics-text;version=2.0.0, text/plain;q=0.1", "text/plain; version=0.0.4; charset=utf-8")]
    [InlineData("application/openmetrics-text;q=0", "text/plain; version=0.0.4; charset=utf-8")]
    [InlineData(";;;", "text/plain; version=0.0.4; charset=utf-8")]
    public void A_scraper_gets_the_format_that_it_asks_for(string? accept, string contentType) =>
        Assert.Equal(contentType, MetricsFormats.ContentType(MetricsFormats.Negotiate([accept])));

    [Theory]
    [InlineData("tracegap.spans.received", "{span}", MetricKind.Counter, "tracegap_spans_received")]
    [InlineData("tracegap.ingest.lag", "s", MetricKind.Gauge, "tracegap_ingest_lag_seconds")]
    [InlineData("a-b.bytes", "By", MetricKind.Gauge, "a_b_bytes")]
    [InlineData("share", "1", MetricKind.Gauge, "share_ratio")]
    [InlineData("share", "1", MetricKind.Counter, "share")]
    [InlineData("9lives", null, MetricKind.Gauge, "_9lives")]
    internal void A_family_is_named_by_instrument_and_unit(string instrument, string? unit, MetricKind kind, string name) =>
        Assert.Equal(name, MetricName.Family(instrument, MetricName.Unit(unit, kind)));
}
