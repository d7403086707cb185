namespace TraceGap.Aggregation;

/// <summary>
/// How long every span takes, and when within its parent it starts, if its own time takes longer or shorter, if spans start together, take no time, or are done again.
/// </summary>
/// <remarks>
/// What happened after something ended is taken to have waited for it. So within a parent a child starts, and the parent ends, when the last of the children that had ended by then ends anew,
/// plus the parent's own time since. That is all: the last such end decides, so joins wait for the last, and with nothing changed every moment comes out as it was recorded, to the nanosecond.
/// Spans are visited from the lowest up, each child twice within its parent, for its start and for its end. No recursion.
/// </remarks>
internal sealed class TreeReplay
{
    private long[] _starts = [];
    private long[] _lengths = [];
    private JoinedGroup[] _groups = [];
    private JoinedBranch[] _branches = [];

    /// <summary>For every span, by position, when it starts after its parent, ns.</summary>
    public long[] Starts => _starts;

    /// <summary>For every span how long it takes, ns; 0 if it is left out.</summary>
    public long[] Lengths => _lengths;

    /// <summary>Events that were gone through: what the work was.</summary>
    public long Events { get; private set; }

    /// <summary>Replays a trace.</summary>
    /// <param name="order">The spans on offer.</param>
    /// <param name="own">Their own time.</param>
    /// <param name="edits">What is different about each.</param>
    /// <param name="parallel">What starts together.</param>
    /// <param name="steps">Number of steps.</param>
    public void Run(SiblingOrder order, OwnTime own, SpanEdit[] edits, ParallelBranches parallel, int steps)
    {
        int count = order.Spans.Length;
        Events = 0;
        Buffers.Cleared(ref _starts, count);
        Buffers.Cleared(ref _lengths, count);
        Buffers.Cleared(ref _branches, steps);
        Buffers.Cleared(ref _groups, parallel.SpansOfGroup.Count);
        for (int i = 0; i < parallel.SpansOfGroup.Count; i++)
        {
            _groups[i].SpansLeft = parallel.SpansOfGroup[i];
        }

        for (int span = count - 1; span >= 0; span--)
        {
            if (!edits[span].IsRemoved)
            {
                long once = LengthOf(order, order.Spans[span], own.Of(span), edits, parallel, span);
                _lengths[span] = ReplayedTimes.Scaled(once, 1 + edits[span].Repeats);
            }
        }
    }

    private long LengthOf(SiblingOrder order, in PathSpan parent, ReadOnlySpan<PathSegment> ownTime, SpanEdit[] edits, ParallelBranches parallel, int position)
    {
        OwnClock clock = new(ownTime, edits[position].Factor);
        ReadOnlySpan<PathSpan> spans = order.Spans;
        ReadOnlySpan<int> byStart = order.ByStart(parent);
        Within now = default;
        int started = 0;
        for (int ended = 0; ended < parent.Children;)
        {
            Events++;
            int last = parent.FirstChild + ended;
            int next = started < byStart.Length ? byStart[started] : ParallelBranches.None;
            if (next != ParallelBranches.None && spans[next].Start < spans[last].End)
            {
                now.Own = clock.At(spans[next].Start, out now.Wait);
                _starts[next] = parallel.GroupOf[next] == ParallelBranches.None ? now.Next(edits[next].IsLaterTry) : StartTogether(ref now, parallel, next);
                now.OwnAtEvent = now.Own;
                started++;
            }
            else
            {
                now.Own = clock.At(spans[last].End, out now.Wait);
                long end = ReplayedTimes.Sum(_starts[last], _lengths[last]);
                now.End(parallel.GroupOf[last] == ParallelBranches.None ? end : EndTogether(now, parallel, last, end));
                ended++;
            }

            now.Running = started - ended;
        }

        now.Own = clock.At(parent.End, out now.Wait);
        return now.Next(isLaterTry: false);
    }

    private long StartTogether(ref Within now, ParallelBranches parallel, int span)
    {
        ref JoinedGroup group = ref _groups[parallel.GroupOf[span]];
        ref JoinedBranch branch = ref _branches[parallel.BranchOf[span]];
        if (branch.HasStarted)
        {
            // A later try of the same step: it waited for the one before, and still does.
            return ReplayedTimes.Sum(branch.End, now.Own - branch.OwnAtEnd);
        }

        bool isIdle = now.Running == 0 && group.OpenBranches == 0;
        (branch.HasStarted, branch.SpansLeft) = (true, parallel.SpansOfBranch[parallel.BranchOf[span]]);
        group.OpenBranches++;
        if (!group.HasStarted)
        {
            (group.HasStarted, group.Start) = (true, now.Next(isLaterTry: false));
            return group.Start;
        }

        // What the parent did just before is work all the same. It stands before the join, unless it was done beside something anyway.
        group.OwnBetween = ReplayedTimes.Sum(group.OwnBetween, isIdle ? now.Own - now.OwnAtEvent : 0);
        return group.Start;
    }

    private long EndTogether(in Within now, ParallelBranches parallel, int span, long end)
    {
        ref JoinedGroup group = ref _groups[parallel.GroupOf[span]];
        ref JoinedBranch branch = ref _branches[parallel.BranchOf[span]];
        (branch.End, branch.OwnAtEnd) = (end, now.Own);
        group.OpenBranches -= --branch.SpansLeft == 0 ? 1 : 0;
        group.LastEnd = Math.Max(group.LastEnd, end);
        return --group.SpansLeft > 0 ? end : ReplayedTimes.Sum(group.LastEnd, group.OwnBetween);
    }

    /// <summary>A parent's timeline at an event.</summary>
    private struct Within
    {
        /// <summary>The parent's own time up to the event, as replayed.</summary>
        public long Own;

        /// <summary>Of that, waiting.</summary>
        public long Wait;

        /// <summary>Own time up to the event before.</summary>
        public long OwnAtEvent;

        /// <summary>Children that were running as recorded.</summary>
        public int Running;

        private long _ownAtLastEnd;
        private long _waitAtLastEnd;
        private long _lastEnd;

        /// <summary>When something happens that waited for all that had ended.</summary>
        /// <param name="isLaterTry">Whether it is a later try of something that is left out, so that nobody waits between the two.</param>
        public readonly long Next(bool isLaterTry)
        {
            long own = Own - _ownAtLastEnd;
            return ReplayedTimes.Sum(_lastEnd, isLaterTry ? Math.Max(0, own - (Wait - _waitAtLastEnd)) : own);
        }

        /// <summary>A child has ended.</summary>
        public void End(long end)
        {
            _lastEnd = Math.Max(_lastEnd, end);
            (_ownAtLastEnd, _waitAtLastEnd, OwnAtEvent) = (Own, Wait, Own);
        }
    }

    private struct JoinedGroup
    {
        public bool HasStarted;
        public long Start;
        public int SpansLeft;

        /// <summary>Branches that have begun and have spans to come, or running.</summary>
        public int OpenBranches;

        /// <summary>The latest end of its spans so far, as replayed.</summary>
        public long LastEnd;

        /// <summary>What the parent did between them.</summary>
        public long OwnBetween;
    }

    private struct JoinedBranch
    {
        public bool HasStarted;
        public int SpansLeft;

        /// <summary>End of its last span so far, as replayed.</summary>
        public long End;

        /// <summary>The parent's own time up to there.</summary>
        public long OwnAtEnd;
    }
}
