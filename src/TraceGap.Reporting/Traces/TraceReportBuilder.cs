using System.Globalization;
using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Reporting.Traces;

/// <summary>Writes the findings of one trace in the terms of the query API.</summary>
public static class TraceReportBuilder
{
    private const double NanosPerMillisecond = 1e6;

    /// <summary>Builds the answer.</summary>
    /// <param name="findings">What the analysis found.</param>
    /// <param name="revision">How often the trace was analysed.</param>
    /// <param name="late">Spans that came too late to count in reports; null for none.</param>
    public static TraceReport Build(TraceFindings findings, int revision, IReadOnlySet<SpanId>? late = null) => new(
        findings.TraceId.ToString(),
        findings.Key.Workflow,
        OutcomeText(findings.Outcome),
        SourceText(findings.OutcomeSource),
        Nanos(findings.StartUnixNanos),
        Nanos(findings.EndUnixNanos),
        findings.RootIndex < 0 ? null : (findings.EndUnixNanos - findings.StartUnixNanos) / NanosPerMillisecond,
        revision,
        [.. findings.Defects.Select(static defect => new DefectEntry(CamelCase(defect.Kind.ToString()), IdOrNull(defect.SpanId), defect.Detail)), .. Late(findings, late)],
        [.. findings.Spans.Select(span => Span(span, findings))],
        [.. findings.Steps.Select(step => Step(step, findings))],
        [.. findings.CriticalPath.Select(segment => Segment(segment, findings))],
        [.. TimedOrder.Of(findings)],
        LayerTimes(findings),
        findings.Failure is { } failure ? Failure(failure, findings) : null);

    private static IEnumerable<DefectEntry> Late(TraceFindings findings, IReadOnlySet<SpanId>? late) => findings.Spans
        .Select(static span => span.Span.SpanId)
        .Where(span => late?.Contains(span) == true)
        .Select(static span => new DefectEntry("late", span.ToString(), "came too late to re-open the trace; shown here, and counted in no report"));

    /// <summary>An outcome as contracts spell it.</summary>
    public static string OutcomeText(TraceOutcome outcome) => outcome.ToString().ToLowerInvariant();

    /// <summary>An outcome's source as contracts spell it.</summary>
    public static string SourceText(OutcomeSource source) => source switch
    {
        OutcomeSource.RunStep => "run-step",
        OutcomeSource.SignalsAlone => "none",
        _ => source.ToString().ToLowerInvariant(),
    };

    private static SpanEntry Span(SpanFinding finding, TraceFindings findings)
    {
        SpanRecord span = finding.Span;
        return new SpanEntry(
            span.SpanId.ToString(),
            IdOrNull(span.ParentSpanId),
            finding.ParentIndex < 0 ? null : findings.Spans[finding.ParentIndex].Span.SpanId.ToString(),
            span.Name,
            span.Kind == SpanKind.Unspecified ? "internal" : span.Kind.ToString().ToLowerInvariant(),
            span.Resource.ServiceName,
            LayerNames.Of(finding.Layer.Layer),
            finding.Layer.Rule,
            finding.StepIndex < 0 ? null : StepId(findings.Steps[finding.StepIndex]),
            VerdictText(finding.Verdict),
            finding.VerdictSignal,
            finding.ErrorType,
            Nanos(span.StartUnixNanos),
            Nanos(span.EndUnixNanos),
            Nanos(finding.ShiftNanos),
            Attributes(span.Attributes));
    }

    private static StepEntry Step(StepFinding step, TraceFindings findings) => new(
        StepId(step),
        step.ParentIndex < 0 ? null : StepId(findings.Steps[step.ParentIndex]),
        LayerNames.Of(step.Key.Layer),
        step.Key.Text,
        step.Key.Operation,
        VerdictText(step.Verdict),
        step.OwnFailure,
        step.Recovered,
        [.. step.Attempts.Select(static attempt => new AttemptEntry(attempt.SpanId.ToString(), VerdictText(attempt.Verdict)))]);

    private static SegmentEntry Segment(PathSegment segment, TraceFindings findings) => new(
        findings.Spans[segment.SpanIndex].Span.SpanId.ToString(),
        LayerNames.Of(segment.Layer),
        segment.Kind.ToString().ToLowerInvariant(),
        Nanos(segment.StartUnixNanos),
        Nanos(segment.EndUnixNanos));

    private static List<LayerTimeEntry> LayerTimes(TraceFindings findings)
    {
        long[,] nanos = new long[LayerNames.Count, 4];
        foreach (PathSegment segment in findings.CriticalPath)
        {
            nanos[(int)segment.Layer, (int)segment.Kind] += segment.EndUnixNanos - segment.StartUnixNanos;
        }

        List<LayerTimeEntry> entries = [];
        for (int layer = 0; layer < LayerNames.Count; layer++)
        {
            long all = nanos[layer, 0] + nanos[layer, 1] + nanos[layer, 2] + nanos[layer, 3];
            if (all > 0)
            {
                entries.Add(new LayerTimeEntry(
                    LayerNames.Of((Layer)layer),
                    all / NanosPerMillisecond,
                    nanos[layer, (int)SegmentKind.Compute] / NanosPerMillisecond,
                    nanos[layer, (int)SegmentKind.Movement] / NanosPerMillisecond,
                    nanos[layer, (int)SegmentKind.Handoff] / NanosPerMillisecond,
                    nanos[layer, (int)SegmentKind.Wait] / NanosPerMillisecond));
            }
        }

        return entries;
    }

    private static FailureEntry Failure(TraceFailure failure, TraceFindings findings) => new(
        failure.Layer is Layer layer ? LayerNames.Of(layer) : null,
        failure.StepIndex < 0 ? null : StepId(findings.Steps[failure.StepIndex]),
        failure.ErrorType,
        failure.Text);

    private static SortedDictionary<string, object> Attributes(AttributeSet attributes)
    {
        SortedDictionary<string, object> entries = new(StringComparer.Ordinal);
        foreach ((string key, AttributeValue value) in attributes.Items)
        {
            entries[key] = value.Type switch
            {
                AttributeType.Integer => value.Bits,
                AttributeType.Boolean => value.Bits != 0,
                AttributeType.Double when double.IsFinite(BitConverter.Int64BitsToDouble(value.Bits)) => BitConverter.Int64BitsToDouble(value.Bits),
                _ => value.AsText(),
            };
        }

        return entries;
    }

    // A step that stands for a span that was never exported has no span in the trace; its attempt still carries the id its children name.
    private static string StepId(StepFinding step) => step.Attempts[0].SpanId.ToString();

    private static string VerdictText(Verdict verdict) => verdict.ToString().ToLowerInvariant();

    private static string? IdOrNull(SpanId id) => id.IsNone ? null : id.ToString();

    /// <summary>Nanoseconds as contracts spell them: decimal text.</summary>
    public static string Nanos(long nanos) => nanos.ToString(CultureInfo.InvariantCulture);

    private static string CamelCase(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
