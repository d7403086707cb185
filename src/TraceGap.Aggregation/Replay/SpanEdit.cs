namespace TraceGap.Aggregation;

/// <summary>What is different about a span.</summary>
/// <param name="Factor">What its computing is multiplied by.</param>
internal readonly record struct SpanEdit(decimal Factor)
{
    /// <summary>How often it is done again.</summary>
    public int Repeats { get; init; }

    /// <summary>Whether it is left out, with all below it.</summary>
    public bool IsRemoved { get; init; }

    /// <summary>Whether it is left out and an earlier try of its step was too.</summary>
    public bool IsLaterTry { get; init; }
}
