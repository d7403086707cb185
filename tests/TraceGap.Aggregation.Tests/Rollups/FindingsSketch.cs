using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

/// <summary>Makes findings, a line a step. Every step has one span of its own, which opens it.</summary>
internal sealed class FindingsSketch
{
    private static readonly RollupKey Key = new("prod", "agent", "agent/ask", "1");

    private readonly List<StepFinding> _steps = [];
    private readonly List<SpanFinding> _spans = [];
    private readonly List<PathSegment> _path = [];

    public TraceOutcome Outcome { get; set; } = TraceOutcome.Ok;

    public OutcomeSource Source { get; set; } = OutcomeSource.Root;

    public int RootIndex { get; set; }

    public long Start { get; set; }

    public long End { get; set; } = 100;

    public TraceFailure? Failure { get; set; }

    public ulong? Task { get; set; }

    public FindingsSketch Step(
        string operation,
        long start,
        long end,
        int parent = -1,
        Layer layer = Layer.Inference,
        Verdict verdict = Verdict.Ok,
        bool own = false,
        bool recovered = false,
        bool superseded = false,
        string? error = null,
        long input = 0,
        long output = 0,
        string? kind = null,
        string? model = null,
        ModelCall[]? thrownAway = null,
        uint inputHash = 0,
        params Verdict[] earlier)
    {
        int index = _steps.Count;
        SpanRecord span = new()
        {
            TraceId = new TraceId(1, 1),
            SpanId = new SpanId((ulong)index + 1),
            Name = operation,
            StartUnixNanos = start,
            EndUnixNanos = end,
            InputHash = inputHash,
            Resource = ResourceRecord.Unknown,
            Scope = ScopeRecord.None,
        };
        _spans.Add(new SpanFinding
        {
            Span = span,
            ParentIndex = parent,
            Layer = new SpanLayer(layer, "said", Certainty.Certain, true, false),
            StepIndex = index,
            Verdict = verdict,
            VerdictSignal = "",
        });
        _steps.Add(new StepFinding
        {
            Index = index,
            ParentIndex = parent,
            Key = new StepKey("agent", layer, operation),
            Attempts = [.. earlier.Append(verdict).Select(it => new AttemptFinding(index, span.SpanId, it, start, end))],
            StartUnixNanos = start,
            EndUnixNanos = end,
            Verdict = verdict,
            VerdictSignal = "",
            ErrorType = error,
            OwnFailure = own,
            Recovered = recovered,
            IsSuperseded = superseded,
            Kind = kind,
            Call = layer == Layer.Inference ? new ModelCall(model ?? "m", new TokenSums(input, output, 0, input), null) : default,
            ThrownAwayCalls = thrownAway,
        });
        return this;
    }

    /// <summary>A stretch of the path that is the own time of the span of a step.</summary>
    public FindingsSketch Segment(int step, SegmentKind kind, long start, long end)
    {
        _path.Add(new PathSegment(step, _spans[step].Layer.Layer, kind, start, end));
        return this;
    }

    public TraceFindings Findings() => new()
    {
        TraceId = new TraceId(1, 1),
        Key = Key,
        Outcome = Outcome,
        OutcomeSource = Source,
        RootIndex = RootIndex,
        StartUnixNanos = Start,
        EndUnixNanos = End,
        Weight = SpanRecord.UnitWeight,
        Spans = _spans,
        Steps = _steps,
        CriticalPath = _path,
        Defects = [],
        Failure = Failure,
        Task = Task,
    };

    public TraceContribution Contribution(bool revised = false) => ContributionBuilder.Build(Findings(), revised);

    public string Path() => string.Join(" ", Contribution().Outcome.Path.Select(static position => string.Join("+", position.Select(static key => key.Operation))));
}
