using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>Says what the own time of spans on the critical path was spent on, and splits a stretch where that changes. First match: wait, movement, handoff, compute.</summary>
/// <remarks>
/// wait: the whole of a span that is a queue, timer or person; a reported queue time, from the start of the span's first stretches; the gap between two attempts.
/// movement: the own time of a client whose server half is on the path, and of a producer whose consumer is.
/// handoff: the own time of ingress, orchestration, assembly and unattributed spans after the first step below them has begun; before that they prepare it.
/// compute: everything else; for inference, retrieval and tool spans whatever hangs below them.
/// </remarks>
internal sealed class SegmentClassifier
{
    private readonly SpanTree _tree;
    private readonly SpanLayer[] _layers;
    private readonly AttemptGaps _gaps;
    private readonly long[] _firstStepBelow;
    private readonly bool[] _hasRemoteHalf;
    private readonly Dictionary<int, long> _queueLeft = [];
    private readonly Dictionary<int, int> _gapsPassed = [];
    private readonly List<PathSegment> _segments = [];

    private SegmentClassifier(SpanTree tree, SpanLayer[] layers, IReadOnlyList<StepFinding> steps, int[] stepOfSpan, List<PathSpan> onPath)
    {
        _tree = tree;
        _layers = layers;
        _gaps = new AttemptGaps(tree, steps);
        _firstStepBelow = FirstStepsBelow(tree, stepOfSpan);
        _hasRemoteHalf = RemoteHalves(tree, onPath);
    }

    /// <summary>Classifies stretches in order of time.</summary>
    public static PathSegment[] Classify(
        SpanTree tree, SpanLayer[] layers, IReadOnlyList<StepFinding> steps, int[] stepOfSpan, List<PathSpan> onPath, List<SelfTime> times)
    {
        SegmentClassifier classifier = new(tree, layers, steps, stepOfSpan, onPath);
        foreach (SelfTime time in times)
        {
            classifier.AddOwnTime(time);
        }

        return [.. classifier._segments];
    }

    private void AddOwnTime(SelfTime time)
    {
        if (WaitSignals.IsWait(_tree.Spans[time.Index]))
        {
            Add(time.Index, SegmentKind.Wait, time.Start, time.End);
            return;
        }

        long from = time.Start + TakeQueueTime(time);
        Add(time.Index, SegmentKind.Wait, time.Start, from);
        AddAroundGaps(time.Index, from, time.End);
    }

    private long TakeQueueTime(SelfTime time)
    {
        if (!_queueLeft.TryGetValue(time.Index, out long left))
        {
            left = WaitSignals.QueueNanos(_tree.Spans[time.Index]);
        }

        long taken = Math.Min(left, time.End - time.Start);
        _queueLeft[time.Index] = left - taken;
        return taken;
    }

    private void AddAroundGaps(int span, long from, long to)
    {
        IReadOnlyList<(long Start, long End)> gaps = _gaps.Of(span);
        int next = _gapsPassed.GetValueOrDefault(span);
        while (next < gaps.Count && gaps[next].Start < to)
        {
            long start = Math.Max(from, gaps[next].Start);
            long end = Math.Min(to, gaps[next].End);
            if (start < end)
            {
                AddWork(span, from, start);
                Add(span, SegmentKind.Wait, start, end);
                from = end;
            }

            if (gaps[next].End > to)
            {
                break;
            }

            next++;
        }

        if (gaps.Count > 0)
        {
            _gapsPassed[span] = next;
        }

        AddWork(span, from, to);
    }

    private void AddWork(int span, long from, long to)
    {
        if (_hasRemoteHalf[span])
        {
            Add(span, SegmentKind.Movement, from, to);
            return;
        }

        long handoffFrom = IsSeam(_layers[span].Layer) ? Math.Clamp(_firstStepBelow[span], from, to) : to;
        Add(span, SegmentKind.Compute, from, handoffFrom);
        Add(span, SegmentKind.Handoff, handoffFrom, to);
    }

    private void Add(int span, SegmentKind kind, long from, long to)
    {
        if (from < to)
        {
            _segments.Add(new PathSegment(span, _layers[span].Layer, kind, from, to));
        }
    }

    private static bool IsSeam(Layer layer) => layer is Layer.Ingress or Layer.Orchestration or Layer.Assembly or Layer.Unattributed;

    /// <summary>For every span: when the first step below it began, or never (<see cref="long.MaxValue"/>).</summary>
    private static long[] FirstStepsBelow(SpanTree tree, int[] stepOfSpan)
    {
        long[] first = new long[tree.Count];
        Array.Fill(first, long.MaxValue);
        int[] order = tree.ParentsFirst();
        for (int i = order.Length - 1; i >= 0; i--)
        {
            int span = order[i];
            int parent = tree.Parent[span];
            if (parent == SpanTree.NoParent || tree.OffPath[span])
            {
                continue;
            }

            bool opensStep = stepOfSpan[span] >= 0 && stepOfSpan[span] != stepOfSpan[parent];
            long began = opensStep ? Math.Min(first[span], tree.Start[span]) : first[span];
            first[parent] = Math.Min(first[parent], began);
        }

        return first;
    }

    private static bool[] RemoteHalves(SpanTree tree, List<PathSpan> onPath)
    {
        bool[] has = new bool[tree.Count];
        foreach (PathSpan span in onPath)
        {
            if (span.Parent >= 0)
            {
                int parent = onPath[span.Parent].Index;
                has[parent] |= (tree.Spans[parent].Kind, tree.Spans[span.Index].Kind) is (SpanKind.Client, SpanKind.Server) or (SpanKind.Producer, SpanKind.Consumer);
            }
        }

        return has;
    }
}
