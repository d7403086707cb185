namespace TraceGap.Aggregation;

/// <summary>Tokens of any number of model calls. Adds and subtracts.</summary>
/// <param name="Input">Input tokens as reported.</param>
/// <param name="Output">Output tokens as reported.</param>
/// <param name="CachedInput">Input tokens that the provider had cached.</param>
/// <param name="FreshInput">
/// Input tokens that it had not: input − cached, for the conventions count cached tokens as input; all of the input where an emitter counts them beside it.
/// </param>
public readonly record struct TokenSums(long Input, long Output, long CachedInput, long FreshInput)
{
    /// <summary>Adds two sums.</summary>
    public static TokenSums operator +(TokenSums left, TokenSums right) =>
        new(left.Input + right.Input, left.Output + right.Output, left.CachedInput + right.CachedInput, left.FreshInput + right.FreshInput);

    /// <summary>So many times the sums; −1 takes out what +1 added.</summary>
    public static TokenSums operator *(int factor, TokenSums sums) =>
        new(factor * sums.Input, factor * sums.Output, factor * sums.CachedInput, factor * sums.FreshInput);

    /// <summary>The greater of two reports of one call, number by number.</summary>
    internal static TokenSums Max(TokenSums left, TokenSums right) => new(
        Math.Max(left.Input, right.Input), Math.Max(left.Output, right.Output), Math.Max(left.CachedInput, right.CachedInput), Math.Max(left.FreshInput, right.FreshInput));
}
