using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>The calls of a model with what they cost.</summary>
/// <param name="Model">The model.</param>
/// <param name="Cell">Its calls, all layers.</param>
/// <param name="Price">Its price, or null.</param>
internal sealed record PricedModel(string Model, ModelCell Cell, ModelPrice? Price)
{
    /// <summary>All that was spent on it.</summary>
    public decimal? Total => Money.Of(Cell.Tokens + Cell.ThrownAway, Price);

    /// <summary>Of that, in failed traces.</summary>
    public decimal? Failed => Money.Of(Cell.Failed, Price);

    /// <summary>Of that, for attempts that were thrown away.</summary>
    public decimal? ThrownAway => Money.Of(Cell.ThrownAway, Price);

    /// <summary>Of that, for repetitions.</summary>
    public decimal? Repeated => Money.Of(Cell.Repeated, Price);
}
