namespace TraceGap.Aggregation;

/// <summary>What a rule says about the span that it matches.</summary>
internal enum LayerEffect : byte
{
    /// <summary>No rule matched: the span takes the layer of its nearest ancestor.</summary>
    None,

    /// <summary>The span has the layer of the rule.</summary>
    Own,

    /// <summary>Orchestration by kind only; the words of the name may say it better.</summary>
    ByWords,

    /// <summary>The layer of the rule, but inside a tool call or a retrieval part of that.</summary>
    OwnUnlessWithinCall,

    /// <summary>A guardrail: ingress before the first model call of its parent, assembly after it, part of the tool inside one.</summary>
    ByPosition,

    /// <summary>Framework plumbing: part of whatever encloses it, whatever else the span says.</summary>
    Inherit,

    /// <summary>An evaluator or vendor marker: kept, outside latency and the step product.</summary>
    Exclude,
}

/// <summary>One row of the layer table.</summary>
/// <param name="Effect">What it says.</param>
/// <param name="Layer">The layer, where the effect has one.</param>
/// <param name="Certainty">How sure it is.</param>
/// <param name="Lead">The clue that the row is found by; its text names the rule to users.</param>
/// <param name="Also">Further clues that must hold.</param>
internal sealed record LayerRule(LayerEffect Effect, Layer Layer, Certainty Certainty, Clue Lead, params Clue[] Also)
{
    /// <summary>A row for a span that states its layer beyond doubt.</summary>
    public static LayerRule Certain(Layer layer, Clue lead, params Clue[] also) => new(LayerEffect.Own, layer, Certainty.Certain, lead, also);

    /// <summary>A row for evidence that is rarely wrong.</summary>
    public static LayerRule Likely(Layer layer, Clue lead, params Clue[] also) => new(LayerEffect.Own, layer, Certainty.Likely, lead, also);

    /// <summary>A row for control and state traffic: orchestration, but inside a tool call or a retrieval part of that.</summary>
    public static LayerRule Control(Clue lead, params Clue[] also) =>
        new(LayerEffect.OwnUnlessWithinCall, Layer.Orchestration, Certainty.Certain, lead, also);

    /// <summary>A row for plumbing and for operations that say nothing.</summary>
    public static LayerRule Inherit(Clue lead, params Clue[] also) => new(LayerEffect.Inherit, Layer.Unattributed, Certainty.Inherited, lead, also);

    /// <summary>A row for a kind that many things have.</summary>
    public static LayerRule ByWords(Clue lead, params Clue[] also) => new(LayerEffect.ByWords, Layer.Orchestration, Certainty.Likely, lead, also);

    /// <summary>A row for guardrails and processors.</summary>
    public static LayerRule ByPosition(Clue lead, params Clue[] also) => new(LayerEffect.ByPosition, Layer.Ingress, Certainty.Likely, lead, also);

    /// <summary>A row for what is not on the run's path.</summary>
    public static LayerRule Exclude(Clue lead, params Clue[] also) => new(LayerEffect.Exclude, Layer.Unattributed, Certainty.Certain, lead, also);
}
