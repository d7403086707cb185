namespace TraceGap.Reporting;

/// <summary>Which rules decided the layers of spans and of critical-path time, and for how much nothing did. Its JSON is a contract as that of <see cref="Report"/> is.</summary>
/// <param name="Window">The window that the traces are of.</param>
/// <param name="Workflow">The workflow, or null for all of them.</param>
/// <param name="Sample">The traces that were looked at.</param>
/// <param name="Spans">Their spans.</param>
/// <param name="PathMs">Time on their critical paths, ms.</param>
/// <param name="UnattributedSpanShare">Share of spans without a layer, 0..1; null without spans.</param>
/// <param name="UnattributedPathShare">Share of path time without a layer, 0..1; null without path time.</param>
/// <param name="Rules">By rule; most spans first. Shares add up to 1.</param>
/// <param name="Names">By span name and scope; most spans first.</param>
/// <param name="Warning">What to do where more than 5 % of spans or of path time have no layer; else null.</param>
public sealed record CoverageReport(
    ReportWindow Window,
    string? Workflow,
    SampledTraces Sample,
    long Spans,
    double PathMs,
    double? UnattributedSpanShare,
    double? UnattributedPathShare,
    IReadOnlyList<RuleCoverage> Rules,
    IReadOnlyList<NameCoverage> Names,
    CoverageWarning? Warning);

/// <summary>What one rule decided.</summary>
/// <param name="Rule">The rule as spans show it; <c>inherited</c>, <c>root</c> and <c>entry</c> for position, <c>unattributed</c> where nothing decided.</param>
/// <param name="Spans">Spans.</param>
/// <param name="SpanShare">Their share, 0..1.</param>
/// <param name="PathMs">Time on the critical path, ms.</param>
/// <param name="PathShare">Its share, 0..1; null without path time.</param>
public sealed record RuleCoverage(string Rule, long Spans, double SpanShare, double PathMs, double? PathShare);

/// <summary>Spans of one name and scope that got their layer in one way.</summary>
/// <param name="Name">Span name, without what varies from run to run.</param>
/// <param name="Scope">Instrumentation scope; may be empty.</param>
/// <param name="Layer">Layer name.</param>
/// <param name="Rule">The rule that decided; empty where none did.</param>
/// <param name="Certainty"><c>certain</c>, <c>likely</c>, <c>inherited</c> or <c>guessed</c>.</param>
/// <param name="Spans">Spans.</param>
/// <param name="PathMs">Time on the critical path, ms.</param>
public sealed record NameCoverage(string Name, string Scope, string Layer, string Rule, string Certainty, long Spans, double PathMs);

/// <summary>What to do about spans without a layer.</summary>
/// <param name="Text">How much it is and which spans they are, in a sentence.</param>
/// <param name="Fix">A rule file for the commonest of them, YAML; the layers in it are guesses by the words of the names.</param>
public sealed record CoverageWarning(string Text, string Fix);
