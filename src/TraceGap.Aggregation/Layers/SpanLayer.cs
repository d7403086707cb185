namespace TraceGap.Aggregation;

/// <summary>How sure a decision is.</summary>
public enum Certainty : byte
{
    /// <summary>An explicit statement.</summary>
    Certain,

    /// <summary>Evidence that is rarely wrong.</summary>
    Likely,

    /// <summary>Taken from the nearest ancestor that has a layer.</summary>
    Inherited,

    /// <summary>The best of several candidates, or by position only.</summary>
    Guessed,
}

/// <summary>The layer of one span and how it came about.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Rule">Name of the rule that decided, as shown to users.</param>
/// <param name="Certainty">How sure the rule is.</param>
/// <param name="IsOwn">True if the span itself says so; false if inherited or by position.</param>
/// <param name="IsExcluded">True for evaluators and vendor markers: kept, outside latency and the step product.</param>
public readonly record struct SpanLayer(Layer Layer, string Rule, Certainty Certainty, bool IsOwn, bool IsExcluded);
