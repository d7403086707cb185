using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

public sealed class ComparisonTests
{
    /// <summary>The first example of Newcombe (1998), table II: 56 of 70 against 48 of 80, method 10.</summary>
    [Fact]
    public void The_interval_of_a_difference_is_the_published_one()
    {
        Change observed = Compare(Traces(ok: 48, failed: 32), Traces(ok: 56, failed: 14)).Reliability.Observed;

        Assert.Equal(0.6, observed.Before);
        Assert.Equal(0.8, observed.After);
        Assert.Equal(0.2, observed.Difference!.Value, 12);
        Assert.Equal(0.0524, observed.Low!.Value, 4);
        Assert.Equal(0.3339, observed.High!.Value, 4);
        Assert.True(observed.Significant);
    }

    [Fact]
    public void A_report_does_not_differ_from_itself()
    {
        TraceContribution[] traces = Traces(ok: 90, failed: 10);
        Comparison comparison = Compare(traces, traces);

        foreach (Change change in Changes(comparison))
        {
            Assert.Equal(change.Before, change.After);
            Assert.True(change.Difference is null or 0);
            Assert.False(change.Significant);
        }
    }

    [Fact]
    public void Swapping_the_sides_turns_every_change_round()
    {
        TraceContribution[] one = Traces(ok: 90, failed: 10, nanos: 5_000_000);
        TraceContribution[] other = Traces(ok: 70, failed: 30, nanos: 80_000_000);

        foreach ((Change forth, Change back) in Changes(Compare(one, other)).Zip(Changes(Compare(other, one))))
        {
            Assert.Equal(forth.Difference, -back.Difference);
            Assert.Equal(forth.Low ?? 0, -(back.High ?? 0), 12);
            Assert.Equal(forth.Significant, back.Significant);
        }
    }

    [Fact]
    public void Path_times_a_trace_add_up_to_the_change_of_the_mean()
    {
        Comparison comparison = Compare(Traces(ok: 90, failed: 10, nanos: 5_000_000), Traces(ok: 70, failed: 30, nanos: 80_000_000));

        Assert.Equal(comparison.Latency.Mean.Difference!.Value, comparison.Layers.Sum(static layer => layer.PathMs.Difference!.Value), 6);
    }

    [Fact]
    public void What_is_on_one_side_only_is_compared_with_nothing()
    {
        OutcomeRecord other = new SimulatedRun().Step("model").Ends(TraceOutcome.Ok);
        Comparison comparison = Compare(Traces(ok: 9, failed: 1), [Contributions.Trace(other, durationNanos: 7_000_000, path: [(Layer.Inference, SegmentKind.Compute, 7_000_000)])]);

        StepChange gone = comparison.Steps.Single(static step => step.Layer == "tool_call");
        StepChange come = comparison.Steps.Single(static step => step.Layer == "inference");
        Assert.Equal((10, 0), (gone.Executions.Before, gone.Executions.After));
        Assert.Equal(0, gone.PathMs.After);
        Assert.Null(gone.Reliability.After);
        Assert.Equal((0, 1), (come.Executions.Before, come.Executions.After));
        Assert.Equal(7, come.PathMs.Difference!.Value, 9);
    }

    [Fact]
    public void Against_no_data_nothing_is_known()
    {
        Comparison comparison = Compare([], Traces(ok: 9, failed: 1));

        Assert.All(Changes(comparison).Where(static change => change.Before is null), static change => Assert.Null(change.Difference));
        Assert.Empty(comparison.Latency.Bands);
        Assert.Equal(10, comparison.After.Traces.Total);
    }

    private static Comparison Compare(TraceContribution[] before, TraceContribution[] after) =>
        ComparisonBuilder.Build(Contributions.Report(before), Contributions.Report(after), default);

    private static TraceContribution[] Traces(int ok, int failed, long nanos = 5_000_000) =>
    [
        .. Enumerable.Range(0, ok + failed).Select(i => Contributions.Trace(
            new SimulatedRun().Step("tool", ok: i < ok).Ends(i < ok ? TraceOutcome.Ok : TraceOutcome.Failed),
            durationNanos: nanos + i,
            path: [(Layer.ToolCall, SegmentKind.Compute, nanos / 2), (Layer.Ingress, SegmentKind.Handoff, nanos + i - (nanos / 2))])),
    ];

    private static IEnumerable<Change> Changes(Comparison comparison)
    {
        ReliabilityChange reliability = comparison.Reliability;
        LatencyChange latency = comparison.Latency;
        return
        [
            reliability.Observed, reliability.Theoretical, reliability.Divergence, reliability.TheoreticalPerAttempt, reliability.Retries, reliability.Dependence,
            reliability.Recovered, reliability.Silent, latency.P50, latency.P90, latency.P95, latency.P99, latency.Mean, latency.CoordinationShare,
            .. latency.Bands.SelectMany(static band => band.Layers).OrderBy(static layer => layer.Layer, StringComparer.Ordinal)
                .SelectMany(static layer => (Change[])[layer.CriticalMs, layer.Share, layer.ComputeMs, layer.MovementMs, layer.HandoffMs, layer.WaitMs]),
            .. comparison.Layers.OrderBy(static layer => layer.Layer, StringComparer.Ordinal).SelectMany(static layer => (Change[])[layer.Reliability, layer.PathMs, layer.Share]),
            .. comparison.Steps.OrderBy(static step => step.Step, StringComparer.Ordinal)
                .SelectMany(static step => (Change[])[step.Executions, step.Reliability, step.PathMs, step.P50, step.P99]),
        ];
    }
}
