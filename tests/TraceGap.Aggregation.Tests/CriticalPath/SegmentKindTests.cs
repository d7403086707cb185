using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

public class SegmentKindTests
{
    [Fact]
    public void Self_time_of_inference_retrieval_and_tool_spans_is_compute_whatever_hangs_below() =>
        Case.Of(new TraceSketch().Span("tool", 0, 100).Span("llm", 20, 40, "tool"))
            .Layer("tool", Layer.ToolCall).Layer("llm", Layer.Inference)
            .Step("tool").Step("llm")
            .Gives("tool 0-20 Compute, llm 20-40 Compute, tool 40-100 Compute");

    [Theory]
    [InlineData(Layer.Ingress)]
    [InlineData(Layer.Orchestration)]
    [InlineData(Layer.Assembly)]
    [InlineData(Layer.Unattributed)]
    public void Self_time_of_a_seam_is_compute_before_its_first_step_and_handoff_between_and_after(Layer seam) =>
        Case.Of(new TraceSketch().Span("run", 0, 100).Span("one", 20, 40, "run").Span("two", 50, 80, "run"))
            .Layer("run", seam).Layer("one", Layer.Inference).Layer("two", Layer.Inference)
            .Step("run").Step("one").Step("two")
            .Gives("run 0-20 Compute, one 20-40 Compute, run 40-50 Handoff, two 50-80 Compute, run 80-100 Handoff");

    [Fact]
    public void Self_time_of_a_seam_without_steps_below_is_compute() =>
        Case.Of(new TraceSketch().Span("run", 0, 100).Span("log", 20, 40, "run"))
            .Layer("run", Layer.Orchestration).Layer("log", Layer.Orchestration).Step("run", "log")
            .Gives("run 0-20 Compute, log 20-40 Compute, run 40-100 Compute");

    [Fact]
    public void A_stretch_is_split_where_the_first_step_below_begins_beside_the_path() =>
        Case.Of(new TraceSketch().Span("run", 0, 100).Span("short", 10, 40, "run").Span("long", 20, 90, "run"))
            .Layer("run", Layer.Orchestration).Layer("short", Layer.Inference).Layer("long", Layer.Inference)
            .Step("run").Step("short").Step("long")
            .Gives("run 0-10 Compute, run 10-20 Handoff, long 20-90 Compute, run 90-100 Handoff");

    [Fact]
    public void A_step_deep_below_counts_as_below() =>
        Case.Of(new TraceSketch().Span("run", 0, 100).Span("wrapper", 10, 90, "run").Span("llm", 20, 60, "wrapper"))
            .Layer("run", Layer.Ingress).Layer("wrapper", Layer.Ingress).Layer("llm", Layer.Inference)
            .Step("run", "wrapper").Step("llm")
            .Gives("run 0-10 Compute, wrapper 10-20 Compute, llm 20-60 Compute, wrapper 60-90 Handoff, run 90-100 Handoff");

    [Fact]
    public void Self_time_of_a_client_beside_its_server_half_is_movement() =>
        Case.Of(new TraceSketch().Span("client", 0, 100, kind: SpanKind.Client).Span("server", 10, 80, "client", SpanKind.Server, "tools"))
            .Layer("client", Layer.ToolCall).Layer("server", Layer.ToolCall).Step("client", "server")
            .Gives("client 0-10 Movement, server 10-80 Compute, client 80-100 Movement");

    [Fact]
    public void Self_time_of_a_client_whose_server_half_is_not_traced_is_compute() =>
        Case.Of(new TraceSketch().Span("client", 0, 100, kind: SpanKind.Client).Span("dns", 10, 20, "client"))
            .Layer("client", Layer.ToolCall).Layer("dns", Layer.ToolCall).Step("client", "dns")
            .Gives("client 0-10 Compute, dns 10-20 Compute, client 20-100 Compute");

    [Fact]
    public void Transit_from_a_producer_to_the_consumer_it_waits_for_is_movement() =>
        Case.Of(new TraceSketch().Span("send", 0, 100, kind: SpanKind.Producer).Span("receive", 30, 90, "send", SpanKind.Consumer, "worker"))
            .Layer("send", Layer.ToolCall).Layer("receive", Layer.ToolCall).Step("send", "receive")
            .Gives("send 0-30 Movement, receive 30-90 Compute, send 90-100 Movement");

    [Theory]
    [InlineData("gen_ai.latency.time_in_queue", "0.000000025")]
    [InlineData("queue_time", "25ns")]
    [InlineData("queue_time", "0.025µs")]
    public void A_reported_queue_time_is_cut_from_the_start_of_the_spans_own_first_segments(string key, string value) =>
        Case.Of(new TraceSketch().Span("llm", 0, 100, attributes: (key, AttributeValue.Of(value))).Span("prefill", 10, 40, "llm"))
            .Layer("llm", Layer.Inference).Layer("prefill", Layer.Inference).Step("llm", "prefill")
            .Gives("llm 0-10 Wait, prefill 10-40 Compute, llm 40-55 Wait, llm 55-100 Compute");

    [Fact]
    public void A_reported_queue_time_takes_no_more_than_the_spans_own_segments() =>
        Case.Of(new TraceSketch().Span("llm", 0, 100, attributes: ("queue_time", AttributeValue.Of("3s"))).Span("prefill", 10, 40, "llm"))
            .Layer("llm", Layer.Inference).Layer("prefill", Layer.Inference).Step("llm", "prefill")
            .Gives("llm 0-10 Wait, prefill 10-40 Compute, llm 40-100 Wait");

    [Theory]
    [InlineData("gen_ai.latency.time_in_queue", "-1")]
    [InlineData("gen_ai.latency.time_in_queue", "NaN")]
    [InlineData("queue_time", "25")]
    [InlineData("queue_time", "25 parsecs")]
    [InlineData("queue_time", "ms")]
    public void A_queue_time_that_is_no_duration_counts_as_none(string key, string value) =>
        Case.Of(new TraceSketch().Span("llm", 0, 100, attributes: (key, AttributeValue.Of(value))))
            .Layer("llm", Layer.Inference).Step("llm")
            .Gives("llm 0-100 Compute");

    [Fact]
    public void Events_of_a_model_server_split_its_span_into_queue_transfers_and_compute() =>
        Case.Of(new TraceSketch().Span("model", 0, 100, attributes:
                [("triton.queue_start_unix_nano", AttributeValue.Of(10L)), ("triton.compute_start_unix_nano", AttributeValue.Of(30L)),
                 ("triton.compute_input_end_unix_nano", AttributeValue.Of(35L)), ("triton.compute_output_start_unix_nano", AttributeValue.Of(80L)),
                 ("triton.compute_end_unix_nano", AttributeValue.Of(90L))]))
            .Layer("model", Layer.Inference).Step("model")
            .Gives("model 0-10 Compute, model 10-30 Wait, model 30-35 Movement, model 35-80 Compute, model 80-90 Movement, model 90-100 Compute");

    [Fact]
    public void A_queue_ends_where_computing_begins_as_a_span_of_its_own() =>
        Case.Of(new TraceSketch()
                .Span("InferRequest", 0, 100, attributes: [("triton.http_recv_start_unix_nano", AttributeValue.Of(1L)), ("triton.http_recv_end_unix_nano", AttributeValue.Of(4L))])
                .Span("model", 5, 95, "InferRequest", attributes: ("triton.queue_start_unix_nano", AttributeValue.Of(10L)))
                .Span("compute", 40, 90, "model", attributes:
                    [("triton.compute_start_unix_nano", AttributeValue.Of(40L)), ("triton.compute_input_end_unix_nano", AttributeValue.Of(50L)),
                     ("triton.compute_output_start_unix_nano", AttributeValue.Of(70L))]))
            .Layer("InferRequest", Layer.Inference).Layer("model", Layer.Inference).Layer("compute", Layer.Inference).Step("InferRequest", "model", "compute")
            .Gives("InferRequest 0-1 Compute, InferRequest 1-4 Movement, InferRequest 4-5 Compute, model 5-10 Compute, model 10-40 Wait, "
                + "compute 40-50 Movement, compute 50-70 Compute, compute 70-90 Movement, model 90-95 Compute, InferRequest 95-100 Compute");

    [Theory]
    [InlineData("triton.queue_start_unix_nano", "10")]
    [InlineData("triton.compute_end_unix_nano", "10")]
    [InlineData("triton.model_name", "resnet")]
    public void Events_that_say_no_length_split_nothing(string key, string value) =>
        Case.Of(new TraceSketch().Span("model", 0, 100, attributes: (key, long.TryParse(value, out long number) ? AttributeValue.Of(number) : AttributeValue.Of(value))))
            .Layer("model", Layer.Inference).Step("model")
            .Gives("model 0-100 Compute");

    [Theory]
    [InlineData("mcp.method.name", "elicitation/create")]
    [InlineData("mastra.span.type", "\"workflow_sleep\"")]
    [InlineData("mastra.span.type", "WORKFLOW_WAIT_EVENT")]
    [InlineData("durabletask.type", "timer")]
    public void A_span_that_is_a_timer_or_a_person_is_wait(string key, string value) =>
        Case.Of(new TraceSketch().Span("pause", 0, 100, attributes: (key, AttributeValue.Of(value))))
            .Layer("pause", Layer.Orchestration).Step("pause")
            .Gives("pause 0-100 Wait");

    [Theory]
    [InlineData("claude_code.tool.blocked_on_user", "Wait")]
    [InlineData("vllm_queue", "Wait")]
    [InlineData("vllm_async_kv_transfer", "Movement")]
    [InlineData("wait_for_approval", "Wait")]
    [InlineData("HumanApproval", "Wait")]
    [InlineData("loan_approval_agent", "Compute")]
    [InlineData("ask user", "Compute")]
    public void A_name_tells_a_wait_only_if_it_says_that_somebody_waits(string name, string kind) =>
        Case.Of(new TraceSketch().Span(name, 0, 100)).Gives($"{name} 0-100 {kind}");

    [Fact]
    public void The_gap_between_two_attempts_is_wait_in_the_own_time_of_the_span_above_them() =>
        Case.Of(new TraceSketch().Span("run", 0, 100).Span("first", 10, 30, "run").Span("second", 60, 90, "run"))
            .Layer("run", Layer.Orchestration).Layer("first", Layer.ToolCall).Layer("second", Layer.ToolCall)
            .Step("run").Attempts("first", "second")
            .Gives("run 0-10 Compute, first 10-30 Compute, run 30-60 Wait, second 60-90 Compute, run 90-100 Handoff");

    [Fact]
    public void The_gap_between_client_calls_inside_a_step_is_wait() =>
        Case.Of(new TraceSketch().Span("llm", 0, 100).Span("call", 10, 30, "llm", SpanKind.Client).Span("again", 80, 90, "llm", SpanKind.Client))
            .Layer("llm", Layer.Inference).Layer("call", Layer.Inference).Layer("again", Layer.Inference)
            .Attempts("call", "again").Inside("llm")
            .Gives("llm 0-10 Compute, call 10-30 Compute, llm 30-80 Wait, again 80-90 Compute, llm 90-100 Compute");

    [Fact]
    public void The_gap_between_attempts_under_wrappers_is_wait_in_the_wrappers_and_where_they_meet() =>
        Case.Of(new TraceSketch().Span("run", 0, 100)
                .Span("try 1", 10, 40, "run").Span("first", 10, 30, "try 1")
                .Span("try 2", 60, 90, "run").Span("second", 70, 90, "try 2"))
            .Layer("run", Layer.Orchestration).Layer("first", Layer.ToolCall).Layer("second", Layer.ToolCall)
            .Layer("try 1", Layer.Orchestration).Layer("try 2", Layer.Orchestration)
            .Step("run", "try 1", "try 2").Attempts("first", "second")
            .Gives("run 0-10 Compute, first 10-30 Compute, try 1 30-40 Wait, run 40-60 Wait, try 2 60-70 Wait, second 70-90 Compute, run 90-100 Handoff");

    [Fact]
    public void Attempts_may_stand_at_different_depths() =>
        Case.Of(new TraceSketch().Span("run", 0, 100)
                .Span("try 1", 10, 45, "run").Span("inner", 10, 40, "try 1").Span("first", 10, 30, "inner")
                .Span("second", 60, 90, "run"))
            .Layer("run", Layer.Orchestration).Layer("first", Layer.ToolCall).Layer("second", Layer.ToolCall)
            .Step("run", "try 1", "inner").Attempts("first", "second")
            .Gives("run 0-10 Compute, first 10-30 Compute, inner 30-40 Wait, try 1 40-45 Wait, run 45-60 Wait, second 60-90 Compute, run 90-100 Handoff");

    [Fact]
    public void A_gap_inside_the_gap_of_another_step_does_not_end_it() =>
        Case.Of(new TraceSketch().Span("run", 0, 100)
                .Span("a1", 10, 20, "run").Span("b1", 5, 30, "run").Span("b2", 35, 36, "run").Span("a2", 70, 100, "run"))
            .Layer("run", Layer.Orchestration)
            .Step("run").Attempts("a1", "a2").Attempts("b1", "b2")
            .Gives("run 0-5 Compute, b1 5-30 Compute, run 30-35 Wait, b2 35-36 Compute, run 36-70 Wait, a2 70-100 Compute");

    [Fact]
    public void A_shadow_is_no_step_below()
    {
        SpanTree tree = new TraceSketch().Span("run", 0, 100).Span("shadow", 10, 90, "run").Span("llm", 50, 60, "run").Tree();
        tree.OffPath[tree.At("shadow")] = true;

        Case.Of(tree)
            .Layer("run", Layer.Orchestration).Layer("llm", Layer.Inference).Step("run").Step("shadow").Step("llm")
            .Gives("run 0-50 Compute, llm 50-60 Compute, run 60-100 Handoff");
    }

    [Fact]
    public void Work_of_others_in_the_gap_between_attempts_is_not_wait() =>
        Case.Of(new TraceSketch().Span("run", 0, 100).Span("first", 10, 30, "run").Span("other", 40, 50, "run").Span("second", 60, 90, "run"))
            .Layer("run", Layer.Orchestration).Layer("first", Layer.ToolCall).Layer("second", Layer.ToolCall).Layer("other", Layer.Assembly)
            .Step("run").Attempts("first", "second").Step("other")
            .Gives("run 0-10 Compute, first 10-30 Compute, run 30-40 Wait, other 40-50 Compute, run 50-60 Wait, second 60-90 Compute, run 90-100 Handoff");

    [Fact]
    public void Gaps_of_many_steps_in_one_stretch_are_told_apart()
    {
        Case.Of(new TraceSketch().Span("run", 0, 100)
                .Span("a1", 0, 10, "run").Span("a2", 20, 30, "run").Span("a3", 40, 50, "run").Span("b1", 60, 70, "run").Span("b2", 80, 100, "run"))
            .Layer("run", Layer.Orchestration)
            .Step("run").Attempts("a1", "a2", "a3").Attempts("b1", "b2")
            .Gives("a1 0-10 Compute, run 10-20 Wait, a2 20-30 Compute, run 30-40 Wait, a3 40-50 Compute, run 50-60 Handoff, b1 60-70 Compute, run 70-80 Wait, b2 80-100 Compute");
    }

    /// <summary>A sketch with layers and steps said by name.</summary>
    private sealed class Case
    {
        private readonly SpanTree _tree;
        private readonly SpanLayer[] _layers;
        private readonly int[] _stepOfSpan;
        private readonly List<StepFinding> _steps = [];

        private Case(SpanTree tree)
        {
            _tree = tree;
            _layers = new SpanLayer[tree.Count];
            _stepOfSpan = PathTesting.NoSteps(tree);
        }

        public static Case Of(TraceSketch sketch) => new(sketch.Tree());

        public static Case Of(SpanTree tree) => new(tree);

        public Case Layer(string name, Layer layer)
        {
            _layers[_tree.At(name)] = new SpanLayer(layer, "said", Certainty.Certain, true, false);
            return this;
        }

        /// <summary>The first span opens a step; the others belong to it.</summary>
        public Case Step(string opener, params string[] members)
        {
            Attempts(opener);
            return members.Aggregate(this, static (it, member) => it.Inside(member));
        }

        public Case Attempts(params string[] openers)
        {
            AttemptFinding[] attempts = [.. openers.Select(name => _tree.At(name)).Select(span =>
                new AttemptFinding(span, _tree.Spans[span].SpanId, Verdict.Ok, _tree.Start[span], _tree.End[span]))];
            foreach (AttemptFinding attempt in attempts)
            {
                _stepOfSpan[attempt.SpanIndex] = _steps.Count;
            }

            _steps.Add(new StepFinding
            {
                Index = _steps.Count,
                ParentIndex = -1,
                Key = new StepKey("agent", Aggregation.Layer.Unattributed, openers[0]),
                Attempts = attempts,
                StartUnixNanos = attempts[0].StartUnixNanos,
                EndUnixNanos = attempts[^1].EndUnixNanos,
                Verdict = Verdict.Ok,
                VerdictSignal = "",
            });
            return this;
        }

        /// <summary>The span belongs to the step that was made last.</summary>
        public Case Inside(string member)
        {
            _stepOfSpan[_tree.At(member)] = _steps.Count - 1;
            return this;
        }

        public void Gives(string expected)
        {
            PathSegment[] path = PathTesting.Find(_tree, _layers, _steps, _stepOfSpan);
            PathTesting.AssertTiles(path, _tree.Start[_tree.Root], _tree.End[_tree.Root]);
            Assert.Equal(expected, PathTesting.ShowKinds(path, _tree));
        }
    }
}
