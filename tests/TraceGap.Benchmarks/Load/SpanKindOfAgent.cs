namespace TraceGap.Benchmarks.Load;

/// <summary>How a span gets its variant.</summary>
internal enum VariantRule
{
    /// <summary>Any of the first half, which is fine.</summary>
    Ok,

    /// <summary>Mostly the one of the first half that belongs to the root's variant, as an agent has its usual model; first attempts fail.</summary>
    MostlyOfTrace,

    /// <summary>Mostly of the first half, now and then of the second, which failed.</summary>
    RarelyFailing,

    /// <summary>That of its parent: both tell of the same call.</summary>
    AsParent,
}

/// <summary>Spans of one kind: a template per variant, first those that are fine, then those that failed, in the same order.</summary>
/// <param name="Source">Index into <see cref="AgentSpans.Sources"/>.</param>
/// <param name="Rule">How the variant is chosen.</param>
/// <param name="Variants">The templates.</param>
internal sealed record SpanKindOfAgent(int Source, VariantRule Rule, SpanTemplate[] Variants);
