namespace TraceGap.Aggregation;

/// <summary>
/// The path of a trace as reliability reads it: its steps in order of start, those that overlap under one parent together in one position. Overlap is transitive, so a position
/// is a run of siblings without a moment between them at which none was running. Cancelled steps hold their place; steps that a later attempt superseded are not part of it.
/// </summary>
internal sealed class PathPositions
{
    private readonly List<Position> _positions = [];

    /// <summary>Finds the positions.</summary>
    public PathPositions(TraceFindings findings)
    {
        Dictionary<int, Position> lastUnder = [];
        foreach (StepFinding step in findings.Steps.Where(static step => !step.IsSuperseded).OrderBy(static step => step.StartUnixNanos).ThenBy(static step => step.Index))
        {
            if (lastUnder.TryGetValue(step.ParentIndex, out Position? last) && last.IsOverlappedBy(step, IsFloored(findings, step)))
            {
                last.Add(step);
            }
            else
            {
                Position next = new(step);
                lastUnder[step.ParentIndex] = next;
                _positions.Add(next);
            }
        }
    }

    /// <summary>Whether a step of the last position failed of its own, unrecovered. Of the last of all, also where the path is longer than what is kept of it.</summary>
    public bool LastFailed => _positions.Count > 0 && _positions[^1].Steps.Any(static step => step.IsExecution && step.OwnFailure && !step.Recovered);

    /// <summary>The first <see cref="OutcomeRecord.MaxPathLength"/> positions, each a sorted multiset of keys.</summary>
    public StepKey[][] Keys() =>
        [.. _positions.Take(OutcomeRecord.MaxPathLength).Select(static position => position.Steps.Select(static step => step.Key).Order().ToArray())];

    private static bool IsFloored(TraceFindings findings, StepFinding step) =>
        step.Attempts[0].SpanIndex is >= 0 and int opener && FlooredStart.Is(findings.Spans[opener].Span);

    private sealed class Position(StepFinding first)
    {
        private long _end = first.EndUnixNanos;
        private long _lastStart = first.StartUnixNanos;

        public List<StepFinding> Steps { get; } = [first];

        /// <summary>Asked in order of start. A floored start that lies less than a millisecond before the end touches it, unless both began together.</summary>
        public bool IsOverlappedBy(StepFinding next, bool isFloored)
        {
            long overlap = _end - next.StartUnixNanos;
            bool touches = isFloored && overlap < FlooredStart.Granularity && _lastStart < next.StartUnixNanos;
            return overlap > 0 && !touches;
        }

        public void Add(StepFinding step)
        {
            Steps.Add(step);
            _end = Math.Max(_end, step.EndUnixNanos);
            _lastStart = step.StartUnixNanos;
        }
    }
}
