using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

public class TraceReplayerTests
{
    [Fact]
    public void The_only_child_scaled_scales_exactly()
    {
        AgentTrace trace = new AgentTrace().Root(0, 1000).Chat("chat", 0, 1000, "root");

        Assert.Equal(870, trace.After(ReplayTesting.Scaled(ReplayTesting.Faster(Layer.Inference, 0.87m))));
        Assert.Equal(3000, trace.After(ReplayTesting.Scaled(ReplayTesting.Faster(Layer.Inference, 3))));
    }

    [Fact]
    public void A_quarter_of_the_latency_made_15_percent_faster_gains_less_than_4_percent()
    {
        AgentTrace trace = new AgentTrace().Root(0, 1000).Retriever("search", 0, 600, "root").Chat("chat", 600, 850, "root").Tool("tool", 850, 1000, "root");

        Assert.Equal(962.5, trace.After(ReplayTesting.Scaled(ReplayTesting.Faster(Layer.Inference, 0.85m))));
    }

    [Fact]
    public void A_branch_beside_the_path_gains_nothing_until_it_is_on_it()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Chat("chat", 0, 80, "root").Tool("tool", 0, 100, "root");

        Assert.Equal(100, trace.After(ReplayTesting.Scaled(ReplayTesting.Faster(Layer.Inference, 0.5m))));
        Assert.Equal(80, trace.After(ReplayTesting.Scaled(ReplayTesting.Faster(Layer.ToolCall, 0.5m))));
        Assert.Equal(160, trace.After(ReplayTesting.Scaled(ReplayTesting.Faster(Layer.Inference, 2))));
    }

    [Fact]
    public void A_join_waits_for_the_last_of_those_it_waited_for()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Tool("a", 0, 60, "root", tool: "a").Tool("b", 0, 40, "root", tool: "b").Chat("chat", 60, 100, "root");

        Assert.Equal(80, trace.After(new ReplayChanges { Scale = [Step("a", 0.5m)] }));
        Assert.Equal(120, trace.After(new ReplayChanges { Scale = [Step("b", 2)] }));
    }

    [Fact]
    public void Only_computing_gets_faster()
    {
        // root 0-10 compute, 40-50 handoff, 90-100 handoff; tool: 5 movement before and after its other half.
        AgentTrace trace = new AgentTrace().Root(0, 100).Chat("chat", 10, 40, "root")
            .Span("tool", 50, 90, "root", "execute_tool t", SpanKind.Client, with: [("gen_ai.operation.name", "execute_tool"), ("gen_ai.tool.name", "t")])
            .Served("half", 55, 85, "tool");

        Assert.Equal(95, trace.After(ReplayTesting.Scaled(ReplayTesting.Faster(Layer.Ingress, 0.5m))));
        Assert.Equal(85, trace.After(ReplayTesting.Scaled(ReplayTesting.Faster(Layer.ToolCall, 0.5m))));
    }

    [Fact]
    public void Reported_waiting_takes_what_it_took()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100)
            .Span("chat", 0, 100, "root", "chat m", SpanKind.Client, with: [("gen_ai.operation.name", "chat"), ("gen_ai.request.model", "m"), ("gen_ai.latency.time_in_queue", 0.04)]);

        Assert.Equal(70, trace.After(ReplayTesting.Scaled(ReplayTesting.Faster(Layer.Inference, 0.5m))));
    }

    [Theory]
    [InlineData("big", 60)]
    [InlineData("b?g", 60)]
    [InlineData("*", 50)]
    [InlineData("none", 100)]
    public void Spans_of_steps_that_use_a_model_get_faster(string model, double expected)
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Chat("one", 0, 80, "root", model: "big").Chat("two", 80, 100, "root", model: "small", name: "chat small");

        Assert.Equal(expected, trace.After(new ReplayChanges { Scale = [new ScaleChange(new ReplayTarget { Model = model }, 0.5m)] }));
    }

    [Fact]
    public void Factors_that_meet_multiply()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Chat("chat", 0, 100, "root");

        Assert.Equal(25, trace.After(ReplayTesting.Scaled(ReplayTesting.Faster(Layer.Inference, 0.5m), Step("chat*", 0.5m))));
    }

    [Fact]
    public void A_step_left_out_takes_no_time_nor_does_what_is_below_it()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Agent("check", 10, 50, "root").Chat("inner", 20, 40, "check").Tool("tool", 60, 90, "root");

        Assert.Equal(60, trace.After(new ReplayChanges { Remove = [new RemoveChange("check")] }));
        Assert.Equal(100, trace.After(new ReplayChanges { Remove = [new RemoveChange("POST /ask")] }));
    }

    [Fact]
    public void With_a_retried_step_the_pause_before_its_second_try_is_left_out_too()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Tool("t1", 10, 30, "root", failed: true).Tool("t2", 60, 90, "root");

        Assert.Equal(20, trace.After(new ReplayChanges { Remove = [new RemoveChange("lookup")] }));
    }

    [Fact]
    public void A_trace_without_a_root_or_outcome_is_not_replayed()
    {
        TraceReplayer replayer = ReplayTesting.Replayer(new ReplayChanges());

        Assert.Null(replayer.Replay(new AgentTrace().Chat("chat", 0, 10, "lost").Spans, closed: true));
        Assert.Null(replayer.Replay(new AgentTrace().Chat("chat", 0, 10, "lost").Spans, closed: false));
    }

    [Fact]
    public void A_root_without_length_stays_without()
    {
        ReplayedTrace trace = ReplayTesting.Checked(ReplayTesting.Replayer(ReplayTesting.Scaled(ReplayTesting.Faster(Layer.Ingress, 2))), new AgentTrace().Root(5, 5).Spans)!;

        Assert.Equal((0, 0), (trace.BeforeNanos, trace.AfterNanos));
    }

    [Fact]
    public void Times_as_long_as_times_can_be_overflow_nothing()
    {
        TraceSketch sketch = new TraceSketch().Span("root", 0, long.MaxValue, kind: SpanKind.Server);
        for (int i = 0; i < 4; i++)
        {
            sketch.Span($"{i}", 0, long.MaxValue, i == 0 ? "root" : $"{i - 1}");
        }

        ReplayedTrace trace = ReplayTesting.Replayer(ReplayTesting.Scaled(new ScaleChange(new ReplayTarget { Step = "*" }, 100), new ScaleChange(new ReplayTarget { Step = "*" }, 100)))
            .Replay(sketch.Spans, closed: true)!;

        Assert.Equal(ReplayedTimes.Longest, trace.AfterNanos);
    }

    [Fact]
    public void A_chain_of_ten_thousand_spans_is_replayed_to_its_end_with_work_in_proportion()
    {
        const int Depth = 10_000;
        AgentTrace trace = new AgentTrace().Root(0, 4 * Depth);
        for (int i = 1; i < Depth; i++)
        {
            trace.Span($"{i}", i, (4 * Depth) - i, i == 1 ? "root" : $"{i - 1}", "work");
        }

        TraceReplayer replayer = ReplayTesting.Replayer(ReplayTesting.Scaled(ReplayTesting.Faster(Layer.Ingress, 0.5m)));

        Assert.Equal(2L * Depth * AgentTrace.Millisecond, ReplayTesting.Checked(replayer, trace.Spans)!.AfterNanos);
        Assert.Equal(2 * (Depth - 1), replayer.Events);
    }

    [Fact]
    public void Twenty_thousand_siblings_are_replayed_with_work_in_proportion()
    {
        const int Width = 20_000;
        AgentTrace trace = new AgentTrace().Root(0, Width + 1);
        for (int i = 0; i < Width; i++)
        {
            trace.Tool($"{i}", i, i + 1, "root", tool: i % 2 == 0 ? "even" : "odd");
        }

        TraceReplayer replayer = ReplayTesting.Replayer(new ReplayChanges { Scale = [Step("even", 0.5m)], Parallelize = [new ParallelizeChange("*", ["odd"])] });

        // The odd ones start together after the first even one, the second even one waits for the first of them; the root has a millisecond of its own at the end.
        Assert.Equal(((Width / 2 * 0.5) + 2) * AgentTrace.Millisecond, ReplayTesting.Checked(replayer, trace.Spans)!.AfterNanos);
        Assert.Equal(2 * Width, replayer.Events);
    }

    private static ScaleChange Step(string pattern, decimal factor) => new(new ReplayTarget { Step = pattern }, factor);
}
