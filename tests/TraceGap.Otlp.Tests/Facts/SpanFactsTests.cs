using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Trace.V1;
using static TraceGap.Otlp.Tests.Requests;

namespace TraceGap.Otlp.Tests.Facts;

/// <summary>Golden cases of what content says, one for each signature of the conventions.</summary>
public sealed class SpanFactsTests
{
    private const SpanFacts Outcome =
        SpanFacts.Abort | SpanFacts.ControlFlow | SpanFacts.Timeout | SpanFacts.ForcedEnd | SpanFacts.ResultSaysError | SpanFacts.ResultTextError;

    [Theory]
    [InlineData("AbortError", "This operation was aborted", SpanFacts.Abort)]
    [InlineData("", "Request was aborted.\n\nAbortError: Request was aborted.\n    at listOnTimeout (node:internal/timers:545:9)", SpanFacts.Abort)]
    [InlineData("asyncio.exceptions.CancelledError", "", SpanFacts.Abort)]
    [InlineData("System.OperationCanceledException", "The operation was canceled.", SpanFacts.Abort)]
    [InlineData("System.Threading.Tasks.TaskCanceledException", "A task was canceled.", SpanFacts.Abort)]
    [InlineData("GeneratorExit", "", SpanFacts.Abort)]
    [InlineData("System.Threading.Tasks.TaskCanceledException", "The request was canceled due to the configured HttpClient.Timeout of 100 seconds elapsing.", SpanFacts.Timeout)]
    [InlineData("TimeoutError", "The operation was aborted due to timeout", SpanFacts.Timeout)]
    [InlineData("openai.APITimeoutError", "Request timed out.", SpanFacts.Timeout)]
    [InlineData("Error", "planner produced no valid plan\n\nError: planner produced no valid plan\n    at listOnTimeout (node:internal/timers:545:9)", SpanFacts.None)]
    [InlineData("ValueError", "no GeneratorExit here", SpanFacts.None)]
    [InlineData("langgraph.errors.GraphInterrupt", "(Interrupt(value='?'),)", SpanFacts.ControlFlow)]
    [InlineData("", "Command(goto='x')", SpanFacts.ControlFlow)]
    [InlineData("", "Command: not found", SpanFacts.None)]
    [InlineData("pydantic_ai.exceptions.ApprovalRequired", "", SpanFacts.ControlFlow)]
    public void An_exception_says_whether_it_was_an_abort_a_timeout_or_control_flow(string type, string message, SpanFacts expected)
    {
        SpanRecord span = Decode(Span().WithEvent("exception", ("exception.type", type), ("exception.message", message)));
        Assert.Equal(expected | SpanFacts.ExceptionEvent, span.Facts);
        Assert.Equal(type.Length == 0 ? null : type, span.ExceptionType);
    }

    [Theory]
    [InlineData("This operation was aborted\n\nAbortError: This operation was aborted", SpanFacts.Abort)]
    [InlineData("Abort\n\nError: Abort\n    at EventTarget.listener (runner.cjs:133:44)", SpanFacts.Abort)]
    [InlineData("Abort the mission", SpanFacts.None)]
    [InlineData("504 Gateway Time-out: upstream request timeout", SpanFacts.Timeout)]
    [InlineData("GraphInterrupt((Interrupt(value='go on?'),))", SpanFacts.ControlFlow)]
    [InlineData("Application shutdown", SpanFacts.ForcedEnd)]
    [InlineData("Trace ended before span completion", SpanFacts.ForcedEnd)]
    [InlineData("MCP tool error: lookup failed: backend unavailable", SpanFacts.None)]
    public void The_status_text_says_it_too(string message, SpanFacts expected) => Assert.Equal(expected, Decode(Span().WithStatus(message)).Facts);

    [Fact]
    public void The_last_exception_counts()
    {
        SpanRecord span = Decode(Span()
            .WithEvent("exception", ("exception.type", "AbortError"), ("exception.message", "aborted"))
            .WithEvent("exception", ("exception.type", "ValueError")));
        Assert.Equal((SpanFacts.ExceptionEvent, "ValueError"), (span.Facts, span.ExceptionType));
    }

    [Theory]
    [InlineData("{\"isError\":true,\"content\":[]}", SpanFacts.ResultSaysError)]
    [InlineData("{\"content\":[],\"is_error\": true}", SpanFacts.ResultSaysError)]
    [InlineData("{\"status\":\"Failed\"}", SpanFacts.ResultSaysError)]
    [InlineData("{\"success\":false}", SpanFacts.ResultSaysError)]
    [InlineData("{\"error\":{\"code\":5}}", SpanFacts.ResultSaysError)]
    [InlineData("\"{\\\"error\\\":\\\"not found\\\"}\"", SpanFacts.ResultSaysError)]
    [InlineData("ERROR: no such city", SpanFacts.ResultTextError)]
    [InlineData("\"ERROR: no such city\"", SpanFacts.ResultTextError)]
    [InlineData("{\"error\":null,\"isError\":false,\"success\":true,\"status\":\"ok\"}", SpanFacts.None)]
    [InlineData("{\"error\":\"\"}", SpanFacts.None)]
    [InlineData("{\"error\":[]}", SpanFacts.None)]
    [InlineData("{\"log\":{\"error\":\"further down\"}}", SpanFacts.None)]
    [InlineData("{\"error\":\"cut", SpanFacts.None)]
    [InlineData("{'error': 'a Python dict'}", SpanFacts.None)]
    [InlineData("the error: none", SpanFacts.None)]
    public void A_tool_result_says_whether_it_failed(string result, SpanFacts expected)
    {
        SpanFacts Of(Span span) => Decode(span).Facts & Outcome;
        Assert.Equal(expected, Of(Span().With("gen_ai.tool.call.result", result)));
        Assert.Equal(expected, Of(Span().With("ai.toolCall.result", result)));
        Assert.Equal(expected, Of(Span().With("mcp.response.value", result)));
        Assert.Equal(expected, Of(Span().With("output.value", result).With("openinference.span.kind", "TOOL")));
        Assert.Equal(expected, Of(Span().With("traceloop.span.kind", "tool").With("traceloop.entity.output", result)));
        Assert.Equal(expected, Of(Span().WithEvent("gen_ai.tool.message", ("content", result)).With("gen_ai.operation.name", "execute_tool")));
    }

    [Fact]
    public void The_same_output_of_another_span_is_no_tool_result()
    {
        const string result = "{\"error\":\"quoted by the model\"}";
        foreach (string kind in new[] { "LLM", "CHAIN", "AGENT" })
        {
            Assert.Equal(SpanFacts.HasOutput, Decode(Span().With("output.value", result).With("openinference.span.kind", kind)).Facts);
        }

        Assert.Equal(SpanFacts.HasOutput, Decode(Span().WithEvent("gen_ai.tool.message", ("content", result)).With("gen_ai.operation.name", "chat")).Facts);
        Assert.Equal(
            SpanFacts.HasOutput,
            Decode(Span().With("output.value", result).With("openinference.span.kind", "TOOL").With("traceloop.span.kind", "task")).Facts);
    }

    [Fact]
    public void A_result_as_a_map_is_read_like_its_json()
    {
        AnyValue map = new() { KvlistValue = new KeyValueList { Values = { new KeyValue { Key = "isError", Value = new AnyValue { BoolValue = true } } } } };
        Assert.Equal(SpanFacts.ResultSaysError | SpanFacts.HasOutput, Decode(Span().With("gen_ai.tool.call.result", map)).Facts);
    }

    [Fact]
    public void A_mark_at_the_top_of_a_huge_result_is_found_and_the_rest_not_read()
    {
        string result = "{\"isError\":true,\"content\":\"" + new string('x', 200_000) + "\"}";
        Assert.Equal(SpanFacts.ResultSaysError | SpanFacts.HasOutput, Decode(Span().With("gen_ai.tool.call.result", result)).Facts);
    }

    [Theory]
    [InlineData("", SpanFacts.EmptyOutput)]
    [InlineData("  \n", SpanFacts.EmptyOutput)]
    [InlineData("\"\"", SpanFacts.EmptyOutput)]
    [InlineData("null", SpanFacts.EmptyOutput)]
    [InlineData("[]", SpanFacts.EmptyOutput)]
    [InlineData("{}", SpanFacts.HasOutput)]
    [InlineData("Paris", SpanFacts.HasOutput)]
    [InlineData("{\"documents\":[]}", SpanFacts.HasOutput | SpanFacts.EmptyDocuments)]
    [InlineData("{\"documents\":[{}]}", SpanFacts.HasOutput)]
    public void An_output_is_there_empty_or_without_documents(string output, SpanFacts expected) =>
        Assert.Equal(expected, Decode(Span().With("output.value", output)).Facts);

    [Theory]
    [InlineData("[{\"role\":\"assistant\",\"parts\":[],\"finish_reason\":\"length\"}]", SpanFacts.EmptyOutput)]
    [InlineData("[{\"role\":\"assistant\",\"parts\":[{\"type\":\"text\",\"content\":\"\"}]}]", SpanFacts.EmptyOutput)]
    [InlineData("[{\"role\":\"assistant\",\"parts\":[{\"type\":\"text\",\"content\":\"hi\"}]}]", SpanFacts.HasOutput)]
    [InlineData("[{\"role\":\"assistant\",\"parts\":[{\"type\":\"tool_call\",\"name\":\"f\"}]}]", SpanFacts.HasOutput)]
    [InlineData("[{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"id\":\"1\"}]}]", SpanFacts.HasOutput)]
    public void Output_messages_say_something_if_one_has_content_or_calls_a_tool(string messages, SpanFacts expected) =>
        Assert.Equal(expected, Decode(Span().With("gen_ai.output.messages", messages)).Facts);

    [Fact]
    public void An_empty_text_beside_a_tool_call_is_no_empty_output()
    {
        Span span = Span()
            .With("llm.output_messages.0.message.role", "assistant")
            .With("llm.output_messages.0.message.content", "");
        Assert.Equal(SpanFacts.EmptyOutput, Decode(span).Facts);
        span.With("llm.output_messages.0.message.tool_calls.0.tool_call.function.name", "lookup");
        Assert.Equal(SpanFacts.HasOutput, Decode(span).Facts);
    }

    [Theory]
    [InlineData("ai.stream.firstChunk", SpanFacts.FirstChunkEvent)]
    [InlineData("First Token Stream Event", SpanFacts.FirstChunkEvent)]
    [InlineData("ai.stream.finish", SpanFacts.StreamFinishEvent)]
    [InlineData("something else", SpanFacts.None)]
    public void Events_of_a_stream_are_facts(string name, SpanFacts expected) => Assert.Equal(expected, Decode(Span().WithEvent(name)).Facts);

    [Theory]
    [InlineData("pass", SpanFacts.EvaluationPassed)]
    [InlineData("Hallucinated", SpanFacts.EvaluationFailed)]
    [InlineData("non-toxic", SpanFacts.EvaluationPassed)]
    [InlineData("not relevant", SpanFacts.EvaluationFailed)]
    [InlineData("7", SpanFacts.None)]
    public void A_label_of_an_evaluation_is_a_fact(string label, SpanFacts expected)
    {
        SpanRecord span = Decode(Span().WithEvent("gen_ai.evaluation.result", ("gen_ai.evaluation.score.label", label)));
        Assert.Equal((expected, label), (span.Facts, span.Attributes.Text("gen_ai.evaluation.score.label")));
        Assert.Equal(expected, Decode(Span().With("annotations.0.annotation.label", label)).Facts);
        Assert.Equal(expected, Decode(Span().With("trace.evaluations.1.evaluation.label", label)).Facts);
        Assert.Equal(SpanFacts.None, Decode(Span().With("session.annotations.0.annotation.label", label)).Facts);
        Assert.Equal(SpanFacts.None, Decode(Span().With("annotations.0.annotation.explanation", label)).Facts);
    }

    [Fact]
    public void A_finish_reason_that_is_only_in_an_event_is_lifted_to_the_span()
    {
        Span span = Span().WithEvent("gen_ai.choice", ("finish_reason", "length"));
        Assert.Equal("length", Decode(span).Attributes.Text("gen_ai.response.finish_reasons"));
        Assert.Equal("[\"stop\"]", Decode(span.With("gen_ai.response.finish_reasons", List("stop"))).Attributes.Text("gen_ai.response.finish_reasons"));
        SpanRecord details = Decode(Span().WithEvent("gen_ai.client.inference.operation.details", ("gen_ai.response.model", "m"), ("gen_ai.output.messages", "[]")));
        Assert.Equal(("m", SpanFacts.EmptyOutput), (details.Attributes.Text("gen_ai.response.model"), details.Facts));
    }

    [Fact]
    public void A_retrieval_says_how_much_it_returned()
    {
        Assert.Equal(-1, Decode(Span()).ResultCount);
        Assert.Equal(0, Decode(Span().With("db.response.returned_rows", 0)).ResultCount);
        Assert.Equal(4, Decode(Span().With("gen_ai.retrieval.document_count", "4")).ResultCount);
        Assert.Equal(2, Decode(Span().With("n8n.node.items.output", 9).With("db.vector.query.result_count", 2).With("gen_ai.memory.record.count", 5)).ResultCount);
        Assert.Equal(2, Decode(Span().With("gen_ai.retrieval.documents", "[{\"id\":\"a\"},{\"id\":\"b\"}]")).ResultCount);
        Assert.Equal(2, Decode(Span().With("reranker.output_documents.0.document.id", "a").With("reranker.output_documents.1.document.id", "b")).ResultCount);
        Assert.Equal(
            3,
            Decode(Span()
                .With("retrieval.documents.0.document.content", "x").With("retrieval.documents.0.document.score", 1)
                .With("retrieval.documents.7.document.content", "x").With("retrieval.documents.12.document.id", "x")).ResultCount);
        Assert.Equal(2, Decode(Span().WithEvent("db.query.result").WithEvent("db.query.result")).ResultCount);
        SpanRecord none = Decode(Span().With("gen_ai.retrieval.documents", "[]"));
        Assert.Equal((0, SpanFacts.EmptyDocuments), (none.ResultCount, none.Facts));
    }

    // 2^16 / (1 − T/2^56), by hand: thresholds 8, c and f stand for one half, three quarters and fifteen sixteenths.
    [Theory]
    [InlineData("", 65536)]
    [InlineData("ot=th:0", 65536)]
    [InlineData("ot=th:8", 2 * 65536)]
    [InlineData("ot=th:c", 4 * 65536)]
    [InlineData("congo=t61, ot=rv:9b8233f7e3a151;th:f", 16 * 65536)]
    [InlineData("ot=th:5", 95325)]
    [InlineData("ot=th:fd70a3d70a3d71", 6553600)]
    [InlineData("ot=th:ffffffffffffff", 1L << 46)]
    [InlineData("ot=th:", 65536)]
    [InlineData("ot=th:xyz", 65536)]
    [InlineData("ot=th:8x", 65536)]
    [InlineData("ot=th:000000000000000", 65536)]
    [InlineData("xot=th:8", 65536)]
    public void The_sampling_threshold_gives_the_weight(string traceState, long expected)
    {
        Span span = Span();
        span.TraceState = traceState;
        Assert.Equal(expected, Decode(span).Weight);
    }

    [Fact]
    public void Times_beyond_the_range_are_set_to_its_end_and_zero_is_a_time()
    {
        Span span = Span();
        span.EndTimeUnixNano = 1UL << 63;
        span.StartTimeUnixNano = 0;
        SpanRecord record = Decode(span);
        Assert.Equal((0, long.MaxValue, SpanFacts.TimeOutOfRange), (record.StartUnixNanos, record.EndUnixNanos, record.Facts));
    }

    /// <summary>Over both encodings, the time before the name, after it, and said by the span itself.</summary>
    [Fact]
    public void Times_of_a_model_servers_events_become_attributes()
    {
        Span span = Span().With("triton.compute_end_unix_nano", 7);
        span.Events.Add(new Span.Types.Event { Name = "QUEUE_START", TimeUnixNano = 1_700_000_000_000_000_123 });
        span.Events.Add(new Span.Types.Event { Name = "COMPUTE_END", TimeUnixNano = 9 });
        span.Events.Add(new Span.Types.Event { Name = "REQUEST_END", TimeUnixNano = 11 });
        ExportTraceServiceRequest request = Of(span);
        SpanRecord[] read =
        [
            Decode(span),
            .. Enumerable.Range(0, 20).Select(seed => Assert.Single(new OtlpTraceDecoder().DecodeJson(OtlpJson.Write(request, seed)).Spans)),
        ];

        Assert.All(read, static record => Assert.Equal(
            "triton.compute_end_unix_nano=7; triton.queue_start_unix_nano=1700000000000000123",
            string.Join("; ", record.Attributes.Items.Select(static item => $"{item.Key}={item.Value.AsText()}"))));
    }
}
