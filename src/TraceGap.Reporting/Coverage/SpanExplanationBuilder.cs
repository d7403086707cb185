using TraceGap.Aggregation;
using TraceGap.Otlp;
using TraceGap.Reporting.Traces;

namespace TraceGap.Reporting;

/// <summary>Explains the layer of one span: by the findings of its trace, or by what a server shows of it.</summary>
public static class SpanExplanationBuilder
{
    private const string Inherited = "inherited";

    /// <summary>Explains a span of an analysed trace.</summary>
    /// <param name="findings">What the analysis found.</param>
    /// <param name="span">The span.</param>
    /// <param name="explainer">Goes through the rules that the trace was analysed by.</param>
    /// <returns>Null if the span is not of the trace.</returns>
    public static SpanExplanation? Of(TraceFindings findings, SpanId span, LayerExplainer explainer)
    {
        if (findings.Spans.FirstOrDefault(entry => entry.Span.SpanId == span) is not { Span: SpanRecord record } finding)
        {
            return null;
        }

        LayerExplanation explained = explainer.Explain(record);
        SpanExplanation shown = Of(TraceReportBuilder.Build(findings, revision: 1), span.ToString())!;
        return shown with
        {
            Scope = record.Scope.Name,
            Certainty = finding.Layer.Certainty.ToString().ToLowerInvariant(),
            Why = explained.TagKey is not null ? $"the tag {explained.TagKey} says so" : Overruled(shown, explained),
            Examined = explained.Rules,
        };
    }

    /// <summary>Explains a span of a trace as a server shows it.</summary>
    /// <returns>Null if the span is not of the trace.</returns>
    public static SpanExplanation? Of(TraceReport trace, string spanId)
    {
        if (trace.Spans.FirstOrDefault(entry => entry.SpanId == spanId) is not SpanEntry span)
        {
            return null;
        }

        LayerSource? source = span.LayerRule == Inherited ? SourceOf(trace, span) : null;
        return new SpanExplanation(
            trace.TraceId, span.SpanId, span.Name, span.Service, Scope: null, span.Layer, span.LayerRule, Certainty: null, Why(span, source), source,
            [.. trace.Defects.Where(defect => defect.SpanId == spanId).Select(static defect => $"{defect.Kind}: {defect.Detail}")], Examined: null);
    }

    /// <summary>What a rule said, where what is around the span made something else of it.</summary>
    private static string Overruled(SpanExplanation shown, LayerExplanation explained) =>
        explained.Rules.FirstOrDefault(static rule => rule.Matches) is not ExaminedRule winner ? shown.Why
        : shown.Rule != winner.Name ? $"{winner.Name} says: {winner.Says}; {shown.Why}"
        : shown.Layer != winner.Says ? $"{winner.Name} says: {winner.Says}; here that is {shown.Layer}"
        : $"{winner.Name} says so";

    private static string Why(SpanEntry span, LayerSource? source) => span.LayerRule switch
    {
        "" => "no rule matched and nothing above it has a layer",
        Inherited when source is not null => $"taken from the nearest span above that has a layer, '{source.Name}'",
        Inherited => "taken from what is above it",
        "root" => "no rule gave it one, and the root of a trace is ingress",
        "entry" => "no rule gave it one, and what a trace is entered by is ingress",
        _ => $"{span.LayerRule} says so",
    };

    private static LayerSource? SourceOf(TraceReport trace, SpanEntry span)
    {
        // The analysed tree has no circles.
        Dictionary<string, SpanEntry> byId = trace.Spans.ToDictionary(static entry => entry.SpanId);
        for (SpanEntry? above = span; above?.TreeParentSpanId is string parent; )
        {
            above = byId.GetValueOrDefault(parent);
            if (above is not null && above.LayerRule != Inherited)
            {
                return new LayerSource(above.SpanId, above.Name, above.Layer, above.LayerRule);
            }
        }

        return null;
    }
}
