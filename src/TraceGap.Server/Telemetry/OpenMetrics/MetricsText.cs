using System.Globalization;
using System.Text;

namespace TraceGap.Server.Telemetry.OpenMetrics;

/// <summary>Writes families as text, in OpenMetrics 1.0 or in the older format of Prometheus, which lacks units, exemplars and an end.</summary>
internal sealed class MetricsText
{
    private readonly StringBuilder _text = new();
    private readonly bool _open;

    private MetricsText(MetricsFormat format) => _open = format == MetricsFormat.OpenMetrics;

    /// <summary>The text of families, whose names must be distinct.</summary>
    public static string Write(IEnumerable<MetricFamily> families, MetricsFormat format)
    {
        MetricsText text = new(format);
        foreach (MetricFamily family in families)
        {
            text.Write(family);
        }

        if (text._open)
        {
            text._text.Append("# EOF\n");
        }

        return text._text.ToString();
    }

    private void Write(MetricFamily family)
    {
        // The older format describes a counter by the name of its samples.
        string described = family.Kind == MetricKind.Counter && !_open ? $"{family.Name}_total" : family.Name;
        Describe("TYPE", described, family.Kind.ToString().ToLowerInvariant());
        if (_open && family.Unit.Length > 0)
        {
            Describe("UNIT", described, family.Unit);
        }

        Describe("HELP", described, Escape(family.Help, quotes: _open));
        foreach (MetricSeries series in family.Series)
        {
            Write(family, series);
        }
    }

    private void Describe(string what, string name, string text) => _text.Append($"# {what} {name} {text}\n");

    private void Write(MetricFamily family, MetricSeries series)
    {
        switch (family.Kind)
        {
            case MetricKind.Counter:
                Sample($"{family.Name}_total", series.Labels, series.Value, series.Exemplar);
                break;
            case MetricKind.Histogram:
                WriteHistogram(family.Name, series);
                break;
            default:
                Sample(family.Name, series.Labels, series.Value);
                break;
        }
    }

    private void WriteHistogram(string name, MetricSeries series)
    {
        long count = 0;
        foreach (HistogramBucket bucket in series.Buckets)
        {
            count += bucket.Count;
            Sample($"{name}_bucket", [.. series.Labels, new("le", Bound(bucket.UpperBound))], count);
        }

        Sample($"{name}_sum", series.Labels, series.Value);
        Sample($"{name}_count", series.Labels, count);
    }

    private void Sample(string name, IReadOnlyList<KeyValuePair<string, string>> labels, double value, MetricExemplar? exemplar = null)
    {
        _text.Append(name);
        for (int i = 0; i < labels.Count; i++)
        {
            _text.Append(i == 0 ? '{' : ',').Append(labels[i].Key).Append("=\"").Append(Escape(labels[i].Value, quotes: true)).Append('"');
        }

        _text.Append(labels.Count > 0 ? "} " : " ").Append(Number(value));
        if (_open && exemplar is not null)
        {
            _text.Append($" # {{trace_id=\"{exemplar.TraceId}\"}} 1.0 {exemplar.UnixSeconds.ToString("F3", CultureInfo.InvariantCulture)}");
        }

        _text.Append('\n');
    }

    private static string Escape(string text, bool quotes)
    {
        string escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    // Bounds are labels, so they have one canonical spelling ("Considerations: Canonical Numbers").
    private static string Bound(double bound)
    {
        string number = Number(bound).ToLowerInvariant();
        return double.IsInfinity(bound) ? "+Inf" : number.AsSpan().ContainsAny('.', 'e') ? number : $"{number}.0";
    }
}
