namespace TraceGap.Aggregation;

/// <summary>What a user's rule says about the spans that it matches.</summary>
public enum UserRuleEffect : byte
{
    /// <summary>They are of the rule's layer, whatever is above or below them.</summary>
    Layer,

    /// <summary>They are part of whatever encloses them.</summary>
    Inherit,

    /// <summary>They are kept and shown, outside latency and the step product.</summary>
    Exclude,
}

/// <summary>A user's own rule for the layer of spans.</summary>
/// <param name="Name">What it is called; shown as <c>rule NAME</c> where it decided.</param>
/// <param name="Effect">What it says.</param>
/// <param name="Layer">The layer, where the effect is one.</param>
/// <param name="Clues">What must hold, all of it; at least one.</param>
public sealed record UserRule(string Name, UserRuleEffect Effect, Layer Layer, IReadOnlyList<Clue> Clues)
{
    /// <summary>What names of users' rules are shown with, so that they are not taken for conventions.</summary>
    internal const string ShownPrefix = "rule ";

    /// <summary>The row of the layer table that the rule is.</summary>
    internal LayerRule ToRow()
    {
        (LayerEffect effect, Layer layer, Certainty certainty) = Effect switch
        {
            UserRuleEffect.Inherit => (LayerEffect.Inherit, Layer.Unattributed, Certainty.Inherited),
            UserRuleEffect.Exclude => (LayerEffect.Exclude, Layer.Unattributed, Certainty.Certain),
            _ => (LayerEffect.Stated, Layer, Certainty.Certain),
        };
        Clue lead = Clues.MinBy(CostOfLead)!;
        return new LayerRule(effect, layer, certainty, lead, [.. Clues.Where(clue => !ReferenceEquals(clue, lead))]) { Name = ShownPrefix + Name };
    }

    // Rows are found by their lead: by an attribute they cost the spans that have it, by a shape that begins with anything they cost all.
    private static int CostOfLead(Clue clue) => clue.Kind switch
    {
        ClueKind.Value or ClueKind.Present => 0,
        ClueKind.Name or ClueKind.Scope => 1,
        ClueKind.KeyStart => 2,
        _ => 3,
    };
}
