namespace TraceGap.Aggregation;

/// <summary>What a rule says about the span that it matches.</summary>
internal enum LayerEffect : byte
{
    /// <summary>No rule matched: the span takes the layer of its nearest ancestor.</summary>
    None,

    /// <summary>The user tagged the span, or a rule of the user's says so: that holds whatever is above or below.</summary>
    Stated,

    /// <summary>The span has the layer of the rule.</summary>
    Own,

    /// <summary>Orchestration by kind only; the words of the name may say it better.</summary>
    ByWords,

    /// <summary>The layer of the rule, but inside a tool call or a retrieval part of that.</summary>
    OwnUnlessWithinCall,

    /// <summary>The layer of the rule outside a run, else that of what encloses it: moving files is assembly by itself and part of the agent that does it.</summary>
    OwnOutsideRun,

    /// <summary>The layer of the rule only where nothing above has any: a database call is part of what makes it, whatever that is.</summary>
    OwnAtTop,

    /// <summary>The layer of the rule inside a run, but inside a tool call or a retrieval part of that; what a trace is entered by is ingress.</summary>
    OwnInsideRun,

    /// <summary>The layer of the rule, unless spans below say that they are the model or tool calls: then orchestration around them, and no step of its own.</summary>
    Wrapper,

    /// <summary>The loop around model and tool calls. Around a single model call it does nothing that could fail, and is no step of its own.</summary>
    Loop,

    /// <summary>The layer that all tagged spans below have in common; orchestration if they differ, the layer of the rule if there are none.</summary>
    FromBelow,

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
    /// <summary>What the row is called, where a user has named it; else its lead clue names it.</summary>
    public string? Name { get; init; }

    /// <summary>A row for a span that states its layer beyond doubt.</summary>
    public static LayerRule Certain(Layer layer, Clue lead, params Clue[] also) => new(LayerEffect.Own, layer, Certainty.Certain, lead, also);

    /// <summary>A row for evidence that is rarely wrong.</summary>
    public static LayerRule Likely(Layer layer, Clue lead, params Clue[] also) => new(LayerEffect.Own, layer, Certainty.Likely, lead, also);

    /// <summary>A row for control and state traffic: orchestration, but inside a tool call or a retrieval part of that.</summary>
    public static LayerRule Control(Clue lead, params Clue[] also) =>
        new(LayerEffect.OwnUnlessWithinCall, Layer.Orchestration, Certainty.Certain, lead, also);

    /// <summary>A row for handing on messages: orchestration inside a run.</summary>
    public static LayerRule InsideRun(Clue lead, params Clue[] also) => new(LayerEffect.OwnInsideRun, Layer.Orchestration, Certainty.Likely, lead, also);

    /// <summary>A row for spans that may wrap the calls that they seem to be.</summary>
    public static LayerRule Wrapper(Layer layer, Clue lead, params Clue[] also) => new(LayerEffect.Wrapper, layer, Certainty.Certain, lead, also);

    /// <summary>A row for loops around model and tool calls.</summary>
    public static LayerRule Loop(Clue lead, params Clue[] also) => new(LayerEffect.Loop, Layer.Orchestration, Certainty.Certain, lead, also);

    /// <summary>A row for spans that run whatever is below them.</summary>
    public static LayerRule FromBelow(Layer layer, Clue lead, params Clue[] also) => new(LayerEffect.FromBelow, layer, Certainty.Likely, lead, also);

    /// <summary>A row for plumbing and for operations that say nothing.</summary>
    public static LayerRule Inherit(Clue lead, params Clue[] also) => new(LayerEffect.Inherit, Layer.Unattributed, Certainty.Inherited, lead, also);

    /// <summary>A row for a kind that many things have.</summary>
    public static LayerRule ByWords(Clue lead, params Clue[] also) => new(LayerEffect.ByWords, Layer.Orchestration, Certainty.Likely, lead, also);

    /// <summary>A row for guardrails and processors.</summary>
    public static LayerRule ByPosition(Clue lead, params Clue[] also) => new(LayerEffect.ByPosition, Layer.Ingress, Certainty.Likely, lead, also);

    /// <summary>A row for what is not on the run's path.</summary>
    public static LayerRule Exclude(Clue lead, params Clue[] also) => new(LayerEffect.Exclude, Layer.Unattributed, Certainty.Certain, lead, also);
}
