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
    public void Content_is_not_kept_by_naming_its_key()
    {
        OtlpTraceDecoder decoder = new(keep: new KeepOptions { Attributes = ["output.value", "llm.input_messages.0.message.content", "my.run.id"] });
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
        DecodeResult result = new OtlpTraceDecoder().DecodeProtobuf(Requests.Of(span).ToByteArray());
        Assert.Equal((1, 1), (result.AttributesNotKept, result.ContentDropped));
    }

    [Fact]
    public void Content_of_events_is_counted_where_it_is_cut()
    {
        Span span = Requests.Span()
            .WithEvent("exception", ("exception.type", "E"), ("exception.message", "x"), ("exception.stacktrace", "x"))
            .WithEvent("gen_ai.tool.message", ("content", "x")).WithEvent("log", ("gen_ai.prompt", "x"), ("line", "x"));
        Assert.Equal(4, new OtlpTraceDecoder().DecodeProtobuf(Requests.Of(span).ToByteArray()).ContentDropped);
    }

    [Fact]
    public void Content_that_is_switched_on_is_kept_under_its_own_key()
    {
        string[] keys = [.. ContentKeys.Where(AttributeKeys.IsContent)];
        Span span = Requests.Span().WithEvent("exception", ("exception.stacktrace", Secret)).WithEvent("gen_ai.tool.message", ("content", "from the event"));
        foreach (string key in keys.Except(["gen_ai.tool.call.result"]))
        {
            span.With(key, $"{Secret} {key}");
        }

        DecodeResult result = new OtlpTraceDecoder(keep: new KeepOptions { Content = true }).DecodeProtobuf(Requests.Of(span).ToByteArray());

        AttributeSet kept = Assert.Single(result.Spans).Attributes;
        Assert.All(keys.Except(["gen_ai.tool.call.result"]), key => Assert.Equal($"{Secret} {key}", kept.Text(key)));
        Assert.Equal(("from the event", Secret), (kept.Text("gen_ai.tool.call.result"), kept.Text("exception.stacktrace")));
        Assert.Equal((0, 0), (result.ContentDropped, result.AttributesNotKept));
    }

    [Fact]
    public void Content_pushes_out_nothing_else_and_changes_no_fact()
    {
        Span span = Requests.Span();
        for (int index = 0; index < 300; index++)
        {
            span.With($"llm.input_messages.{index}.message.content", Secret);
        }

        span.With("llm.model_name", "m").With("gen_ai.tool.call.result", "{\"isError\":true}").With("output.value", "");
        byte[] request = Requests.Of(span).ToByteArray();

        SpanRecord without = Assert.Single(new OtlpTraceDecoder().DecodeProtobuf(request).Spans);
        DecodeResult with = new OtlpTraceDecoder(keep: new KeepOptions { Content = true }).DecodeProtobuf(request);

        Assert.Equal(("m", without.Facts), (with.Spans[0].Attributes.Text("llm.model_name"), with.Spans[0].Facts));
        Assert.Equal((DecodeLimits.Default.MaxKeptAttributes + 3, 172L), (with.Spans[0].Attributes.Count, with.AttributesNotKept));
    }

    [Fact]
    public void Further_keys_are_kept_by_name_and_by_beginning_but_content_among_them_is_not()
    {
        OtlpTraceDecoder decoder = new(keep: new KeepOptions { Attributes = ["my.run.id", "gen_ai.*"] });
        Span span = Requests.Span().With("my.run.id", "r1").With("my.run", "x").With("gen_ai.own", "kept").With("gen_ai.input.messages", Secret)
            .With("gen_ai.prompt.0.content", Secret).With("gen_ai.output.messages", Secret);
        SpanRecord record = Assert.Single(decoder.DecodeProtobuf(Requests.Of(span).ToByteArray()).Spans);
        Assert.Equal("gen_ai.own=Text:kept; my.run.id=Text:r1; ", SpanText.Of(record.Attributes));
    }

    [Fact]
    public void A_dropped_key_counts_as_if_it_had_not_been_sent_whatever_else_would_keep_it()
    {
        KeepOptions keep = new() { Content = true, Attributes = ["my.*"], Drop = ["my.secret", "gen_ai.request.*", "tracegap.user", "output.value", "exception.type"] };
        Span span = Requests.Span().With("my.secret", Secret).With("my.own", "kept").With("gen_ai.request.model", Secret).With("gen_ai.request.seed", Secret)
            .With("tracegap.user", Secret).With("tracegap.layer", "kept").With("output.value", Secret).WithEvent("exception", ("exception.type", Secret));
        DecodeResult result = new OtlpTraceDecoder(keep: keep).DecodeProtobuf(Requests.Of(span).ToByteArray());
        SpanRecord record = Assert.Single(result.Spans);
        Assert.DoesNotContain(Secret, SpanText.Of(record));
        Assert.Equal("my.own=Text:kept; tracegap.layer=Text:kept; ", SpanText.Of(record.Attributes));
        Assert.Equal((SpanFacts.ExceptionEvent, 5L), (record.Facts, result.AttributesNotKept));
    }

    [Fact]
    public void Everything_but_content_can_be_kept()
    {
        Span span = Requests.Span().With("a", "1").With("Ω", "2").With("input.value", Secret);
        SpanRecord record = Assert.Single(new OtlpTraceDecoder(keep: new KeepOptions { Attributes = ["*"] }).DecodeProtobuf(Requests.Of(span).ToByteArray()).Spans);
        Assert.Equal("a=Text:1; Ω=Text:2; ", SpanText.Of(record.Attributes));
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

        // Texts are shared by the process, and other tests may decode texts of the same set in between.
        Assert.Contains(Enumerable.Range(0, 100), _ =>
        {
            (SpanRecord one, SpanRecord other) = (decoder.DecodeProtobuf(request).Spans[0], decoder.DecodeProtobuf(request).Spans[0]);
            return ReferenceEquals(one.Name, other.Name)
                && ReferenceEquals(one.Attributes.Text("gen_ai.request.model"), other.Attributes.Text("gen_ai.request.model"));
        });
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
