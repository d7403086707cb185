using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

public class RedoTests
{
    private static readonly ReplayTarget Tools = new() { Layer = Layer.ToolCall };

    [Theory]
    [InlineData(2, 1, 120)]
    [InlineData(3, 0, 120)]
    [InlineData(3, 1, 140)]
    [InlineData(5, 1, 180)]
    public void A_failed_execution_is_tried_again_until_it_succeeds_or_tries_are_used_up(int attempts, double failsAgain, double expected)
    {
        AgentTrace trace = Failing();

        Assert.Equal(expected, trace.After(new ReplayChanges { Retry = [new RetryChange(Tools, attempts)] }, trace.Rates(failsAgain: failsAgain)));
    }

    [Fact]
    public void Tries_that_were_made_count()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100, http: 500).Tool("t1", 0, 20, "root", failed: true).Tool("t2", 30, 60, "root", failed: true);

        Assert.Equal(130, trace.After(new ReplayChanges { Retry = [new RetryChange(Tools, 3)] }, trace.Rates(failsAgain: 1)));
        Assert.Equal(100, trace.After(new ReplayChanges { Retry = [new RetryChange(Tools, 2)] }, trace.Rates(failsAgain: 1)));
    }

    [Fact]
    public void What_did_not_fail_or_has_no_rates_is_not_done_again()
    {
        ReplayChanges changes = new() { Retry = [new RetryChange(new ReplayTarget { Layer = Layer.Inference }, 3)] };

        Assert.Equal(100, Failing().After(changes, Failing().Rates(failsAgain: 1)));
        Assert.Equal(100, Failing().After(new ReplayChanges { Retry = [new RetryChange(Tools, 3)] }));
    }

    [Fact]
    public void A_retried_step_takes_its_scaled_time_again()
    {
        AgentTrace trace = Failing();
        ReplayChanges changes = new() { Scale = [new ScaleChange(Tools, 0.5m)], Retry = [new RetryChange(Tools, 2)] };

        Assert.Equal(100, trace.After(changes, trace.Rates()));
    }

    [Theory]
    [InlineData(1, 120)]
    [InlineData(0, 100)]
    public void A_gate_has_what_it_catches_done_again(double caught, double expected)
    {
        AgentTrace trace = Failing();

        Assert.Equal(expected, trace.After(new ReplayChanges { Gate = [new GateChange(Tools, caught)] }, trace.Rates()));
    }

    [Fact]
    public void A_gate_catches_a_degraded_step_of_a_run_that_failed_silently_and_of_no_other()
    {
        ReplayChanges changes = new() { Gate = [new GateChange(new ReplayTarget { Layer = Layer.Retrieval }, 1)] };
        AgentTrace silent = new AgentTrace().Root(0, 100, http: 500).Retriever("r", 0, 20, "root", results: 0);
        AgentTrace fine = new AgentTrace().Root(0, 100).Retriever("r", 0, 20, "root", results: 0);
        Assert.Equal(Verdict.Degraded, silent.Opened(silent.Analyze(), "r").Verdict);

        Assert.Equal(120, silent.After(changes, silent.Rates()));
        Assert.Equal(100, fine.After(changes, fine.Rates()));
    }

    [Fact]
    public void A_fallback_comes_after_what_else_was_tried()
    {
        AgentTrace trace = Failing();
        ReplayChanges changes = new() { Retry = [new RetryChange(Tools, 2)], Gate = [new GateChange(Tools, 1)], Fallback = [new FallbackChange(Tools, null)] };

        Assert.Equal(160, trace.After(changes, trace.Rates(failsAgain: 1, reliability: 0)));
        Assert.Equal(120, trace.After(changes, trace.Rates(failsAgain: 0)));
        Assert.Equal(140, trace.After(changes, trace.Rates(failsAgain: 1, reliability: 1)));
    }

    [Fact]
    public void Over_many_traces_as_many_are_tried_a_third_time_as_fail_again()
    {
        TraceReplayer replayer = ReplayTesting.Replayer(new ReplayChanges { Retry = [new RetryChange(Tools, 3)] }, Failing().Rates(failsAgain: 0.3));
        IReadOnlyList<SpanRecord> spans = Failing().Spans;

        double added = Enumerable.Range(1, 2_000).Average(i => replayer.Replay(WithTraceId(spans, new TraceId(0, (ulong)i)), closed: true)!.AfterNanos / 1e6) - 100;

        Assert.Equal(20 * 1.3, added, 20 * 0.05);
    }

    private static AgentTrace Failing() => new AgentTrace().Root(0, 100, http: 500).Tool("t", 0, 20, "root", failed: true);

    private static SpanRecord[] WithTraceId(IReadOnlyList<SpanRecord> spans, TraceId id) =>
    [
        .. spans.Select(span => new SpanRecord
        {
            TraceId = id, SpanId = span.SpanId, ParentSpanId = span.ParentSpanId, Name = span.Name, Kind = span.Kind, Status = span.Status, StartUnixNanos = span.StartUnixNanos,
            EndUnixNanos = span.EndUnixNanos, Resource = span.Resource, Scope = span.Scope, Attributes = span.Attributes,
        }),
    ];
}
