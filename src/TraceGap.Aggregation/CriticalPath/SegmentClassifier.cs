using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>Says what the own time of spans on the critical path was spent on, and splits a stretch where that changes. First match: wait, movement, handoff, compute.</summary>
/// <remarks>
/// wait: the whole of a span that is a queue, timer or person; a reported queue time, from the start of the span's first stretches; the gap between two attempts.
/// movement: the own time of a client whose server half is on the path, of a producer whose consumer is, and of a span that is a transfer.
/// What the events of a model server say about parts of its span (<see cref="TimedWork"/>) goes before what follows.
/// handoff: the own time of ingress, orchestration, assembly and unattributed spans after the first step below them has begun; before that they prepare it.
/// compute: everything else; for inference, retrieval and tool spans whatever hangs below them.
/// </remarks>
internal sealed class SegmentClassifier
{
    private readonly Dictionary<int, long> _queueLeft = [];
    private readonly ShapeMemo<bool> _isTimed = new(TimedWork.IsIn);
    private SpanTree _tree = new();
    private SpanLayer[] _layers = [];
    private AttemptGaps? _gaps;
    private long[] _firstStepBelow = [];
    private bool[] _hasRemoteHalf = [];
    private Waiting[] _waiting = [];
    private List<PathSegment> _segments = [];

    /// <summary>Classifies stretches; a reported queue time is cut from those of a span in the order in which they are given.</summary>
    public void Classify(
        SpanTree tree, SpanLayer[] layers, ReadOnlySpan<StepFinding> steps, int[] stepOfSpan, ReadOnlySpan<PathSpan> onPath, List<SelfTime> times, List<PathSegment> segments)
    {
        (_tree, _layers, _segments) = (tree, layers, segments);
        _gaps = AttemptGaps.Of(tree, steps);
        _queueLeft.Clear();
        Buffers.Cleared(ref _waiting, tree.Count);
        FindFirstStepsBelow(stepOfSpan);
        FindRemoteHalves(onPath);
        foreach (SelfTime time in times)
        {
            AddOwnTime(time);
        }
    }

    /// <summary>What a span says about waiting.</summary>
    private enum Waiting : byte
    {
        NotAsked,
        None,
        Queued,
        All,
    }

    private void AddOwnTime(SelfTime time)
    {
        Waiting waiting = WaitingOf(time.Index);
        if (waiting == Waiting.All)
        {
            Add(time.Index, SegmentKind.Wait, time.Start, time.End);
            return;
        }

        long from = waiting == Waiting.Queued ? time.Start + TakeQueueTime(time) : time.Start;
        Add(time.Index, SegmentKind.Wait, time.Start, from);
        AddAroundGaps(time.Index, from, time.End);
    }

    private Waiting WaitingOf(int span)
    {
        ref Waiting waiting = ref _waiting[span];
        if (waiting != Waiting.NotAsked)
        {
            return waiting;
        }

        SpanRecord record = _tree.Spans[span];
        long queued = WaitSignals.QueueNanos(record);
        if (queued > 0)
        {
            _queueLeft.Add(span, queued);
        }

        waiting = WaitSignals.IsWait(record) ? Waiting.All : queued > 0 ? Waiting.Queued : Waiting.None;
        return waiting;
    }

    private long TakeQueueTime(SelfTime time)
    {
        long left = _queueLeft[time.Index];
        long taken = Math.Min(left, time.End - time.Start);
        _queueLeft[time.Index] = left - taken;
        return taken;
    }

    private void AddAroundGaps(int span, long from, long to)
    {
        if (_gaps is null)
        {
            AddWork(span, from, to);
            return;
        }

        IReadOnlyList<(long Start, long End)> gaps = _gaps.Of(span);
        for (int next = AttemptGaps.FirstEndingAfter(gaps, from); next < gaps.Count && gaps[next].Start < to; next++)
        {
            long start = Math.Max(from, gaps[next].Start);
            long end = Math.Min(to, gaps[next].End);
            AddWork(span, from, start);
            Add(span, SegmentKind.Wait, start, end);
            from = end;
        }

        AddWork(span, from, to);
    }

    private void AddWork(int span, long from, long to)
    {
        if (_isTimed.Of(_tree.Spans[span].Attributes.Shape))
        {
            long shift = _tree.Shift[span];
            foreach (TimedPart part in TimedWork.Of(_tree.Spans[span], time => NextBelow(span, time + shift) - shift))
            {
                long start = Math.Clamp(part.StartUnixNanos + shift, from, to);
                long end = Math.Clamp(part.EndUnixNanos + shift, from, to);
                AddUntimed(span, from, start);
                Add(span, part.Kind, start, end);
                from = end;
            }
        }

        AddUntimed(span, from, to);
    }

    /// <summary>Start of the first child that begins at or after a time, or null.</summary>
    private long? NextBelow(int span, long time)
    {
        (int[] offsets, int[] children) = _tree.Children();
        long next = long.MaxValue;
        foreach (int child in children.AsSpan(offsets[span]..offsets[span + 1]))
        {
            next = _tree.Start[child] >= time ? Math.Min(next, _tree.Start[child]) : next;
        }

        return next < long.MaxValue ? next : null;
    }

    private void AddUntimed(int span, long from, long to)
    {
        if (_hasRemoteHalf[span] || IsTransfer(_tree.Spans[span]))
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

    /// <summary>A span that is nothing but moving data: between the machines of a model server, of files, of an answer that was made before.</summary>
    private static bool IsTransfer(SpanRecord span) =>
        string.Equals(span.Name, "vllm_async_kv_transfer", StringComparison.Ordinal)
        || (span.Attributes.Text("gen_ai.operation.name") is string operation
            && (operation == "fetch_response" || operation.StartsWith("files.", StringComparison.Ordinal)));

    private static bool IsSeam(Layer layer) => layer is Layer.Ingress or Layer.Orchestration or Layer.Assembly or Layer.Unattributed;

    /// <summary>For every span: when the first step below it began, or never (<see cref="long.MaxValue"/>).</summary>
    private void FindFirstStepsBelow(int[] stepOfSpan)
    {
        long[] first = Buffers.Filled(ref _firstStepBelow, _tree.Count, long.MaxValue);
        ReadOnlySpan<int> order = _tree.ParentsFirst();
        for (int i = order.Length - 1; i >= 0; i--)
        {
            int span = order[i];
            int parent = _tree.Parent[span];
            if (parent == SpanTree.NoParent || _tree.OffPath[span])
            {
                continue;
            }

            bool opensStep = stepOfSpan[span] >= 0 && stepOfSpan[span] != stepOfSpan[parent];
            long began = opensStep ? Math.Min(first[span], _tree.Start[span]) : first[span];
            first[parent] = Math.Min(first[parent], began);
        }
    }

    private void FindRemoteHalves(ReadOnlySpan<PathSpan> onPath)
    {
        bool[] has = Buffers.Cleared(ref _hasRemoteHalf, _tree.Count);
        foreach (ref readonly PathSpan span in onPath[1..])
        {
            int parent = onPath[span.Parent].Index;
            has[parent] |= (_tree.Kind[parent], _tree.Kind[span.Index]) is (SpanKind.Client, SpanKind.Server) or (SpanKind.Producer, SpanKind.Consumer);
        }
    }
}
