using System.IO.Enumeration;

namespace TraceGap.Reporting;

/// <summary>What a model costs, per million tokens.</summary>
/// <param name="Input">Input tokens.</param>
/// <param name="Output">Output tokens.</param>
/// <param name="CachedInput">Input tokens that the provider had cached.</param>
public sealed record ModelPrice(decimal Input, decimal Output, decimal CachedInput);

/// <summary>Prices by model, as the user gives them; none are built in, for a price that is out of date is worse than none. Immutable.</summary>
public sealed class PriceTable
{
    /// <summary>The currency where none is set.</summary>
    public const string DefaultCurrency = "USD";

    private readonly (string Glob, ModelPrice Price)[] _prices;

    /// <summary>Makes a table.</summary>
    /// <param name="currency">Code of the currency of all prices (ISO 4217).</param>
    /// <param name="prices">Prices by glob of the model's name: <c>*</c> is any text, <c>?</c> any character; case does not matter.</param>
    public PriceTable(string currency, IEnumerable<KeyValuePair<string, ModelPrice>> prices)
    {
        Currency = currency;
        _prices =
        [
            .. prices.Select(static price => (price.Key, price.Value))
                .OrderByDescending(static price => price.Key.Count(static character => character is not ('*' or '?')))
                .ThenBy(static price => price.Key, StringComparer.OrdinalIgnoreCase),
        ];
    }

    /// <summary>No prices.</summary>
    public static PriceTable Empty { get; } = new(DefaultCurrency, []);

    /// <summary>Code of the currency.</summary>
    public string Currency { get; }

    /// <summary>The price of a model: of the globs that fit, that of the one with most letters of its own; null if none fits.</summary>
    public ModelPrice? Find(string model)
    {
        foreach ((string glob, ModelPrice price) in _prices)
        {
            if (FileSystemName.MatchesSimpleExpression(glob, model))
            {
                return price;
            }
        }

        return null;
    }
}
