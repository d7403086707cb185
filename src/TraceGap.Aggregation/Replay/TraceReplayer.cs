using System.Runtime.InteropServices;
using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// Replays traces with something changed: how long would they have taken? The order in which things happened is kept as the recording shows it, see <see cref="TreeReplay"/>; only computing
/// gets faster or slower, while handing over, moving data and waiting take what they took. What a run that failed would have done had it gone on is not made up.
/// </summary>
/// <remarks>One owner at a time: works in memory that is used again from trace to trace.</remarks>
/// <param name="analyzer">Analyses the traces.</param>
/// <param name="changes">What is different.</param>
/// <param name="rates">How steps fare when they are done again; steps that are not named are not.</param>
public sealed class TraceReplayer(TraceAnalyzer analyzer, ReplayChanges changes, IReadOnlyDictionary<StepKey, RedoRates> rates)
{
    private readonly TraceWorkspace _work = new();
    private readonly SiblingOrder _order = new();
    private readonly OwnTime _own = new();
    private readonly ParallelBranches _parallel = new();
    private readonly TreeReplay _replay = new();
    private readonly ReplayedPath _path = new();
    private readonly ReplayEdits _edits = new(changes, rates);

    /// <summary>The changes that made a difference to spans of any of the traces, as the name of their list and their place in it. Retries, gates and fallbacks go by step keys, so nothing is told of them.</summary>
    public IReadOnlySet<(string List, int Index)> Used => _edits.Used;

    /// <summary>The path of the last trace as replayed, from 0 on.</summary>
    internal ReadOnlySpan<SelfTime> Path => _path.Find(_order.Spans, _replay.Starts, _replay.Lengths);

    /// <summary>What replaying the last trace went through.</summary>
    internal long Events => _replay.Events;

    /// <summary>Replays a trace.</summary>
    /// <param name="spans">All spans that are known of one trace, at least one, in any order, repeated or not.</param>
    /// <param name="closed">As for <see cref="TraceAnalyzer.Analyze"/>.</param>
    /// <returns>Null for a trace that has no latency in reports: without a root, or neither ok nor failed.</returns>
    public ReplayedTrace? Replay(IReadOnlyList<SpanRecord> spans, bool closed)
    {
        TraceFindings findings = analyzer.Run(spans, closed, _work);
        if (findings.RootIndex < 0 || findings.Outcome is not (TraceOutcome.Ok or TraceOutcome.Failed))
        {
            return null;
        }

        SpanLayer[] layers = _work.Layers.Layers;
        ReadOnlySpan<StepFinding> steps = CollectionsMarshal.AsSpan(_work.StepFindings);
        _order.Begin(_work.Path.OnOffer);
        _own.Find(_work.Tree, layers, steps, _work.Steps.IndexesOfSpans(_work.Tree.Count), _order);
        SpanEdit[] edits = _edits.Of(findings, layers, _order.Spans, steps);
        _parallel.Begin(_order.Spans.Length, steps.Length);
        _edits.Parallelize(_order.Spans, steps, _parallel);
        _replay.Run(_order, _own, edits, _parallel, steps.Length);

        long[] after = new long[LayerNames.Count];
        foreach (SelfTime time in Path)
        {
            after[(int)layers[time.Index].Layer] += time.End - time.Start;
        }

        return new ReplayedTrace(findings.Weight, findings.EndUnixNanos - findings.StartUnixNanos, after.Sum(), LayersOf(findings), after);
    }

    private static long[] LayersOf(TraceFindings findings)
    {
        long[] nanos = new long[LayerNames.Count];
        foreach (PathSegment segment in findings.CriticalPath)
        {
            nanos[(int)segment.Layer] += segment.EndUnixNanos - segment.StartUnixNanos;
        }

        return nanos;
    }
}
