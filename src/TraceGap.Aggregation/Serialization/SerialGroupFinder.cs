namespace TraceGap.Aggregation;

/// <summary>
/// Finds the steps that ran one after the other and perhaps need not have. Below each step: of its children that are on the critical path, in order of start, every longest run of one layer
/// and one kind in which each began after the one before it had ended.
/// </summary>
/// <remarks>
/// <para>
/// A run ends where something tells that the next one needed what came before: a sibling of another kind in between, on the path or not, may have made what it works on (a model call between
/// two tool calls has); what follows a failure may be its fallback; rounds of a loop say by their name that they are.
/// </para>
/// <para>Attempts that were superseded, what lies inside them, and cancelled steps are no children. One pass over the steps, whatever their number.</para>
/// </remarks>
internal sealed class SerialGroupFinder
{
    /// <summary>Most groups of one trace; those that would save most are kept.</summary>
    public const int MaxGroups = 16;

    private readonly List<SerialSaving> _found = [];
    private readonly Dictionary<SerialGroup, int> _placeOf = [];
    private bool[] _isOnPath = [];
    private Run[] _runs = [];
    private int[] _before = [];

    /// <summary>The groups of a trace, sorted; those of equal children below equal parents are one, in the order in which it was first seen.</summary>
    /// <param name="steps">Steps in order of start.</param>
    /// <param name="spans">The spans that they and the path name.</param>
    /// <param name="path">The critical path.</param>
    public SerialSaving[] Find(ReadOnlySpan<StepFinding> steps, ReadOnlySpan<SpanFinding> spans, ReadOnlySpan<PathSegment> path)
    {
        MarkPath(steps, spans, path);
        _found.Clear();
        _placeOf.Clear();
        Buffers.Reserve(ref _before, steps.Length);
        Buffers.Filled(ref _runs, steps.Length, Run.None);
        for (int step = 0; step < steps.Length; step++)
        {
            if (steps[step].ParentIndex >= 0 && steps[step].IsExecution)
            {
                Take(step, steps, spans);
            }
        }

        for (int parent = 0; parent < steps.Length; parent++)
        {
            Close(parent, steps);
        }

        return Largest();
    }

    private void MarkPath(ReadOnlySpan<StepFinding> steps, ReadOnlySpan<SpanFinding> spans, ReadOnlySpan<PathSegment> path)
    {
        Buffers.Cleared(ref _isOnPath, steps.Length);
        foreach (ref readonly PathSegment segment in path)
        {
            for (int step = spans[segment.SpanIndex].StepIndex; step >= 0 && !_isOnPath[step]; step = steps[step].ParentIndex)
            {
                _isOnPath[step] = true;
            }
        }
    }

    private void Take(int step, ReadOnlySpan<StepFinding> steps, ReadOnlySpan<SpanFinding> spans)
    {
        ref readonly StepFinding next = ref steps[step];
        ref Run run = ref _runs[next.ParentIndex];
        bool isSameKind = run.Count > 0 && IsSameKind(steps[run.Last], next);
        if (!_isOnPath[step])
        {
            run.BetweenEnd = run.Count > 0 && !isSameKind && IsAfter(next, run.End, spans) ? Math.Min(run.BetweenEnd, next.EndUnixNanos) : run.BetweenEnd;
            return;
        }

        bool goesOn = isSameKind
            && run.Count < SerialGroup.MaxChildren
            && steps[run.Last].Verdict is Verdict.Ok or Verdict.Degraded
            && IsAfter(next, run.End, spans)
            && (run.BetweenEnd == long.MaxValue || !IsAfter(next, run.BetweenEnd, spans))
            && !(next.Key.Layer == Layer.Orchestration && IterationNames.Is(next.Key.Operation));
        if (!goesOn)
        {
            Close(next.ParentIndex, steps);
        }

        long nanos = next.EndUnixNanos - next.StartUnixNanos;
        _before[step] = run.Last;
        run = new Run(step, run.Count + 1, Math.Max(run.End, next.EndUnixNanos), run.Sum + nanos, Math.Max(run.Longest, nanos));
    }

    private static bool IsSameKind(in StepFinding left, in StepFinding right) => left.Key.Layer == right.Key.Layer && KindOf(left) == KindOf(right);

    private static string KindOf(in StepFinding step) => step.Kind ?? step.Key.Operation;

    /// <summary>A start that was floored to the millisecond may lie by less than that before the end that it came after.</summary>
    private static bool IsAfter(in StepFinding next, long end, ReadOnlySpan<SpanFinding> spans)
    {
        long overlap = end - next.StartUnixNanos;
        return overlap <= 0 || (overlap < FlooredStart.Granularity && next.Attempts[0].SpanIndex is >= 0 and int opener && FlooredStart.Is(spans[opener].Span));
    }

    private void Close(int parent, ReadOnlySpan<StepFinding> steps)
    {
        Run run = _runs[parent];
        _runs[parent] = Run.None;
        long saving = run.Count < 2 ? 0 : (long)Int128.Min(run.Sum - run.Longest, long.MaxValue);
        if (saving == 0)
        {
            return;
        }

        StepKey[] children = new StepKey[run.Count];
        for (int place = run.Count - 1, step = run.Last; place >= 0; place--, step = _before[step])
        {
            children[place] = steps[step].Key;
        }

        Add(new SerialGroup(steps[parent].Key, children), saving);
    }

    private void Add(SerialGroup group, long saving)
    {
        // Most traces have one group at most, which then needs no comparing.
        if (_found.Count == 1)
        {
            _placeOf.TryAdd(_found[0].Group.InAnyOrder(), 0);
        }

        if (_found.Count == 0 || _placeOf.TryAdd(group.InAnyOrder(), _found.Count))
        {
            _found.Add(new SerialSaving(group, saving));
            return;
        }

        int place = _placeOf[group.InAnyOrder()];
        _found[place] = _found[place] with { Nanos = (long)Int128.Min((Int128)_found[place].Nanos + saving, long.MaxValue) };
    }

    private SerialSaving[] Largest()
    {
        if (_found.Count > MaxGroups)
        {
            _found.Sort(static (left, right) => left.Nanos != right.Nanos ? right.Nanos.CompareTo(left.Nanos) : left.Group.CompareTo(right.Group));
            _found.RemoveRange(MaxGroups, _found.Count - MaxGroups);
        }

        if (_found.Count > 1)
        {
            _found.Sort(static (left, right) => left.Group.CompareTo(right.Group));
        }

        return _found.Count == 0 ? [] : [.. _found];
    }

    /// <summary>A run below one parent that may go on: its last step (the others by <see cref="_before"/>), and what is known of all.</summary>
    private record struct Run(int Last, int Count, long End, Int128 Sum, long Longest)
    {
        public static readonly Run None = new(-1, 0, long.MinValue, 0, 0);

        /// <summary>The first end of a step of another kind that began after the run ended.</summary>
        public long BetweenEnd { get; set; } = long.MaxValue;
    }
}
