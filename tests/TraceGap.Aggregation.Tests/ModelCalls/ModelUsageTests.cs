using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

/// <summary>Which model is said to have had which tokens, and how fast it was.</summary>
public class ModelUsageTests
{
    private static readonly (string, object) Chat = ("gen_ai.operation.name", "chat");

    [Fact]
    public void Calls_are_summed_by_the_model_that_answered_else_by_the_one_that_was_asked()
    {
        ModelUsage[] models = Models(new AgentTrace().Root(0, 100)
            .Span("a", 1, 11, "root", with: [Chat, ("gen_ai.request.model", "m"), ("gen_ai.response.model", "m-2026"), .. Tokens(100, 10)])
            .Tool("t", 12, 13, "root")
            .Span("b", 14, 34, "root", with: [Chat, ("gen_ai.request.model", "m"), ("gen_ai.response.model", "m-2026"), .. Tokens(200, 20)])
            .Tool("u", 35, 36, "root")
            .Span("c", 37, 40, "root", with: [Chat, ("gen_ai.request.model", "m")])
            .Tool("v", 41, 42, "root")
            .Span("d", 43, 44, "root", with: [Chat, .. Tokens(5, 0)]));

        Assert.Equal(
            [("", 1, 5L, 0L, 0L), ("m", 1, 0, 0, 0), ("m-2026", 2, 300, 30, 30)],
            models.Select(static it => (it.Key.Model, it.Calls, it.Tokens.Input, it.Tokens.Output, it.OutputNanos / AgentTrace.Millisecond)));
        Assert.All(models, static it => Assert.Equal(Layer.Inference, it.Key.Layer));
    }

    [Fact]
    public void A_wrapper_is_no_call_and_what_it_says_goes_uncounted()
    {
        ModelUsage model = Assert.Single(Models(new AgentTrace().Root(0, 100)
            .Span("wrapper", 1, 50, "root", with: [Chat, ("gen_ai.request.model", "outer"), .. Tokens(999, 99)])
            .Tool("t", 2, 49, "wrapper")
            .Span("inner", 3, 40, "t", with: [Chat, ("gen_ai.request.model", "inner"), .. Tokens(7, 3)])));
        Assert.Equal(("inner", 1, 7, 3), (model.Key.Model, model.Calls, model.Tokens.Input, model.Tokens.Output));
    }

    [Fact]
    public void What_the_opening_span_leaves_open_a_nested_span_of_the_call_may_say()
    {
        ModelUsage model = Assert.Single(Models(new AgentTrace().Root(0, 100)
            .Span("call", 1, 50, "root", with: [Chat, ("gen_ai.request.model", "asked"), .. Tokens(40, 4)])
            .Span("same call", 2, 49, "call", with: [Chat, ("gen_ai.response.model", "answered"), ("ai.response.msToFirstChunk", 12.5), .. Tokens(41, 5)])));
        Assert.Equal(("answered", 40L, 4L), (model.Key.Model, model.Tokens.Input, model.Tokens.Output));
        Assert.Equal([12_500_000L], model.FirstTokenNanos);
    }

    [Theory]
    [InlineData("gen_ai.usage.cache_read.input_tokens", 60, 40)]
    [InlineData("gen_ai.usage.cache_read_input_tokens", 60, 40)]
    [InlineData("llm.token_count.prompt_details.cache_read", 60, 40)]
    [InlineData("ai.usage.cachedInputTokens", 60, 40)]
    [InlineData("cache_read_tokens", 60, 100)]
    [InlineData("gen_ai.usage.cache_read.input_tokens", 500, 100)]
    public void Cached_tokens_are_a_part_of_the_input_unless_the_emitter_counts_them_beside_it(string key, int cached, int fresh)
    {
        ModelUsage model = Assert.Single(Models(new AgentTrace().Root(0, 100).Span("a", 1, 11, "root", with: [Chat, (key, cached), .. Tokens(100, 10)])));
        Assert.Equal(new TokenSums(100, 10, cached, fresh), model.Tokens);
    }

    [Fact]
    public void Attempts_that_were_thrown_away_have_their_tokens_under_their_own_model()
    {
        ModelUsage[] models = Models(new AgentTrace().Root(0, 100)
            .Span("a", 1, 11, "root", "ask", status: SpanStatus.Error, with: [Chat, ("gen_ai.request.model", "large"), .. Tokens(100, 10)])
            .Span("b", 12, 20, "root", "ask", with: [Chat, ("gen_ai.request.model", "small"), .. Tokens(90, 9)]));

        Assert.Equal(
            [("large", 0, 0L, 100L), ("small", 1, 90, 0)],
            models.Select(static it => (it.Key.Model, it.Calls, it.Tokens.Input, it.ThrownAway.Input)));
        Assert.Equal([0, 8 * AgentTrace.Millisecond], models.Select(static it => it.OutputNanos));
    }

    [Fact]
    public void Tokens_of_repetitions_are_told_apart()
    {
        ModelUsage model = Assert.Single(Models(new AgentTrace().Root(0, 100)
            .Span("a", 1, 11, "root", "ask", input: 5, with: [Chat, ("gen_ai.request.model", "m"), .. Tokens(100, 10)])
            .Tool("t", 12, 13, "root")
            .Span("b", 14, 20, "root", "ask", input: 5, with: [Chat, ("gen_ai.request.model", "m"), .. Tokens(100, 9)])));
        Assert.Equal((200, 100, 9), (model.Tokens.Input, model.Repeated.Input, model.Repeated.Output));
    }

    [Fact]
    public void Hostile_token_counts_do_not_overflow() => Assert.Equal(
        2L << 40,
        Assert.Single(Models(new AgentTrace().Root(0, 100).Span("a", 1, 11, "root", with: [Chat, ("gen_ai.usage.input_tokens", 1e18)]).Tool("t", 12, 13, "root")
            .Span("b", 14, 20, "root", with: [Chat, ("gen_ai.usage.input_tokens", 1e17)]))).Tokens.Input);

    [Fact]
    public void Beyond_so_many_models_those_with_fewest_calls_are_others()
    {
        FindingsSketch sketch = new() { End = 1000 };
        sketch.Step("root", 0, 1000, layer: Layer.Ingress);
        for (int call = 0; call < 100; call++)
        {
            // Forty models, the first twenty of which are called four times.
            sketch.Step("chat", call, call + 1, 0, input: 1, model: call < 80 ? $"often {call % 20:00}" : $"once {call:00}");
        }

        ModelUsage[] models = sketch.Contribution().Models;
        Assert.Equal(ModelUsageFinder.MaxModels + 1, models.Length);
        Assert.Equal((8, 8L), Assert.Single(models.Where(static it => it.Key.Model == ModelKey.Other).Select(static it => (it.Calls, it.Tokens.Input))));
        Assert.Equal(20, models.Count(static it => it.Calls == 4));
        Assert.Equal(100, models.Sum(static it => it.Calls));
    }

    [Theory]
    [InlineData("gen_ai.response.time_to_first_chunk", 0.25, 250)]
    [InlineData("gen_ai.client.operation.time_to_first_chunk", 0.25, 250)]
    [InlineData("ai.response.msToFirstChunk", 250, 250)]
    [InlineData("ai.stream.msToFirstChunk", 250, 250)]
    [InlineData("gen_ai.latency.time_to_first_token", 0.25, 250)]
    [InlineData("gen_ai.user.time_to_first_token", 250_000_000, 250)]
    [InlineData("time_to_first_token_ms", 250, 250)]
    [InlineData("ttft_ms", 250, 250)]
    [InlineData("lk.response.ttft", 0.25, 250)]
    [InlineData("gen_ai.server.time_to_first_token", 0.25, 250)]
    [InlineData("gen_ai.server.time_to_first_token", 250, 250)]
    [InlineData("langfuse.observation.completion_start_time", "\"2026-09-21T14:13:20.250Z\"", 250)]
    [InlineData("mastra.completion_start_time", "2026-09-21T14:13:20.25+00:00", 250)]
    [InlineData("langwatch.timestamps", "{\"started_at\": 1700000000000, \"first_token_at\": 1700000000250, \"finished_at\": 1700000000900}", 250)]
    [InlineData("langwatch.timestamps", "{\"started_at\": \"now\", \"first_token_at\": 3}", -1)]
    [InlineData("langwatch.timestamps", "[3]", -1)]
    [InlineData("langwatch.timestamps", "{\"started_at\"", -1)]
    [InlineData("ttft_ms", 0, -1)]
    [InlineData("ttft_ms", -5, -1)]
    [InlineData("ttft_ms", 1e30, -1)]
    [InlineData("ttft_ms", "soon", -1)]
    [InlineData("mastra.completion_start_time", "2026-09-21T14:13:19Z", -1)]
    public void The_time_to_the_first_token_is_told_in_many_units(string key, object value, int milliseconds)
    {
        long[] times = [.. Models(new AgentTrace().Root(0, 2000).Span("a", 0, 2000, "root", with: [Chat, (key, value)])).SelectMany(static it => it.FirstTokenNanos)];
        Assert.Equal(milliseconds < 0 ? [] : [milliseconds * AgentTrace.Millisecond], times);
    }

    [Fact]
    public void Who_writes_milliseconds_under_a_key_of_seconds_is_known_by_the_scope()
    {
        long Of(string scope) => Assert.Single(Models(new AgentTrace().Root(0, 5000).Span("a", 0, 5000, "root", scope: scope, with: [Chat, ("gen_ai.server.time_to_first_token", 2)]))[0].FirstTokenNanos);
        Assert.Equal((2_000_000_000, 2_000_000), (Of("openlit"), Of("strands.telemetry.tracer")));
    }

    private static (string, object)[] Tokens(int input, int output) => [("gen_ai.usage.input_tokens", input), ("gen_ai.usage.output_tokens", output)];

    private static ModelUsage[] Models(AgentTrace trace) => ContributionBuilder.Build(trace.Analyze(), revised: false).Models;
}
