using Google.Protobuf;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Trace.V1;
using static TraceGap.Otlp.Tests.Requests;

namespace TraceGap.Otlp.Tests.Facts;

/// <summary>What is kept of inputs: enough to tell two of a trace apart, nothing that could be read or found again elsewhere.</summary>
public sealed class InputHashTests
{
    public static TheoryData<string> InputKeys =>
    [
        "input.value", "gen_ai.input.messages", "gen_ai.prompt", "gen_ai.prompt.0.content", "llm.input_messages.3.message.content", "gen_ai.tool.call.arguments", "ai.toolCall.args",
        "ai.prompt.messages", "gen_ai.retrieval.query.text", "db.query.text", "traceloop.entity.input", "genkit:input",
    ];

    [Theory]
    [MemberData(nameof(InputKeys))]
    public void Equal_inputs_have_equal_hashes_and_others_do_not(string key)
    {
        uint hash = HashOf(Span().With(key, "the question"));

        Assert.NotEqual(0u, hash);
        Assert.Equal(hash, HashOf(Span("another name").With("my.own", "x").With(key, "the question")));
        Assert.NotEqual(hash, HashOf(Span().With(key, "another question")));
    }

    [Fact]
    public void The_whole_of_the_input_counts_however_long()
    {
        string common = new('x', 1_000_000);
        Assert.NotEqual(HashOf(Span().With("input.value", common + "1")), HashOf(Span().With("input.value", common + "2")));
    }

    [Fact]
    public void Every_attribute_of_the_input_counts_and_their_order_does_not()
    {
        uint both = HashOf(Span().With("gen_ai.prompt.0.role", "user").With("gen_ai.prompt.0.content", "hello"));

        Assert.Equal(both, HashOf(Span().With("gen_ai.prompt.0.content", "hello").With("gen_ai.prompt.0.role", "user")));
        Assert.NotEqual(both, HashOf(Span().With("gen_ai.prompt.0.content", "hello")));
        Assert.NotEqual(both, HashOf(Span().With("gen_ai.prompt.0.role", "hello").With("gen_ai.prompt.0.content", "user")));
    }

    [Fact]
    public void The_same_input_in_another_trace_has_another_hash()
    {
        Span elsewhere = Span().With("input.value", "the question");
        elsewhere.TraceId = ByteString.CopyFrom(Enumerable.Repeat((byte)7, 16).ToArray());
        Assert.NotEqual(HashOf(Span().With("input.value", "the question")), HashOf(elsewhere));
    }

    [Fact]
    public void Lists_and_maps_are_inputs_as_texts_are()
    {
        Assert.NotEqual(0u, HashOf(Span().With("gen_ai.input.messages", List("a", "b"))));
        Assert.Equal(HashOf(Span().With("gen_ai.input.messages", List("a", "b"))), HashOf(Span().With("gen_ai.input.messages", List("a", "b"))));
        Assert.NotEqual(HashOf(Span().With("gen_ai.input.messages", List("a", "b"))), HashOf(Span().With("gen_ai.input.messages", List("a", "c"))));
    }

    [Fact]
    public void A_list_too_long_to_be_read_whole_has_no_hash() =>
        Assert.Equal(0u, HashOf(Span().With("gen_ai.input.messages", List(new string('x', 100_000), "a"))));

    [Fact]
    public void Spans_without_input_have_none()
    {
        Assert.Equal(0u, HashOf(Span()));
        Assert.Equal(0u, HashOf(Span().With("input.value", "").With("gen_ai.request.model", "m")));
        Assert.Equal(0u, HashOf(Span().With("gen_ai.system_instructions", "be kind").With("output.value", "x").With("traceloop.prompt.template", "x").With("retrieval.document", "x")));
        Assert.Equal(0u, HashOf(Span().With("input.value", new AnyValue())));
    }

    [Fact]
    public void Keeping_content_changes_no_hash_and_dropping_the_key_leaves_none()
    {
        byte[] request = Of(Span().With("input.value", "the question")).ToByteArray();
        uint hash = HashOf(Span().With("input.value", "the question"));

        Assert.Equal(hash, Assert.Single(new OtlpTraceDecoder(keep: new KeepOptions { Content = true }).DecodeProtobuf(request).Spans).InputHash);
        Assert.Equal(0u, Assert.Single(new OtlpTraceDecoder(keep: new KeepOptions { Drop = ["input.value"] }).DecodeProtobuf(request).Spans).InputHash);
    }

    [Fact]
    public void Short_inputs_that_recur_are_hashed_each_time()
    {
        Span[] spans = [.. Enumerable.Range(0, 40).Select(number =>
        {
            Span span = Span().With("gen_ai.tool.call.arguments", number % 4 == 3 ? "{\"id\":2}" : "{\"id\":1}");
            span.SpanId = ByteString.CopyFrom([.. BitConverter.GetBytes((long)number + 1)]);
            return span;
        })];
        uint[] hashes = [.. new OtlpTraceDecoder().DecodeProtobuf(Of(spans).ToByteArray()).Spans.Select(static span => span.InputHash)];

        Assert.Equal(2, hashes.Distinct().Count());
        Assert.All(hashes.Select(static (hash, number) => (hash, number)), it => Assert.Equal(hashes[it.number % 4 == 3 ? 3 : 0], it.hash));
    }

    private static uint HashOf(Span span) => Decode(span).InputHash;
}
