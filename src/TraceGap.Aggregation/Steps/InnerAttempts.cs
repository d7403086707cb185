using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// Retries inside a step, where the step is one span and what it tried are spans below it: nested spans of its layer, else its outgoing calls of one method, path and port that
/// follow one that failed or got no status. Without these a client library that retries shows one fine call of a second and a half.
/// </summary>
internal sealed class InnerAttempts
{
    private readonly SpanTree _tree;
    private readonly SpanLayers _layers;
    private readonly StepForest _forest;
    private readonly SpanVerdict[] _verdicts;
    private readonly List<(StepDraft Step, int Span)> _nested = [];
    private readonly List<(StepDraft Step, string Target, int Span)> _calls = [];

    private InnerAttempts(SpanTree tree, SpanLayers layers, StepForest forest, SpanVerdict[] verdicts)
    {
        _tree = tree;
        _layers = layers;
        _forest = forest;
        _verdicts = verdicts;
    }

    /// <summary>Fills <see cref="StepDraft.Attempts"/> of all steps; a step without inner attempts is one attempt.</summary>
    public static void Find(SpanTree tree, SpanLayers layers, StepForest forest, SpanVerdict[] verdicts)
    {
        if (AnyFailed(tree, forest, verdicts))
        {
            InnerAttempts found = new(tree, layers, forest, verdicts);
            found.Collect();
            found.AddNested();
            found.AddCalls();
        }

        foreach (StepDraft step in forest.Steps)
        {
            Close(tree, step);
        }
    }

    // Without a failed try, or a call without an answer, there is no retry, and of most traces that is the end.
    private static bool AnyFailed(SpanTree tree, StepForest forest, SpanVerdict[] verdicts)
    {
        for (int span = 0; span < tree.Count; span++)
        {
            if (IsInsideCall(forest, span) && (verdicts[span].Verdict == Verdict.Failed || IsHttpWithoutAnswer(tree, verdicts, span)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsHttpWithoutAnswer(SpanTree tree, SpanVerdict[] verdicts, int span) =>
        tree.Kind[span] == SpanKind.Client
        && (tree.Spans[span].Attributes.Has("http.request.method") || tree.Spans[span].Attributes.Has("http.method"))
        && HasFailedOrNoStatus(tree, verdicts, span);

    /// <summary>Whether the span is part of a retrieval, inference or tool step that another span opened.</summary>
    private static bool IsInsideCall(StepForest forest, int span) =>
        forest.OfSpan[span] is { Span: >= 0, Key.Layer: Layer.Retrieval or Layer.Inference or Layer.ToolCall } step && step.Span != span;

    private bool IsNested(int span) =>
        _layers.Layers[span].IsOwn
        && _layers.Layers[span].Layer == _forest.OfSpan[span]!.Key.Layer
        && _tree.Spans[span].Kind is not (SpanKind.Server or SpanKind.Consumer);

    private void Collect()
    {
        bool[] isBelowNested = new bool[_tree.Count];
        foreach (int span in _tree.ParentsFirst())
        {
            if (!IsInsideCall(_forest, span))
            {
                continue;
            }

            StepDraft step = _forest.OfSpan[span]!;
            int parent = _tree.Parent[span];
            bool isInside = parent != SpanTree.NoParent && isBelowNested[parent] && _forest.OfSpan[parent] == step;
            bool isNested = IsNested(span);
            isBelowNested[span] = isInside || isNested;
            if (isNested && !isInside)
            {
                _nested.Add((step, span));
            }

            if (TargetOf(span) is string target)
            {
                _calls.Add((step, target, span));
            }
        }
    }

    private string? TargetOf(int span)
    {
        SpanRecord record = _tree.Spans[span];
        if (record.Kind != SpanKind.Client || (record.Attributes.Text("http.request.method") ?? record.Attributes.Text("http.method")) is not string method)
        {
            return null;
        }

        return $"{method} {record.Attributes.Text("server.port") ?? record.Attributes.Text("net.peer.port")}{UrlPaths.PathOf(record)}";
    }

    private void AddNested()
    {
        _nested.Sort((left, right) => CompareByStep(left.Step, left.Span, right.Step, right.Span));
        for (int i = 0; i < _nested.Count; i++)
        {
            (StepDraft step, int span) = _nested[i];
            if (_verdicts[span] is not { Verdict: Verdict.Failed, IsAbort: false })
            {
                continue;
            }

            bool isRetried = i + 1 < _nested.Count && _nested[i + 1].Step == step && IsNextAttempt(span, _nested[i + 1].Span);
            if (isRetried || step.Verdict.Verdict is Verdict.Ok or Verdict.Degraded)
            {
                Add(step, span);
                if (step.Call.IsCall)
                {
                    step.ThrownAwayCalls.Add(CallReader.Read(_tree.Spans[span]));
                }

                step.HasNestedTries = true;
                step.LastTry = isRetried ? _nested[i + 1].Span : step.Span;
            }
        }
    }

    private void AddCalls()
    {
        _calls.Sort((left, right) =>
        {
            int byTarget = left.Step == right.Step ? string.CompareOrdinal(left.Target, right.Target) : 0;
            return byTarget != 0 ? byTarget : CompareByStep(left.Step, left.Span, right.Step, right.Span);
        });
        for (int i = 0; i + 1 < _calls.Count; i++)
        {
            (StepDraft step, string target, int span) = _calls[i];
            (StepDraft nextStep, string nextTarget, int next) = _calls[i + 1];
            bool isRetried = step == nextStep && target == nextTarget && HasFailedOrNoStatus(_tree, _verdicts, span) && IsNextAttempt(span, next);

            // Where nested spans told of tries, their calls are the same tries.
            if (isRetried && !step.HasNestedTries)
            {
                Add(step, span);
                step.LastTry = next;
            }
        }
    }

    private static bool HasFailedOrNoStatus(SpanTree tree, SpanVerdict[] verdicts, int span) =>
        verdicts[span].Verdict == Verdict.Failed
        || (verdicts[span].Verdict == Verdict.Ok
            && !tree.Spans[span].Attributes.Has("http.response.status_code")
            && !tree.Spans[span].Attributes.Has("http.status_code"));

    private bool IsNextAttempt(int earlier, int later) => Succession.IsNextAttempt(_tree.Start[earlier], _tree.End[earlier], _tree.Start[later]);

    private void Add(StepDraft step, int span) =>
        step.Attempts.Add(new AttemptFinding(span, _tree.Spans[span].SpanId, Verdict.Failed, _tree.Start[span], _tree.End[span]) { OwnFailure = true });

    /// <summary>The last try has the verdict of the step.</summary>
    private static void Close(SpanTree tree, StepDraft step)
    {
        int last = step.LastTry >= 0 ? step.LastTry : step.Span;
        bool isStep = last == step.Span;
        SpanId id = isStep ? step.SpanId : tree.Spans[last].SpanId;
        long start = isStep ? step.Start : tree.Start[last];
        long end = isStep ? step.End : tree.End[last];
        if (step.Attempts.Count > 1)
        {
            step.Attempts.Sort(static (left, right) =>
                left.StartUnixNanos != right.StartUnixNanos ? left.StartUnixNanos.CompareTo(right.StartUnixNanos) : left.SpanIndex.CompareTo(right.SpanIndex));
        }

        step.Attempts.Add(new AttemptFinding(last, id, step.Verdict.Verdict, start, end));
    }

    private int CompareByStep(StepDraft leftStep, int left, StepDraft rightStep, int right)
    {
        int byStep = leftStep.Rank.CompareTo(rightStep.Rank);
        int byStart = byStep != 0 ? byStep : _tree.Start[left].CompareTo(_tree.Start[right]);
        return byStart != 0 ? byStart : left.CompareTo(right);
    }
}
