using System.Globalization;
using TraceGap.Aggregation;

namespace TraceGap.Server.Configuration;

/// <summary>Reliabilities that vendors or teams promise, while they are read: <c>Advertised:LAYER</c> or <c>Advertised:STEP KEY</c>, 0 to 1. Reports lay their product beside what is delivered.</summary>
internal sealed class AdvertisedSettings
{
    private const string Prefix = "Advertised:";

    private readonly Dictionary<string, double> _reliabilities = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The keys that can be set, for people.</summary>
    public static IReadOnlyList<string> Keys { get; } = [$"{Prefix}LAYER", $"{Prefix}SERVICE/LAYER/OPERATION"];

    /// <summary>What was set, by name of layer or text of step key.</summary>
    public IReadOnlyDictionary<string, double> Reliabilities => _reliabilities;

    /// <summary>True if a key is one of these.</summary>
    public static bool Is(string key) => key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);

    /// <summary>Sets a key to a value; a later one wins.</summary>
    /// <returns>What is wrong with it; null if all is well.</returns>
    public string? Set(string key, string value)
    {
        string name = key[Prefix.Length..];
        bool isLayer = LayerNames.TryParse(name, out Layer layer);
        if (!isLayer && name.Count('/'.Equals) < 2)
        {
            return $"\"{name}\" is neither a layer nor a step key; a step key is service/layer/operation";
        }

        if (!double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double reliability) || reliability > 1)
        {
            return $"\"{value}\" is no reliability; write a number from 0 to 1, such as 0.995";
        }

        _reliabilities[isLayer ? LayerNames.Of(layer) : name] = reliability;
        return null;
    }
}
