namespace TraceGap.Aggregation.Tests;

public class ContributionBuilderTests
{
    private const long Ms = 1_000_000;

    [Fact]
    public void The_path_has_the_steps_in_order_of_start() =>
        Assert.Equal("run plan search", new FindingsSketch().Step("run", 0, 100).Step("plan", 10, 20, 0).Step("search", 30, 40, 0).Path());

    [Fact]
    public void Siblings_that_overlap_are_one_position_sorted_by_key() =>
        Assert.Equal("run a+b+b end", new FindingsSketch().Step("run", 0, 100).Step("b", 10, 30, 0).Step("b", 12, 20, 0).Step("a", 29, 50, 0).Step("end", 50, 60, 0).Path());

    [Fact]
    public void Overlap_is_asked_only_under_one_parent() =>
        Assert.Equal("run left+right b a", new FindingsSketch()
            .Step("run", 0, 100).Step("left", 10, 60, 0).Step("right", 12, 60, 0).Step("b", 20, 30, 1).Step("a", 22, 33, 2).Path());

    [Fact]
    public void A_floored_start_less_than_a_millisecond_before_the_end_touches_it() =>
        Assert.Equal("a b", new FindingsSketch().Step("a", 1 * Ms, (5 * Ms) + 999_999).Step("b", 5 * Ms, 9 * Ms).Path());

    [Theory]
    [InlineData(1 * Ms, 6 * Ms, 5 * Ms)]
    [InlineData(1 * Ms, (5 * Ms) + 3, (5 * Ms) + 1)]
    [InlineData(5 * Ms, (5 * Ms) + 400_000, 5 * Ms)]
    public void Larger_overlaps_exact_starts_and_starts_together_are_parallel(long start, long end, long nextStart) =>
        Assert.Equal("a+b", new FindingsSketch().Step("a", start, end).Step("b", nextStart, 9 * Ms).Path());

    [Fact]
    public void Cancelled_steps_hold_their_place_and_superseded_ones_do_not_appear()
    {
        FindingsSketch sketch = new FindingsSketch().Step("a", 0, 10).Step("gone", 10, 20, superseded: true).Step("b", 20, 30, verdict: Verdict.Cancelled).Step("c", 30, 40);

        Assert.Equal("a b c", sketch.Path());
        Assert.DoesNotContain(sketch.Contribution().Outcome.Steps, static step => step.Key.Operation == "b");
    }

    [Fact]
    public void The_path_keeps_its_first_sixty_four_positions_and_all_counts()
    {
        FindingsSketch sketch = new() { Outcome = TraceOutcome.Failed };
        for (int i = 0; i < 100; i++)
        {
            sketch.Step("loop", i, i + 1, verdict: i == 99 ? Verdict.Failed : Verdict.Ok, own: i == 99);
        }

        OutcomeRecord outcome = sketch.Contribution().Outcome;

        Assert.Equal(64, outcome.Path.Count);
        Assert.Equal(100, Assert.Single(outcome.Steps).Executions);
        Assert.True(outcome.LastFailed);
    }

    [Fact]
    public void Counts_are_of_executions_and_attempts_also_of_superseded_steps()
    {
        OutcomeRecord outcome = new FindingsSketch { Outcome = TraceOutcome.Failed }
            .Step("llm", 0, 1)
            .Step("llm", 1, 2, verdict: Verdict.Degraded)
            .Step("llm", 2, 3, verdict: Verdict.Failed, own: true, recovered: true)
            .Step("llm", 3, 4, verdict: Verdict.Ok, earlier: [Verdict.Failed, Verdict.Failed])
            .Step("llm", 4, 5, verdict: Verdict.Failed, own: true, superseded: true)
            .Step("llm", 5, 6, verdict: Verdict.Cancelled)
            .Contribution().Outcome;

        Assert.Equal(new StepCount(outcome.Steps[0].Key, 4, 1, 1, 1, 7, 2), Assert.Single(outcome.Steps));
        Assert.False(outcome.HasUnrecovered);
    }

    [Fact]
    public void A_failure_that_a_step_below_explains_is_no_own_failure_of_the_first_attempt()
    {
        OutcomeRecord outcome = new FindingsSketch { Outcome = TraceOutcome.Failed }
            .Step("agent", 0, 9, verdict: Verdict.Failed).Step("tool", 1, 2, 0, verdict: Verdict.Failed, own: true).Contribution().Outcome;

        Assert.Equal([("agent", 0, 0), ("tool", 1, 1)], outcome.Steps.Select(static step => (step.Key.Operation, step.OwnFailures, step.FailedFirstAttempts)));
        Assert.True(outcome.HasUnrecovered);
        Assert.True(outcome.LastFailed);
    }

    [Theory]
    [InlineData(TraceOutcome.Ok, false, 1)]
    [InlineData(TraceOutcome.Failed, true, 0)]
    public void An_unfinished_step_is_degraded_unless_it_counts_as_failed(TraceOutcome outcome, bool own, int degraded) =>
        Assert.Equal(degraded, Assert.Single(new FindingsSketch { Outcome = outcome }.Step("x", 0, 1, verdict: Verdict.Unfinished, own: own).Contribution().Outcome.Steps).Degraded);

    [Fact]
    public void Last_failed_asks_the_last_position_for_an_unrecovered_own_failure()
    {
        FindingsSketch early = new FindingsSketch().Step("a", 0, 1, verdict: Verdict.Failed, own: true).Step("b", 1, 2);
        FindingsSketch survived = new FindingsSketch().Step("a", 0, 1, verdict: Verdict.Failed, own: true, recovered: true);
        FindingsSketch beside = new FindingsSketch().Step("a", 0, 5, verdict: Verdict.Failed, own: true).Step("b", 1, 2);

        Assert.False(early.Contribution().Outcome.LastFailed);
        Assert.False(survived.Contribution().Outcome.LastFailed);
        Assert.True(beside.Contribution().Outcome.LastFailed);
    }

    [Theory]
    [InlineData(TraceOutcome.Open)]
    [InlineData(TraceOutcome.Cancelled)]
    public void Open_and_cancelled_traces_only_count(TraceOutcome outcome)
    {
        TraceContribution contribution = Rich(outcome).Contribution();

        Assert.Equal(outcome, contribution.Outcome.Outcome);
        Assert.Equal(2, contribution.Spans);
        Assert.Empty(contribution.Outcome.Path);
        Assert.Empty(contribution.Outcome.Steps);
        Assert.Empty(contribution.Models);
        Assert.Empty(contribution.Waste);
        AssertNoLatency(contribution);
    }

    [Fact]
    public void Unknown_traces_keep_their_steps_and_have_no_latency()
    {
        TraceContribution contribution = Rich(TraceOutcome.Unknown).Contribution();

        Assert.Equal(2, contribution.Outcome.Path.Count);
        Assert.Equal(2, contribution.Outcome.Steps.Count);
        Assert.Single(contribution.Models);
        AssertNoLatency(contribution);
    }

    [Fact]
    public void A_failed_trace_without_a_root_has_step_durations_and_errors_but_no_latency()
    {
        FindingsSketch sketch = Rich(TraceOutcome.Failed);
        sketch.RootIndex = -1;
        sketch.Source = OutcomeSource.Inferred;

        TraceContribution contribution = sketch.Contribution();

        Assert.Null(contribution.DurationNanos);
        Assert.All(contribution.PathTimes, static nanos => Assert.Equal(0, nanos));
        Assert.Empty(contribution.CriticalTimes);
        Assert.Equal(2, contribution.Durations.Length);
        Assert.Single(contribution.Errors);
        Assert.True(contribution.Outcome.Inferred);
    }

    [Fact]
    public void A_failed_trace_adds_its_times_errors_tokens_and_failure()
    {
        FindingsSketch sketch = Rich(TraceOutcome.Failed);
        sketch.Start = 59_999_999_900;
        sketch.End = 60_000_000_000;
        TraceContribution contribution = sketch.Contribution(revised: true);

        StepKey run = contribution.Outcome.Path[0][0];
        StepKey llm = contribution.Outcome.Path[1][0];
        Assert.Equal(1, contribution.Minute);
        Assert.True(contribution.Revised);
        Assert.Equal(100, contribution.DurationNanos);
        Assert.Equal(30, contribution.PathTimes[((int)Layer.Orchestration * 4) + (int)SegmentKind.Handoff]);
        Assert.Equal(60, contribution.PathTimes[((int)Layer.Inference * 4) + (int)SegmentKind.Compute]);
        Assert.Equal(10, contribution.PathTimes[((int)Layer.Inference * 4) + (int)SegmentKind.Wait]);
        Assert.Equal(70, contribution.CoveredNanos);
        Assert.Equal([new StepCriticalTime(llm, new KindNanos(60, 0, 0, 10)), new StepCriticalTime(run, new KindNanos(0, 0, 30, 0))], contribution.CriticalTimes);
        Assert.Equal([new StepDuration(run, 100), new StepDuration(llm, 70)], contribution.Durations);
        Assert.Equal([new StepError(llm, "Timeout", 1)], contribution.Errors);
        Assert.Equal((new ModelKey("m", Layer.Inference), 7, 3), (contribution.Models[0].Key, contribution.Models[0].Tokens.Input, contribution.Models[0].Tokens.Output));
        Assert.Equal(new FailureKey(Layer.Inference, llm, "Timeout"), contribution.Failure);
    }

    private static FindingsSketch Rich(TraceOutcome outcome) =>
        new FindingsSketch { Outcome = outcome, Failure = new TraceFailure(1, Layer.Inference, new StepKey("agent", Layer.Inference, "llm"), "Timeout", "llm timed out") }
            .Step("run", 0, 100, layer: Layer.Orchestration, verdict: Verdict.Failed)
            .Step("llm", 20, 90, 0, verdict: Verdict.Failed, own: true, error: "Timeout", input: 7, output: 3)
            .Segment(0, SegmentKind.Handoff, 0, 20).Segment(1, SegmentKind.Wait, 20, 30).Segment(1, SegmentKind.Compute, 30, 90).Segment(0, SegmentKind.Handoff, 90, 100);

    private static void AssertNoLatency(TraceContribution contribution)
    {
        Assert.Null(contribution.DurationNanos);
        Assert.All(contribution.PathTimes, static nanos => Assert.Equal(0, nanos));
        Assert.Equal(0, contribution.CoveredNanos);
        Assert.Empty(contribution.Durations);
        Assert.Empty(contribution.CriticalTimes);
        Assert.Empty(contribution.Errors);
        Assert.Empty(contribution.Serial);
        Assert.Null(contribution.Failure);
    }
}
