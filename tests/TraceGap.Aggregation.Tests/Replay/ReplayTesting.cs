using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

internal static class ReplayTesting
{
    public static readonly IReadOnlyDictionary<StepKey, RedoRates> NoRates = new Dictionary<StepKey, RedoRates>();

    public static ScaleChange Faster(Layer layer, decimal factor) => new(new ReplayTarget { Layer = layer }, factor);

    public static ReplayChanges Scaled(params ScaleChange[] scale) => new() { Scale = scale };

    public static ReplayChanges Parallel(string parent, params string[] children) => new() { Parallelize = [new ParallelizeChange(parent, children)] };

    public static TraceReplayer Replayer(ReplayChanges changes, IReadOnlyDictionary<StepKey, RedoRates>? rates = null) =>
        new(new TraceAnalyzer(AnalysisOptions.Default), changes, rates ?? NoRates);

    /// <summary>The replayed trace, whose path was seen to tile its root and to add up to its layers.</summary>
    public static ReplayedTrace? Checked(TraceReplayer replayer, IReadOnlyList<SpanRecord> spans)
    {
        ReplayedTrace? trace = replayer.Replay(spans, closed: true);
        if (trace is not null)
        {
            long cursor = 0;
            foreach (SelfTime time in replayer.Path)
            {
                Assert.Equal(cursor, time.Start);
                Assert.True(time.Start < time.End);
                cursor = time.End;
            }

            Assert.Equal(trace.AfterNanos, cursor);
            Assert.Equal(trace.BeforeNanos, trace.LayersBefore.Sum());
            Assert.Equal(trace.AfterNanos, trace.LayersAfter.Sum());
        }

        return trace;
    }

    /// <summary>How long a trace takes, replayed, ms.</summary>
    public static double After(this AgentTrace trace, ReplayChanges changes, IReadOnlyDictionary<StepKey, RedoRates>? rates = null) =>
        Checked(Replayer(changes, rates), trace.Spans)!.AfterNanos / (double)AgentTrace.Millisecond;

    /// <summary>The same rates for all steps of a trace.</summary>
    public static IReadOnlyDictionary<StepKey, RedoRates> Rates(this AgentTrace trace, double firstAttempt = 0.9, double failsAgain = 0.1, double reliability = 0.9) =>
        trace.Analyze().Steps.Select(static step => step.Key).Distinct().ToDictionary(static key => key, _ => new RedoRates(firstAttempt, failsAgain, reliability));
}
