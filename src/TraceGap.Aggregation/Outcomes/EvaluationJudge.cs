using System.Globalization;
using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// What evaluations say about a trace, whichever way they came: on the span that they judge, as one of several; on an evaluator's span below it; on one that links to it, of this trace or
/// another, names it (<see cref="SpanRecord.EvaluatedSpanKey"/>) or repeats its <c>gen_ai.response.id</c>; as a log record. Each is judged by itself. Labels decide; a score only where the user says what it is worth.
/// </summary>
/// <remarks>
/// An evaluation of the root, or of something that is no more than part of it, is one of the run and decides its outcome. One that finds the result of an inner step bad degrades the step,
/// which did what it was asked. The run has failed at the seam behind it if nothing came that could have made up for it: no further retrieval, orchestration, inference or tool call.
/// </remarks>
internal sealed class EvaluationJudge
{
    private readonly SpanTree _tree;
    private readonly SpanLayers _layers;
    private readonly StepForest _forest;
    private readonly IReadOnlyList<EvaluationThreshold> _thresholds;
    private Dictionary<string, int>? _byResponse;
    private EvaluationFinding? _ofRun;
    private EvaluationFinding? _ofStep;

    private EvaluationJudge(SpanTree tree, SpanLayers layers, StepForest forest, IReadOnlyList<EvaluationThreshold> thresholds)
    {
        _tree = tree;
        _layers = layers;
        _forest = forest;
        _thresholds = thresholds;
    }

    /// <summary>Degrades the steps whose results were found bad, and finds the evaluation that decides: of the run before one of a step, a failed one before one that passed.</summary>
    public static EvaluationFinding? Decide(SpanTree tree, SpanLayers layers, StepForest forest, IReadOnlyList<EvaluationThreshold> thresholds)
    {
        EvaluationJudge evaluations = new(tree, layers, forest, thresholds);
        for (int span = 0; span < tree.Count; span++)
        {
            if ((tree.Spans[span].Facts & SpanFacts.EvaluatesElsewhere) == 0 && evaluations.HasPassed(tree.Spans[span]) is bool hasPassed)
            {
                evaluations.Take(tree.Spans[span], evaluations.JudgedBy(span), hasPassed);
            }
        }

        foreach (SpanRecord signal in tree.Signals)
        {
            if (evaluations.HasPassed(signal) is bool hasPassed && evaluations.JudgedBy(signal) is >= 0 and int judged)
            {
                evaluations.Take(signal, judged, hasPassed);
            }
        }

        return evaluations._ofRun ?? evaluations._ofStep;
    }

    private void Take(SpanRecord evaluation, int judged, bool hasPassed)
    {
        string text = Text(evaluation);
        StepDraft? step = StepOf(judged);
        if (step is null || step == _forest.Root)
        {
            _ofRun = _ofRun is null || (_ofRun.HasPassed && !hasPassed) ? new EvaluationFinding(hasPassed, null, text) : _ofRun;
        }
        else if (!hasPassed)
        {
            Degrade(step, text);
            _ofStep = _ofStep is null && IsLast(step) ? new EvaluationFinding(HasPassed: false, step, text) : _ofStep;
        }
    }

    private bool? HasPassed(SpanRecord span)
    {
        if ((span.Facts & (SpanFacts.EvaluationFailed | SpanFacts.EvaluationPassed)) != 0)
        {
            return (span.Facts & SpanFacts.EvaluationFailed) == 0;
        }

        if (_thresholds.Count == 0 || span.Attributes.Number(VerdictSignals.EvaluationScoreKey) is not double score)
        {
            return null;
        }

        string name = NameOf(span) ?? "";
        foreach (EvaluationThreshold threshold in _thresholds)
        {
            if (NamePattern.Matches(threshold.Name.ToLowerInvariant(), name.ToLowerInvariant()))
            {
                return threshold.Passes(score);
            }
        }

        return null;
    }

    /// <summary>The span that the evaluation on a span judges.</summary>
    private int JudgedBy(int span)
    {
        SpanRecord record = _tree.Spans[span];
        if (record.Attributes.Text(SpanRecord.EvaluatedSpanKey) is string text && SpanId.TryParse(text, out SpanId id) && _tree.Positions.Find(id) is >= 0 and int named)
        {
            return named;
        }

        return _layers.Layers[span].IsExcluded && record.Attributes.Text("gen_ai.response.id") is string response && ByResponse().TryGetValue(response, out int answered) ? answered : span;
    }

    /// <summary>The span that a signal judges: the one with the response that it names, else the one that it came for; negative if that is not in the trace.</summary>
    private int JudgedBy(SpanRecord signal) =>
        signal.Attributes.Text("gen_ai.response.id") is string response && ByResponse().TryGetValue(response, out int answered) ? answered : _tree.Positions.Find(signal.ParentSpanId);

    /// <summary>The step whose result it is; null if that is the result of the run.</summary>
    private StepDraft? StepOf(int judged)
    {
        while (judged != SpanTree.NoParent && _layers.Layers[judged].IsExcluded)
        {
            judged = _tree.Parent[judged];
        }

        return judged == SpanTree.NoParent ? null : _forest.OfSpan[judged];
    }

    private Dictionary<string, int> ByResponse()
    {
        if (_byResponse is null)
        {
            _byResponse = [];
            for (int span = 0; span < _tree.Count; span++)
            {
                if (!_layers.Layers[span].IsExcluded && _tree.Spans[span].Attributes.Text("gen_ai.response.id") is string response)
                {
                    _byResponse.TryAdd(response, span);
                }
            }
        }

        return _byResponse;
    }

    /// <summary>Whether no work began after a step had ended; what only formats the answer is none.</summary>
    private bool IsLast(StepDraft step) => !_forest.Steps.Exists(other =>
        other != step
        && other.Key.Layer is Layer.Retrieval or Layer.Orchestration or Layer.Inference or Layer.ToolCall
        && other.Start > step.Start
        && Succession.IsAfter(other.Start, step.End));

    private static void Degrade(StepDraft step, string text)
    {
        if (step.Verdict.Verdict is Verdict.Ok or Verdict.Degraded)
        {
            step.Verdict = SpanVerdict.Degraded("evaluation " + text);
        }
    }

    private static string Text(SpanRecord span)
    {
        string? said = span.Attributes.Text(VerdictSignals.EvaluationLabelKey)
            ?? span.Attributes.Number(VerdictSignals.EvaluationScoreKey)?.ToString("0.###", CultureInfo.InvariantCulture);
        string name = NameOf(span) ?? span.Name;
        return said is null ? name : $"{name}={said}";
    }

    private static string? NameOf(SpanRecord span) => span.Attributes.Text("gen_ai.evaluation.name");
}
