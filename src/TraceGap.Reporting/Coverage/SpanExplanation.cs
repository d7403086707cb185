using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>Why one span has the layer that it has.</summary>
/// <param name="TraceId">32 hexadecimal digits.</param>
/// <param name="SpanId">16 hexadecimal digits.</param>
/// <param name="Name">Span name.</param>
/// <param name="Service">Service name.</param>
/// <param name="Scope">Instrumentation scope; null where a server does not tell.</param>
/// <param name="Layer">Layer name.</param>
/// <param name="Rule">The rule that decided; empty where none did.</param>
/// <param name="Certainty"><c>certain</c>, <c>likely</c>, <c>inherited</c> or <c>guessed</c>; null where a server does not tell.</param>
/// <param name="Why">How it came about, in a sentence.</param>
/// <param name="From">The span that the layer was taken from; null if from none.</param>
/// <param name="Moved">What was done about where the span hangs, in words: adoption, skew, repairs.</param>
/// <param name="Examined">The rules that were looked at, in order of precedence; null where a server does not tell.</param>
public sealed record SpanExplanation(
    string TraceId,
    string SpanId,
    string Name,
    string Service,
    string? Scope,
    string Layer,
    string Rule,
    string? Certainty,
    string Why,
    LayerSource? From,
    IReadOnlyList<string> Moved,
    IReadOnlyList<ExaminedRule>? Examined);

/// <summary>A span that others took their layer from.</summary>
/// <param name="SpanId">16 hexadecimal digits.</param>
/// <param name="Name">Span name.</param>
/// <param name="Layer">Layer name.</param>
/// <param name="Rule">The rule that decided its layer.</param>
public sealed record LayerSource(string SpanId, string Name, string Layer, string Rule);
