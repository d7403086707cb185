using System.Globalization;
using System.Text.RegularExpressions;

namespace TraceGap.EndToEnd.Tests.Telemetry;

/// <summary>Reads OpenMetrics 1.0 text and takes nothing that its grammar ("ABNF") and its rules for names, order and histograms do not allow.</summary>
internal sealed partial class MetricsReader
{
    private readonly Dictionary<string, double> _samples = new(StringComparer.Ordinal);
    private readonly HashSet<string> _families = new(StringComparer.Ordinal);
    private string _family = "";
    private string _type = "";
    private string _lastDescriptor = "";

    /// <summary>Values by series as written, <c>name{label="value"}</c>.</summary>
    public IReadOnlyDictionary<string, double> Samples => _samples;

    /// <summary>Exemplars by series.</summary>
    public Dictionary<string, string> Exemplars { get; } = new(StringComparer.Ordinal);

    public static MetricsReader Read(string text)
    {
        Assert.EndsWith("\n# EOF\n", text, StringComparison.Ordinal);
        MetricsReader reader = new();
        foreach (string line in text[..^"# EOF\n".Length].TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith('#'))
            {
                reader.ReadDescriptor(line);
            }
            else
            {
                reader.ReadSample(line);
            }
        }

        return reader;
    }

    /// <summary>The value of a series; 0 if there is none.</summary>
    public double this[string series] => _samples.GetValueOrDefault(series);

    private void ReadDescriptor(string line)
    {
        Match match = Descriptor().Match(line);
        Assert.True(match.Success, line);
        (string kind, string name, string rest) = (match.Groups["kind"].Value, match.Groups["name"].Value, match.Groups["rest"].Value);
        if (kind == "TYPE")
        {
            Assert.True(_families.Add(name), $"{name} comes twice");
            Assert.Contains(rest, new[] { "counter", "gauge", "histogram", "summary" });
            (_family, _type) = (name, rest);
        }
        else
        {
            Assert.Equal(_family, name);
            Assert.True(kind == "HELP" || name.EndsWith($"_{rest}", StringComparison.Ordinal), $"{name} does not end with its unit {rest}");
            Assert.NotEqual(kind, _lastDescriptor);
        }

        _lastDescriptor = kind;
    }

    private void ReadSample(string line)
    {
        _lastDescriptor = "";
        Match match = Sample().Match(line);
        Assert.True(match.Success, line);
        string name = match.Groups["name"].Value;
        string[] suffixes = _type switch { "counter" => ["_total"], "histogram" => ["_bucket", "_sum", "_count"], _ => [""] };
        Assert.Contains(name, suffixes.Select(suffix => _family + suffix));
        string series = match.Groups["series"].Value;
        Assert.True(_samples.TryAdd(series, Number(match.Groups["value"].Value)), $"{series} comes twice");
        Assert.True(_type != "counter" || _samples[series] >= 0, line);
        string[] labels = [.. match.Groups["label"].Captures.Select(label => label.Value)];
        Assert.Equal(labels.Distinct(), labels);
        if (match.Groups["exemplar"].Success)
        {
            Assert.Equal("counter", _type);
            Exemplars.Add(series, match.Groups["exemplar"].Value);
        }
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    [GeneratedRegex("""^# (?<kind>TYPE|UNIT|HELP) (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<rest>(?:[^\n"\\]|\\[\\n"])*)$""")]
    private static partial Regex Descriptor();

    [GeneratedRegex("""
        ^(?<series>(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?:(?:,(?!\}))?(?<label>[a-zA-Z_][a-zA-Z0-9_]*)="(?:[^\n"\\]|\\[\\n"])*")+\})?)
        [ ](?<value>[-+]?(?:[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|Inf)|NaN)
        (?:[ ]\#[ ]\{trace_id="(?<exemplar>[0-9a-f]{32})"\}[ ][0-9.]+[ ][0-9]+\.[0-9]+)?$
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Sample();
}
