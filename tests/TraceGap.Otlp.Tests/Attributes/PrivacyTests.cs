using Google.Protobuf;
using OpenTelemetry.Proto.Trace.V1;
using TraceGap.Otlp.Attributes;

namespace TraceGap.Otlp.Tests.Attributes;

public sealed class PrivacyTests
{
    private const string Secret = "the-user-said-this";

    // The list of content-bearing keys of the conventions, with a member for every pattern.
    private static readonly string[] ContentKeys =
    [
        "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions", "gen_ai.prompt", "gen_ai.prompt.0.content", "gen_ai.completion",
        "gen_ai.completion.0.content", "gen_ai.tool.call.arguments", "gen_ai.tool.call.result", "gen_ai.retrieval.query.text", "gen_ai.retrieval.documents",
        "gen_ai.memory.records", "gen_ai.memory.query.text", "input.value", "output.value", "llm.input_messages.0.message.content",
        "llm.output_messages.0.message.content", "retrieval.documents.0.document.content", "ai.prompt", "ai.prompt.messages", "ai.response.text",
        "ai.response.object", "ai.response.toolCalls", "ai.toolCall.args", "ai.toolCall.result", "traceloop.entity.input", "traceloop.entity.output",
        "traceloop.prompt.template", "mcp.response.value", "db.query.text", "db.statement", "db.vector.query.content", "langfuse.observation.input",
        "langfuse.observation.output", "langfuse.trace.input", "langfuse.trace.output", "lk.pii.text", "mastra.agent.input", "mastra.agent.output",
        "gcp.vertex.agent.llm_request", "gcp.vertex.agent.llm_response", "gcp.vertex.agent.tool_call_args", "gcp.vertex.agent.tool_response", "genkit:input",
        "genkit:output", "raw_input", "url.query", "exception.message", "error.message", "metadata", "user.id", "enduser.id", "retrieval.query",
        "retrieval.document", "annotations.0.annotation.explanation", "gen_ai.evaluation.explanation",
    ];

    [Fact]
    public void No_content_is_in_anything_that_is_kept()
    {
        Span span = Requests.Span().WithStatus(Secret)
            .WithEvent("exception", ("exception.message", Secret), ("exception.stacktrace", Secret))
            .WithEvent("gen_ai.user.message", ("content", Secret)).WithEvent("gen_ai.choice", ("message", Secret)).WithEvent("gen_ai.tool.message", ("content", Secret))
            .With("url.full", $"https://user:{Secret}@api.example.com/v1/chat?key={Secret}#{Secret}").With("url.path", $"/v1?{Secret}")
            .With("http.url", $"https://example.com/a?{Secret}").With("http.target", $"/a?{Secret}");
        foreach (string key in ContentKeys)
        {
            span.With(key, Secret);
        }

        SpanRecord record = Requests.Decode(span);
        Assert.DoesNotContain(Secret, SpanText.Of(record));
        Assert.Equal("api.example.com/v1/chat", record.Attributes.Text("url.full"));
        Assert.Equal("/v1", record.Attributes.Text("url.path"));
        // That a retrieval key was there is evidence of a retrieval; its value is empty.
        Assert.All(
            ["db.vector.query.content", "gen_ai.retrieval.query.text", "gen_ai.retrieval.documents", "retrieval.documents.0", "retrieval.query"],
            key => Assert.True(record.Attributes.TryGet(key, out AttributeValue value) && value.AsText().Length == 0, key));
    }

    [Fact]
    public void Content_is_not_kept_on_request_either()
    {
        OtlpTraceDecoder decoder = new(alsoKeep: ["output.value", "llm.input_messages.0.message.content", "my.run.id"]);
        Span span = Requests.Span().With("output.value", Secret).With("llm.input_messages.0.message.content", Secret).With("my.run.id", "r1");
        SpanRecord record = Assert.Single(decoder.DecodeProtobuf(Requests.Of(span).ToByteArray()).Spans);
        Assert.Equal("my.run.id=Text:r1; ", SpanText.Of(record.Attributes));
        Assert.True(AttributeKeys.IsContent("output.value"));
        Assert.False(AttributeKeys.IsContent("gen_ai.prompt.name"));
    }

    [Fact]
    public void No_key_is_kept_that_the_list_of_content_names()
    {
        Assert.Empty(AttributeKeys.Kept.Intersect(ContentKeys));
        Assert.Equal(AttributeKeys.Kept.Count, AttributeKeys.Kept.Distinct().Count());
    }

    [Fact]
    public void What_is_not_kept_is_counted()
    {
        Span span = Requests.Span().With("my.own", "x").With("input.value", "x").With("gen_ai.system", "openai");
        Assert.Equal(2, new OtlpTraceDecoder().DecodeProtobuf(Requests.Of(span).ToByteArray()).AttributesNotKept);
    }

    [Fact]
    public void Long_values_are_cut_between_characters_and_counted()
    {
        Span span = Requests.Span(new string('n', 300)).With("gen_ai.system", new string('a', 255) + "🙂z");
        DecodeResult result = new OtlpTraceDecoder().DecodeProtobuf(Requests.Of(span).ToByteArray());
        Assert.Equal((256, 255, 2L), (result.Spans[0].Name.Length, result.Spans[0].Attributes.Text("gen_ai.system")!.Length, result.ValuesCapped));
    }

    [Fact]
    public void No_more_attributes_are_kept_than_the_limit()
    {
        Span span = Requests.Span();
        for (int index = 0; index < 500; index++)
        {
            span.With($"tracegap.{index:000}", index);
        }

        DecodeResult result = new OtlpTraceDecoder().DecodeProtobuf(Requests.Of(span).ToByteArray());
        Assert.Equal((128, 372L), (result.Spans[0].Attributes.Count, result.AttributesNotKept));
    }

    [Fact]
    public void Recurring_texts_are_one_string()
    {
        OtlpTraceDecoder decoder = new();
        byte[] request = Requests.Of(Requests.Span("plan").With("gen_ai.request.model", "gpt-4o-mini")).ToByteArray();
        SpanRecord[] spans = [.. Enumerable.Range(0, 4).Select(_ => decoder.DecodeProtobuf(request).Spans[0])];
        Assert.Same(spans[2].Name, spans[3].Name);
        Assert.Same(spans[2].Attributes.Text("gen_ai.request.model"), spans[3].Attributes.Text("gen_ai.request.model"));
    }

    [Fact]
    public void Attributes_cost_no_allocation_each_once_their_texts_are_known()
    {
        long Cost(int attributes)
        {
            OtlpTraceDecoder decoder = new();
            Span span = Requests.Span();
            for (int index = 0; index < attributes; index++)
            {
                span.With($"unknown.{index}", "x").With("gen_ai.request.model", "gpt-4o-mini").With("input.value", new string('x', 100));
            }

            byte[] request = Requests.Of(span).ToByteArray();
            for (int round = 0; round < 5; round++)
            {
                decoder.DecodeProtobuf(request);
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            decoder.DecodeProtobuf(request);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(Cost(1), Cost(100));
    }
}
