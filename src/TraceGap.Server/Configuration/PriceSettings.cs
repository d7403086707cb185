using System.Globalization;
using Microsoft.Extensions.Configuration;
using TraceGap.Reporting;

namespace TraceGap.Server.Configuration;

/// <summary>
/// Prices while they are read: <c>Prices:Currency</c>, and <c>Prices:GLOB:Input</c>, <c>Output</c> and <c>CachedInput</c> per million tokens. A glob may have colons of its own, as model names do.
/// </summary>
public sealed class PriceSettings
{
    private const string Section = "Prices";
    private const string Prefix = Section + ":";
    private const string CurrencyKey = Prefix + "Currency";
    private const decimal MostPerMillion = 1_000_000_000;

    private static readonly string[] Parts = ["Input", "Output", "CachedInput"];

    private readonly Dictionary<string, decimal?[]> _prices = new(StringComparer.OrdinalIgnoreCase);
    private string _currency = PriceTable.DefaultCurrency;

    /// <summary>The keys that can be set, for people.</summary>
    public static IReadOnlyList<string> Keys { get; } = [CurrencyKey, .. Parts.Select(static part => $"{Prefix}MODEL:{part}")];

    /// <summary>Reads a file of prices, JSON of the shape of the configuration: <c>{"Prices": {"gpt-4o*": {"Input": 2.5, "Output": 10}}}</c>, below <c>TraceGap</c> or not.</summary>
    /// <param name="path">The file.</param>
    /// <param name="table">The prices; meaningful if there are no errors.</param>
    /// <returns>Every error, in words; empty if all is well.</returns>
    public static IReadOnlyList<string> ReadFile(string path, out PriceTable table)
    {
        PriceSettings settings = new();
        List<string> errors = [];
        try
        {
            IConfigurationRoot file = new ConfigurationBuilder().AddJsonFile(Path.GetFullPath(path)).Build();
            IConfigurationSection own = file.GetSection("TraceGap").GetSection(Section);
            errors.AddRange(settings.SetAll(path, own.Exists() ? own : file.GetSection(Section)));
        }
        catch (Exception exception) when (exception is InvalidDataException or FormatException or IOException or UnauthorizedAccessException)
        {
            errors.Add($"{path}: {exception.InnerException?.Message ?? exception.Message}");
        }

        errors.AddRange(settings.Problems());
        table = settings.ToTable();
        return errors;
    }

    /// <summary>True if a key is one of prices.</summary>
    public static bool IsPriceKey(string key) => key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);

    /// <summary>Sets a key to a value; a later one wins.</summary>
    /// <returns>What is wrong with it; null if all is well.</returns>
    public string? Set(string key, string value)
    {
        if (key.Equals(CurrencyKey, StringComparison.OrdinalIgnoreCase))
        {
            bool isCode = value.Length == 3 && value.All(char.IsAsciiLetter);
            _currency = isCode ? value.ToUpperInvariant() : _currency;
            return isCode ? null : $"\"{value}\" is no currency; write its three letters, such as USD";
        }

        int last = key.LastIndexOf(':');
        int part = Array.FindIndex(Parts, name => key.AsSpan(last + 1).Equals(name, StringComparison.OrdinalIgnoreCase));
        if (part < 0 || last <= Prefix.Length)
        {
            return $"unknown key; known are {string.Join(", ", Keys)}";
        }

        string glob = key[Prefix.Length..last];
        if (!_prices.TryGetValue(glob, out decimal?[]? parts))
        {
            _prices.Add(glob, parts = new decimal?[Parts.Length]);
        }

        // What was said wrongly is not missing as well.
        const NumberStyles Plain = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        bool isPrice = decimal.TryParse(value, Plain, CultureInfo.InvariantCulture, out decimal price) && price <= MostPerMillion;
        parts[part] = isPrice ? price : 0;
        return isPrice ? null : $"\"{value}\" is no price per million tokens, from 0 to {MostPerMillion}";
    }

    /// <summary>What is missing once everything is set, naming the key.</summary>
    public IEnumerable<string> Problems() =>
        from price in _prices.OrderBy(static price => price.Key, StringComparer.OrdinalIgnoreCase)
        from part in Enumerable.Range(0, 2)
        where price.Value[part] is null
        select $"{Prefix}{price.Key}:{Parts[part]} is missing; a model's price is that of input and output";

    /// <summary>The prices; cached input costs what input does unless it has a price of its own.</summary>
    public PriceTable ToTable() => new(
        _currency,
        _prices.Select(static price => KeyValuePair.Create(price.Key, new ModelPrice(price.Value[0] ?? 0, price.Value[1] ?? 0, price.Value[2] ?? price.Value[0] ?? 0))));

    private IEnumerable<string> SetAll(string source, IConfigurationSection section)
    {
        if (!section.Exists())
        {
            yield return $"{source}: has no section {Section}";
        }

        foreach ((string key, string? value) in section.AsEnumerable(makePathsRelative: true).OrderBy(static pair => pair.Key, StringComparer.OrdinalIgnoreCase))
        {
            if (value is not null && key.Length > 0 && Set(Prefix + key, value) is string problem)
            {
                yield return $"{source}: {Prefix}{key}: {problem}";
            }
        }
    }
}
