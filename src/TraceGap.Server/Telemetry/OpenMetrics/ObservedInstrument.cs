using System.Diagnostics.Metrics;
using System.Globalization;

namespace TraceGap.Server.Telemetry.OpenMetrics;

/// <summary>One instrument and what it said: a histogram since the start, every other one in the collection at hand, whose caller holds the collector's lock.</summary>
internal sealed class ObservedInstrument
{
    private const string Quantile = "quantile";

    private readonly List<MetricSeries> _series = [];
    private readonly ObservedHistogram? _histogram;
    private readonly MetricKind _kind;
    private readonly string _unit;
    private readonly string _help;

    /// <exception cref="NotSupportedException">It is neither a histogram nor observable.</exception>
    public ObservedInstrument(Instrument instrument)
    {
        _histogram = instrument switch
        {
            Histogram<double> histogram => new ObservedHistogram(histogram.Advice?.HistogramBucketBoundaries ?? []),
            Histogram<long> histogram => new ObservedHistogram([.. histogram.Advice?.HistogramBucketBoundaries?.Select(static bound => (double)bound) ?? []]),
            _ => null,
        };
        if (_histogram is null && !instrument.IsObservable)
        {
            throw new NotSupportedException($"{instrument.Name}: what is no histogram must be observable; increments are not added up here.");
        }

        bool isCounter = instrument.GetType().GetGenericTypeDefinition() == typeof(ObservableCounter<>);
        _kind = _histogram is not null ? MetricKind.Histogram : isCounter ? MetricKind.Counter : MetricKind.Gauge;
        _unit = MetricName.Unit(instrument.Unit, _kind);
        _help = instrument.Description ?? "";
        Name = MetricName.Family(instrument.Name, _unit);
    }

    /// <summary>Name of the family.</summary>
    public string Name { get; }

    /// <summary>Names that the samples of the family have.</summary>
    public IEnumerable<string> SampleNames => _kind switch
    {
        MetricKind.Counter => [$"{Name}_total"],
        MetricKind.Histogram => [$"{Name}_bucket", $"{Name}_sum", $"{Name}_count"],
        _ => [Name],
    };

    public void BeginCollection() => _series.Clear();

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (_histogram is not null)
        {
            _histogram.Record(value);
            return;
        }

        List<KeyValuePair<string, string>> labels = new(tags.Length);
        foreach ((string key, object? tag) in tags)
        {
            labels.Add(new(MetricName.Label(key), Convert.ToString(tag, CultureInfo.InvariantCulture) ?? ""));
        }

        _series.Add(new MetricSeries(labels, value));
    }

    public MetricFamily ToFamily(Func<string, MetricSeries, MetricExemplar?>? exemplars)
    {
        if (_histogram is not null)
        {
            return new MetricFamily(Name, _kind, _unit, _help, [_histogram.ToSeries()]);
        }

        // The label is reserved for quantiles of a summary ("Summary"), which may lack its sum and count.
        bool isSummary = _series.Exists(static series => series.Labels.Any(static label => label.Key == Quantile));
        MetricSeries[] series = [.. _kind == MetricKind.Counter && exemplars is not null
            ? _series.Select(one => one with { Exemplar = exemplars(Name, one) })
            : _series];
        return new MetricFamily(Name, isSummary ? MetricKind.Summary : _kind, _unit, _help, series);
    }
}
