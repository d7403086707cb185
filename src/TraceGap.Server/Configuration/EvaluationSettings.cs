using System.Globalization;
using TraceGap.Aggregation;

namespace TraceGap.Server.Configuration;

/// <summary>What scores of evaluations are worth, while it is read: <c>Analysis:Evaluations:NAME:Min</c> and <c>:Max</c>. NAME is a name or a glob, which may have colons of its own.</summary>
internal sealed class EvaluationSettings
{
    private const string Prefix = "Analysis:Evaluations:";
    private const string Min = ":Min";
    private const string Max = ":Max";

    private readonly Dictionary<string, EvaluationThreshold> _thresholds = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The keys that can be set, for people.</summary>
    public static IReadOnlyList<string> Keys { get; } = [$"{Prefix}NAME{Min}", $"{Prefix}NAME{Max}"];

    /// <summary>What was set; the name with most letters of its own first.</summary>
    public IReadOnlyList<EvaluationThreshold> Thresholds =>
    [
        .. _thresholds.Values
            .OrderByDescending(static threshold => threshold.Name.Count(static letter => letter != '*'))
            .ThenBy(static threshold => threshold.Name, StringComparer.Ordinal),
    ];

    /// <summary>True if a key is one of these.</summary>
    public static bool Is(string key) => key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);

    /// <summary>Sets a key to a value; a later one wins.</summary>
    /// <returns>What is wrong with it; null if all is well.</returns>
    public string? Set(string key, string value)
    {
        bool isMin = key.EndsWith(Min, StringComparison.OrdinalIgnoreCase);
        if ((!isMin && !key.EndsWith(Max, StringComparison.OrdinalIgnoreCase)) || key.Length <= Prefix.Length + Min.Length)
        {
            return $"neither the lowest nor the highest score that passes; write {Keys[0]} or {Keys[1]}";
        }

        if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double score) || !double.IsFinite(score))
        {
            return $"\"{value}\" is no score; write a number, such as 0.7";
        }

        string name = key[Prefix.Length..^Min.Length];
        EvaluationThreshold before = _thresholds.GetValueOrDefault(name) ?? new EvaluationThreshold(name, Min: null, Max: null);
        _thresholds[name] = isMin ? before with { Min = score } : before with { Max = score };
        return null;
    }

    /// <summary>What does not fit together.</summary>
    public IEnumerable<string> Problems() => _thresholds.Values
        .Where(static threshold => threshold.Min > threshold.Max)
        .Select(static threshold => $"{Prefix}{threshold.Name}: no score is at least {threshold.Min} and at most {threshold.Max}");
}
