namespace TraceGap.Aggregation;

/// <summary>A condition of a rule, looked at for one span.</summary>
/// <param name="Text">The condition in words.</param>
/// <param name="Holds">Whether it holds.</param>
public readonly record struct ExaminedClue(string Text, bool Holds);

/// <summary>A rule whose first condition holds for a span, so that it was looked at.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Says">What it says about spans that match, in words.</param>
/// <param name="Matches">Whether all of its conditions hold.</param>
/// <param name="Clues">Its conditions.</param>
public sealed record ExaminedRule(string Name, string Says, bool Matches, IReadOnlyList<ExaminedClue> Clues);

/// <summary>What a span says of its layer by itself, before what is above and below it is looked at.</summary>
/// <param name="TagKey">The key of the explicit tag, which wins over all rules; null without one.</param>
/// <param name="Rules">The rules that were looked at, in order of precedence; the first that matches wins, the user's own stand first.</param>
public sealed record LayerExplanation(string? TagKey, IReadOnlyList<ExaminedRule> Rules);
