using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Reporting;

/// <summary>
/// Answers a what-if question: reliability from the rollups of the window, latency from traces of it that are replayed one by one. Traces may be added in any order. One owner.
/// </summary>
public sealed class WhatIfStudy
{
    private readonly ReportInput _input;
    private readonly ReplayChanges _changes;
    private readonly WindowSelection _selection;
    private readonly Rescues _rescues;
    private readonly TraceReplayer _replayer;
    private readonly List<ReplayedTrace> _traces = [];

    /// <summary>Begins.</summary>
    /// <param name="input">The window, as for its report.</param>
    /// <param name="changes">What is to be different.</param>
    /// <param name="analyzer">Analyses traces, as when they were booked.</param>
    public WhatIfStudy(ReportInput input, ReplayChanges changes, TraceAnalyzer analyzer)
    {
        _input = input;
        _changes = changes;
        _selection = new WindowSelection(new WindowGroups(input.Cells), input.Workflow);
        _rescues = new Rescues(_selection.Groups.SelectMany(static group => group.Scaled), changes);
        _replayer = new TraceReplayer(analyzer, changes, _rescues.Rates);
    }

    /// <summary>Replays a trace of the sample. One that has no latency in reports counts nowhere.</summary>
    /// <param name="spans">All its spans, at least one.</param>
    /// <param name="closed">Whether a root is awaited no more.</param>
    public void Add(IReadOnlyList<SpanRecord> spans, bool closed)
    {
        if (_replayer.Replay(spans, closed) is ReplayedTrace trace)
        {
            _traces.Add(trace);
        }
    }

    /// <summary>The answer.</summary>
    /// <param name="of">How many traces the sample was taken of; null if it is all there are.</param>
    public WhatIfReport ToReport(long? of = null)
    {
        SampledTraces sampled = new(_traces.Count, Math.Max(of ?? 0, _traces.Count));

        // Sums of doubles are made in one order, however the traces came.
        _traces.Sort(static (left, right) => (left.BeforeNanos, left.AfterNanos, left.Weight).CompareTo((right.BeforeNanos, right.AfterNanos, right.Weight)));
        return new WhatIfReport(
            new ReportWindow(EventTime.Utc(_input.FromUnixNanos), EventTime.Utc(_input.ToUnixNanos)),
            _input.Workflow,
            sampled,
            LatencyReplay.Of(_traces),
            ReliabilityReplay.Of(_input, _selection, _rescues),
            [.. Unmatched.Of(_changes, _replayer.Used.Union(_rescues.Used).ToHashSet())],
            [.. Assumptions.Of(_changes, sampled)]);
    }
}
