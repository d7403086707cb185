namespace TraceGap.Aggregation;

/// <summary>What is known of one call of a model; the default is no call.</summary>
/// <param name="Model">The model that answered, else the one that was asked; empty if neither is named; null for what is no call.</param>
/// <param name="Tokens">Its tokens.</param>
/// <param name="FirstTokenNanos">From its start to the first token or chunk, ns; null where nothing says so.</param>
public readonly record struct ModelCall(string? Model, TokenSums Tokens, long? FirstTokenNanos)
{
    /// <summary>False for the default.</summary>
    public bool IsCall => Model is not null;
}
