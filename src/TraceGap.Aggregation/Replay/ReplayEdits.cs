using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>Reads changes as what they mean for the spans and steps of one trace, and remembers which of them meant anything for any trace. One owner at a time.</summary>
internal sealed class ReplayEdits(ReplayChanges changes, IReadOnlyDictionary<StepKey, RedoRates> rates)
{
    private readonly KeyMemo[] _scaled = [.. changes.Scale.Select(static change => new KeyMemo(change.Target.Matches))];
    private readonly KeyMemo[] _parents = [.. changes.Parallelize.Select(static change => new KeyMemo(key => ReplayTarget.Names(change.Parent, key)))];
    private readonly KeyMemo[] _children = [.. changes.Parallelize.Select(static change => new KeyMemo(key => change.Children.Any(child => ReplayTarget.Names(child, key))))];
    private readonly KeyMemo[] _removed = [.. changes.Remove.Select(static change => new KeyMemo(key => ReplayTarget.Names(change.Step, key)))];
    private SpanEdit[] _edits = [];
    private int[] _stepOf = [];
    private bool[] _stepFlags = [];

    /// <summary>What did something somewhere, as the change's list and place in it.</summary>
    public HashSet<(string List, int Index)> Used { get; } = [];

    /// <summary>For every span on offer its step, or −1.</summary>
    public int[] StepOf => _stepOf;

    /// <summary>The edits of a trace.</summary>
    public SpanEdit[] Of(TraceFindings findings, SpanLayer[] layers, ReadOnlySpan<PathSpan> spans, ReadOnlySpan<StepFinding> steps)
    {
        Buffers.Filled(ref _edits, spans.Length, new SpanEdit(1));
        Buffers.Reserve(ref _stepOf, spans.Length);
        for (int i = 0; i < spans.Length; i++)
        {
            _stepOf[i] = findings.Spans[spans[i].Index].StepIndex;
        }

        for (int i = 0; i < changes.Scale.Count; i++)
        {
            Scale(i, findings, layers, spans, steps);
        }

        if (changes.Remove.Count > 0)
        {
            Remove(spans, steps);
        }

        if (changes.HasRedo)
        {
            Repeat(findings, spans, steps);
        }

        return _edits;
    }

    /// <summary>Adds what is to start together.</summary>
    public void Parallelize(ReadOnlySpan<PathSpan> spans, ReadOnlySpan<StepFinding> steps, ParallelBranches parallel)
    {
        for (int i = 0; i < changes.Parallelize.Count; i++)
        {
            bool[] isNamed = Buffers.Cleared(ref _stepFlags, steps.Length);
            for (int step = 0; step < steps.Length; step++)
            {
                isNamed[step] = steps[step] is { ParentIndex: >= 0 and int parent, IsSuperseded: false }
                    && _parents[i].Of(steps[parent].Key)
                    && _children[i].Of(steps[step].Key);
            }

            if (parallel.Add(spans, _stepOf, steps, isNamed))
            {
                Used.Add(("parallelize", i));
            }
        }
    }

    private void Scale(int number, TraceFindings findings, SpanLayer[] layers, ReadOnlySpan<PathSpan> spans, ReadOnlySpan<StepFinding> steps)
    {
        ScaleChange change = changes.Scale[number];
        bool[] isMeant = Buffers.Cleared(ref _stepFlags, steps.Length);
        for (int step = 0; step < steps.Length && change.Target.Step is not null; step++)
        {
            isMeant[step] = _scaled[number].Of(steps[step].Key);
        }

        for (int i = 0; i < spans.Length && change.Target.Model is not null; i++)
        {
            if (_stepOf[i] >= 0)
            {
                isMeant[_stepOf[i]] |= UsesModel(findings.Spans[spans[i].Index].Span, change.Target.Model);
            }
        }

        for (int i = 0; i < spans.Length; i++)
        {
            if (change.Target.Layer is Layer layer ? layers[spans[i].Index].Layer == layer : _stepOf[i] >= 0 && isMeant[_stepOf[i]])
            {
                _edits[i] = _edits[i] with { Factor = Product(_edits[i].Factor, change.Factor) };
                Used.Add(("scale", number));
            }
        }
    }

    // More than times can grow by, and less than they can shrink by, is the same as that.
    private static decimal Product(decimal left, decimal right) =>
        left > ReplayedTimes.Longest / right ? ReplayedTimes.Longest : left * right;

    private static bool UsesModel(SpanRecord span, string pattern)
    {
        CallReader reader = CallReader.Of(span);
        return (reader.ResponseModel(span) is string answered && ReplayTarget.Matches(pattern, answered))
            || (reader.RequestModel(span) is string asked && ReplayTarget.Matches(pattern, asked));
    }

    // The root stays: without it nothing is left to tell about.
    private void Remove(ReadOnlySpan<PathSpan> spans, ReadOnlySpan<StepFinding> steps)
    {
        bool[] wasTried = Buffers.Cleared(ref _stepFlags, steps.Length);
        for (int i = 1; i < spans.Length; i++)
        {
            int step = _stepOf[i];
            if (step >= 0 && step != _stepOf[spans[i].Parent] && step != _stepOf[0] && IsRemoved(steps[step].Key))
            {
                _edits[i] = _edits[i] with { IsRemoved = true, IsLaterTry = wasTried[step] };
                wasTried[step] = true;
            }
        }
    }

    private bool IsRemoved(StepKey key)
    {
        bool isRemoved = false;
        for (int i = 0; i < changes.Remove.Count; i++)
        {
            if (_removed[i].Of(key))
            {
                Used.Add(("remove", i));
                isRemoved = true;
            }
        }

        return isRemoved;
    }

    private void Repeat(TraceFindings findings, ReadOnlySpan<PathSpan> spans, ReadOnlySpan<StepFinding> steps)
    {
        RedoDraw draw = new(changes, rates, findings, steps);
        if (!draw.AnyFailed)
        {
            return;
        }

        for (int i = spans.Length - 1; i >= 0; i--)
        {
            int step = _stepOf[i];
            bool isOpener = step >= 0 && (i == 0 || step != _stepOf[spans[i].Parent]);
            if (isOpener && steps[step].Attempts[^1] is { } last && (last.SpanIndex == spans[i].Index || !Opens(findings, last.SpanIndex, step)))
            {
                _edits[i] = _edits[i] with { Repeats = draw.Repeats(step) };
            }
        }
    }

    // Where the tries are spans inside the step, the step is done again as a whole.
    private static bool Opens(TraceFindings findings, int span, int step) =>
        span >= 0 && (findings.Spans[span].ParentIndex < 0 || findings.Spans[findings.Spans[span].ParentIndex].StepIndex != step);

    /// <summary>What patterns say about keys, which recur from trace to trace.</summary>
    private sealed class KeyMemo(Func<StepKey, bool> decide)
    {
        private readonly Dictionary<StepKey, bool> _decided = [];

        public bool Of(StepKey key)
        {
            if (!_decided.TryGetValue(key, out bool decision))
            {
                _decided.Add(key, decision = decide(key));
            }

            return decision;
        }
    }
}
