using System.Text;

namespace TraceGap.Server.Telemetry.OpenMetrics;

/// <summary>Names of instruments and attributes as Prometheus writes them (OpenTelemetry, "Prometheus and OpenMetrics Compatibility").</summary>
internal static class MetricName
{
    /// <summary>The word for a UCUM unit at the end of a name; empty for units in braces, which only annotate.</summary>
    public static string Unit(string? ucum, MetricKind kind) => ucum switch
    {
        "s" => "seconds",
        "By" => "bytes",
        "1" when kind == MetricKind.Gauge => "ratio",
        _ => "",
    };

    /// <summary>The name of a family.</summary>
    public static string Family(string instrument, string unit)
    {
        string name = Label(instrument);
        return unit.Length == 0 || name.EndsWith($"_{unit}", StringComparison.Ordinal) ? name : $"{name}_{unit}";
    }

    /// <summary>The name of a label: what is no letter, digit or underscore becomes an underscore.</summary>
    public static string Label(string attribute)
    {
        StringBuilder name = new(attribute.Length + 1);
        if (attribute.Length == 0 || char.IsAsciiDigit(attribute[0]))
        {
            name.Append('_');
        }

        foreach (char letter in attribute)
        {
            name.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '_');
        }

        return name.ToString();
    }
}
