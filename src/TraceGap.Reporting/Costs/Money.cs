using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>Tokens times prices. Tokens are whole numbers up to here, and what follows is decimal.</summary>
internal static class Money
{
    private const decimal TokensPerPrice = 1_000_000;

    // Below a millionth of a millionth nothing is money; without rounding a mean has 28 digits.
    private const int Digits = 12;

    // Dividing by it takes the zeros off the end of a decimal, so that equal amounts are equal texts.
    private const decimal One = 1.0000000000000000000000000000m;

    /// <summary>What tokens cost; null without a price.</summary>
    public static decimal? Of(TokenSums tokens, ModelPrice? price) => price is null
        ? null
        : ((tokens.FreshInput * price.Input) + (tokens.CachedInput * price.CachedInput) + (tokens.Output * price.Output)) / TokensPerPrice;

    /// <summary>The sum of what is known; null if nothing is.</summary>
    public static decimal? Sum(IEnumerable<decimal?> amounts) => amounts.Aggregate((decimal?)null, static (sum, amount) => amount is null ? sum : (sum ?? 0) + amount);

    /// <summary>An amount as reports show it.</summary>
    public static decimal? Shown(decimal? amount) => amount is decimal value ? Math.Round(value, Digits) / One : null;

    /// <summary>An amount each; null for none.</summary>
    public static decimal? Each(decimal? amount, long count) => count > 0 ? Shown(amount / count) : null;
}
