using System.Text;
using static TraceGap.Otlp.Tests.Wire.WireBytes;

namespace TraceGap.Otlp.Tests.Wire;

public sealed class MergingTests
{
    private readonly OtlpTraceDecoder _decoder = new();

    [Fact]
    public void Resource_and_scope_may_come_after_the_spans()
    {
        byte[] scope = Field(2, SpanOf(Ids), Field(1, Text(1, "late scope"), Text(2, "7")));
        SpanRecord span = Only(Field(1, scope, Field(1, TextAttribute(1, "service.name", "late"))));
        Assert.Equal(("late", "late scope", "7"), (span.Resource.ServiceName, span.Scope.Name, span.Scope.Version));
    }

    [Fact]
    public void Spans_before_a_late_scope_are_counted_once()
    {
        byte[] inOrder = Field(1, Field(2, Field(1, Text(1, "early")), SpanOf(Field(2, SpanIdBytes)), SpanOf(Ids, Attribute(9, "my.own", Text(1, "x")))));
        byte[] late = Field(1, Field(2, SpanOf(Ids, Text(5, "b")), Field(1, Text(1, "late"))));
        DecodeResult result = _decoder.DecodeProtobuf(Join(inOrder, late));
        Assert.Equal(["early", "late"], result.Spans.Select(span => span.Scope.Name));
        Assert.Equal((1, 1L), (result.RejectedSpans, result.AttributesNotKept));
    }

    [Fact]
    public void A_resource_and_a_scope_in_pieces_merge()
    {
        byte[] scope = Field(2, Field(1, Text(1, "first")), SpanOf(Ids), Field(1, Text(2, "2")), Field(1, Text(1, "last")));
        SpanRecord span = Only(Field(
            1,
            Field(1, TextAttribute(1, "service.name", "old"), TextAttribute(1, "service.version", "1")),
            scope,
            Field(1, TextAttribute(1, "service.name", "new"))));
        Assert.Equal(("new", "1", "last", "2"), (span.Resource.ServiceName, span.Resource.ServiceVersion, span.Scope.Name, span.Scope.Version));
    }

    [Fact]
    public void Of_repeated_single_fields_the_last_counts()
    {
        SpanRecord span = Only(Request(SpanOf(
            Ids, Text(5, "a"), Text(5, "b"), Number(6, 2), Number(6, 3), Field(15, Number(3, 2)), Field(15, Text(2, "Application shutdown")))));
        Assert.Equal(("b", SpanKind.Client, SpanStatus.Error), (span.Name, span.Kind, span.Status));
        Assert.Equal(SpanFacts.ForcedEnd, span.Facts);
    }

    [Fact]
    public void Of_equal_keys_the_last_wins_and_an_empty_value_is_none()
    {
        SpanRecord span = Only(Request(SpanOf(
            Ids, TextAttribute(9, "gen_ai.tool.name", "a"), TextAttribute(9, "gen_ai.tool.name", "b"),
            TextAttribute(9, "gen_ai.system", "x"), Attribute(9, "gen_ai.system", []))));
        Assert.Equal("gen_ai.tool.name=Text:b; ", SpanText.Of(span.Attributes));
    }

    [Fact]
    public void A_list_in_pieces_is_one_list_and_the_last_field_of_a_oneof_counts()
    {
        byte[] Items(string text) => Field(5, Field(1, Text(1, text)));
        SpanRecord span = Only(Request(SpanOf(
            Ids,
            Attribute(9, "gen_ai.response.finish_reasons", Items("lost"), Number(3, 7), Items("stop"), Items("length")),
            Attribute(9, "gen_ai.tool.name", Items("lost"), Text(1, "lookup")))));
        Assert.Equal("gen_ai.response.finish_reasons=Text:[\"stop\",\"length\"]; gen_ai.tool.name=Text:lookup; ", SpanText.Of(span.Attributes));
    }

    [Fact]
    public void Unknown_fields_and_known_ones_of_another_wire_type_are_ignored()
    {
        byte[] unknown = Join(Number(500, 3), Text(501, "x"), [0x0D, 1, 2, 3, 4], Join(Varint((502 << 3) | 1), new byte[8]), Number(5, 1));
        byte[] scope = Field(2, unknown, SpanOf(Ids, unknown, Text(5, "n"), Number(1, 9)));
        SpanRecord span = Only(Join(Number(3, 1), Field(1, Number(7, 7), scope), unknown));
        Assert.Equal("n", span.Name);
    }

    [Fact]
    public void Text_that_is_not_utf8_is_replaced_flagged_and_counted()
    {
        DecodeResult result = _decoder.DecodeProtobuf(Request(
            SpanOf(Ids, Field(5, [(byte)'a', 0xFF, (byte)'b'])), SpanOf(Ids, Field(5, Encoding.UTF8.GetBytes("é")))));
        Assert.Equal(["a\uFFFDb", "é"], result.Spans.Select(span => span.Name));
        Assert.Equal([SpanFacts.InvalidText, SpanFacts.None], result.Spans.Select(span => span.Facts));
        Assert.Equal(1, result.InvalidTexts);
    }

    [Fact]
    public void Values_that_nest_too_deep_are_cut_and_counted_without_recursion()
    {
        byte[] value = Text(1, "deep");
        for (int depth = 0; depth < 1000; depth++)
        {
            value = Field(5, Field(1, value));
        }

        DecodeResult result = _decoder.DecodeProtobuf(Request(SpanOf(Ids, Attribute(9, "gen_ai.tool.name", value))));
        string kept = Assert.Single(result.Spans).Attributes.Text("gen_ai.tool.name")!;
        Assert.Equal($"{new string('[', 16)}null{new string(']', 16)}", kept);
        Assert.Equal(1, result.ValuesTooDeep);
    }

    [Fact]
    public void A_string_that_points_into_the_table_of_another_signal_is_no_value()
    {
        SpanRecord span = Only(Request(SpanOf(Ids, Attribute(9, "gen_ai.tool.name", Text(1, "x"), Number(8, 4)))));
        Assert.Equal(0, span.Attributes.Count);
    }

    [Fact]
    public void A_parent_of_eight_zero_bytes_is_none()
    {
        Assert.True(Only(Request(SpanOf(Ids, Field(4, new byte[8])))).ParentSpanId.IsNone);
    }

    [Fact]
    public void An_empty_request_is_a_success()
    {
        DecodeResult result = _decoder.DecodeProtobuf([]);
        Assert.Equal((0, 0, null, null), (result.Spans.Length, result.RejectedSpans, result.RejectReason, result.Malformed));
    }

    [Fact]
    public void Equal_resources_of_two_requests_are_one_record()
    {
        byte[] request = Field(1, Field(2, SpanOf(Ids)), Field(1, TextAttribute(1, "service.name", "s")));
        Assert.Same(Only(request).Resource, Only(request).Resource);
    }

    private static byte[] TextAttribute(int number, string key, string text) => Attribute(number, key, Text(1, text));

    private SpanRecord Only(byte[] request)
    {
        DecodeResult result = _decoder.DecodeProtobuf(request);
        Assert.Null(result.Malformed);
        Assert.Null(result.RejectReason);
        return Assert.Single(result.Spans);
    }
}
