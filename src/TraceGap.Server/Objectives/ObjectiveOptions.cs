using TraceGap.Reporting;
using TraceGap.Server.Alerts;

namespace TraceGap.Server.Objectives;

/// <summary>What workflows are held to as a whole.</summary>
public sealed class ObjectiveOptions
{
    /// <summary>Objectives by name; the first whose glob matches decides.</summary>
    public IReadOnlyList<ObjectiveRule> Rules { get; set; } = [];

    /// <summary>The objective of a workflow; null for none.</summary>
    public Objective? Of(string workflow) => Rules.FirstOrDefault(rule => Glob.Matches(rule.Match, workflow))?.Objective;
}

/// <summary>An objective and whose it is.</summary>
/// <param name="Match">Glob of workflows; each of them is held to it by itself.</param>
/// <param name="Objective">The objective.</param>
public sealed record ObjectiveRule(string Match, Objective Objective);
