namespace TraceGap.Aggregation;

/// <summary>
/// The path of a trace as reliability reads it: its steps in order of start, those that overlap under one parent together in one position. Overlap is transitive, so a position
/// is a run of siblings without a moment between them at which none was running. Cancelled steps hold their place; steps that a later attempt superseded are not part of it.
/// </summary>
/// <remarks>Used again from trace to trace; one owner at a time.</remarks>
internal sealed class PathPositions
{
    private readonly List<Position> _positions = [];
    private int[] _lastUnder = [];
    private int[] _nextInPosition = [];

    /// <summary>Whether a step of the last position failed of its own, unrecovered. Of the last of all, also where the path is longer than what is kept of it.</summary>
    public bool LastFailed { get; private set; }

    /// <summary>Finds the positions of another trace.</summary>
    /// <param name="steps">Steps in order of start.</param>
    /// <param name="spans">The spans that their attempts name.</param>
    public void Find(ReadOnlySpan<StepFinding> steps, ReadOnlySpan<SpanFinding> spans)
    {
        _positions.Clear();
        Buffers.Reserve(ref _nextInPosition, steps.Length);

        // One place more, for the steps that no step encloses.
        Buffers.Filled(ref _lastUnder, steps.Length + 1, -1);
        for (int step = 0; step < steps.Length; step++)
        {
            if (!steps[step].IsSuperseded)
            {
                Add(step, steps[step], spans);
            }
        }

        LastFailed = _positions.Count > 0 && AnyFailed(_positions[^1], steps);
    }

    /// <summary>The first <see cref="OutcomeRecord.MaxPathLength"/> positions, each a sorted multiset of keys.</summary>
    public StepKey[][] Keys(ReadOnlySpan<StepFinding> steps)
    {
        StepKey[][] keys = new StepKey[Math.Min(_positions.Count, OutcomeRecord.MaxPathLength)][];
        for (int i = 0; i < keys.Length; i++)
        {
            Position position = _positions[i];
            StepKey[] members = keys[i] = new StepKey[position.Count];
            for (int member = 0, step = position.First; member < members.Length; member++, step = _nextInPosition[step])
            {
                members[member] = steps[step].Key;
            }

            Array.Sort(members);
        }

        return keys;
    }

    private void Add(int step, in StepFinding finding, ReadOnlySpan<SpanFinding> spans)
    {
        ref int last = ref _lastUnder[finding.ParentIndex + 1];
        if (last < 0 || !_positions[last].IsOverlappedBy(finding, IsFloored(finding, spans)))
        {
            last = _positions.Count;
            _positions.Add(new Position(step, step, 1, finding.StartUnixNanos, finding.EndUnixNanos));
            return;
        }

        Position position = _positions[last];
        _nextInPosition[position.Last] = step;
        _positions[last] = position with
        {
            Last = step,
            Count = position.Count + 1,
            LastStart = finding.StartUnixNanos,
            End = Math.Max(position.End, finding.EndUnixNanos),
        };
    }

    private bool AnyFailed(Position position, ReadOnlySpan<StepFinding> steps)
    {
        for (int member = 0, step = position.First; member < position.Count; member++, step = _nextInPosition[step])
        {
            if (steps[step] is { IsExecution: true, OwnFailure: true, Recovered: false })
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsFloored(in StepFinding step, ReadOnlySpan<SpanFinding> spans) =>
        step.Attempts[0].SpanIndex is >= 0 and int opener && FlooredStart.Is(spans[opener].Span);

    /// <summary>A run of overlapping siblings; steps by their index.</summary>
    private readonly record struct Position(int First, int Last, int Count, long LastStart, long End)
    {
        /// <summary>Asked in order of start. A floored start that lies less than a millisecond before the end touches it, unless both began together.</summary>
        public bool IsOverlappedBy(in StepFinding next, bool isFloored)
        {
            long overlap = End - next.StartUnixNanos;
            bool touches = isFloored && overlap < FlooredStart.Granularity && LastStart < next.StartUnixNanos;
            return overlap > 0 && !touches;
        }
    }
}
