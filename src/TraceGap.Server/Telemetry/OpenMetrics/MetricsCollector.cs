using System.Diagnostics.Metrics;

namespace TraceGap.Server.Telemetry.OpenMetrics;

/// <summary>Reads instruments into families whenever it is asked to: <c>/metrics</c>. Thread-safe.</summary>
/// <remarks>
/// It listens by itself and is no reader of the OpenTelemetry SDK, which keeps a place for every series that it ever saw: workflows come and go, and after some months their
/// gauges would all be one overflow. Nor does it end with <c>OTEL_SDK_DISABLED</c>. Histograms have no attributes here, and their bounds are those that the instrument advises.
/// </remarks>
internal sealed class MetricsCollector : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, ObservedInstrument> _instruments = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    /// <summary>Starts listening.</summary>
    /// <param name="wants">Which instruments: counters and gauges that are observed, and histograms.</param>
    public MetricsCollector(Func<Instrument, bool> wants)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (wants(instrument))
            {
                ObservedInstrument observed = new(instrument);
                lock (_lock)
                {
                    _instruments[observed.Name] = observed;
                }

                listener.EnableMeasurementEvents(instrument, observed);
            }
        };
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => ((ObservedInstrument)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => ((ObservedInstrument)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => ((ObservedInstrument)state!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>The families that have series now, by name.</summary>
    /// <param name="exemplars">Finds the exemplar of a series by the name of its family and its labels; null if there are none.</param>
    public IReadOnlyList<MetricFamily> Collect(Func<string, MetricSeries, MetricExemplar?>? exemplars = null)
    {
        lock (_lock)
        {
            foreach (ObservedInstrument instrument in _instruments.Values)
            {
                instrument.BeginCollection();
            }

            _listener.RecordObservableInstruments();
            return [.. _instruments.Values.Select(instrument => instrument.ToFamily(exemplars)).Where(static family => family.Series.Count > 0)];
        }
    }

    /// <summary>Stops listening.</summary>
    public void Dispose() => _listener.Dispose();
}
