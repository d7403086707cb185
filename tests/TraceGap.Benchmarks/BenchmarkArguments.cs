using System.Globalization;

namespace TraceGap.Benchmarks;

/// <summary>What the command line says.</summary>
internal sealed class BenchmarkArguments
{
    private readonly Dictionary<string, string> _values = [];

    private BenchmarkArguments(string area) => Area = area;

    /// <summary>What to measure.</summary>
    public string Area { get; }

    /// <summary>Less than a minute, printed only.</summary>
    public bool Quick => Has("quick");

    public int? Spans => Number("spans");

    public int? Rounds => Number("rounds");

    public int? SpansPerTrace => Number("spans-per-trace");

    public int? SpansPerRequest => Number("spans-per-request");

    /// <summary>Makes the folder where results are kept: that of this project's sources, unless said otherwise.</summary>
    public string MakeResultsFolder() =>
        Directory.CreateDirectory(Text("results") ?? Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", ".."))).FullName;

    /// <summary>True if the flag or option was given.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>Reads <c>AREA [--name value | --flag]…</c>.</summary>
    public static BenchmarkArguments Read(string[] arguments)
    {
        BenchmarkArguments read = new(arguments.FirstOrDefault("help"));
        for (int i = 1; i < arguments.Length; i++)
        {
            string name = arguments[i].TrimStart('-');
            bool hasValue = i + 1 < arguments.Length && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal);
            read._values[name] = hasValue ? arguments[++i] : "";
        }

        return read;
    }

    /// <summary>The text given with a name, or null.</summary>
    public string? Text(string name) => _values.GetValueOrDefault(name);

    /// <summary>The number given with a name, or null.</summary>
    public int? Number(string name) => _values.TryGetValue(name, out string? text) ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
