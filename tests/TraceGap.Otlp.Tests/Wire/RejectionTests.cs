using static TraceGap.Otlp.Tests.Wire.WireBytes;

namespace TraceGap.Otlp.Tests.Wire;

/// <summary>Every error has its words: message, field, offset in the request, reason. A good span beside a bad one is always kept.</summary>
public sealed class RejectionTests
{
    // Request, ResourceSpans and ScopeSpans take two bytes each for tag and length: the bad span's content begins at byte 6.
    public static TheoryData<string, byte[]> BadSpans() => new()
    {
        { "Span.trace_id at byte 6: missing", Field(2, SpanIdBytes) },
        { "Span.trace_id at byte 8: 16 bytes expected, 3 found", Join(Field(1, [1, 2, 3]), Field(2, SpanIdBytes)) },
        { "Span.trace_id at byte 8: 16 bytes expected, 0 found", Join(Field(1, []), Field(2, SpanIdBytes)) },
        { "Span.trace_id at byte 8: all zero", Join(Field(1, new byte[16]), Field(2, SpanIdBytes)) },
        { "Span.span_id at byte 6: missing", Field(1, TraceIdBytes) },
        { "Span.span_id at byte 26: 8 bytes expected, 9 found", Join(Field(1, TraceIdBytes), Field(2, new byte[9])) },
        { "Span.span_id at byte 26: all zero", Join(Field(1, TraceIdBytes), Field(2, new byte[8])) },
        { "Span.parent_span_id at byte 36: 8 bytes expected, 4 found", Join(Ids, Field(4, new byte[4])) },
        { "Span.name at byte 35: length 9 reaches beyond the 1 bytes that are left", Join(Ids, [0x2A, 9, 65]) },
        { "Span.kind at byte 35: ends within a varint", Join(Ids, [0x30, 0x80]) },
        { "Span.kind at byte 35: varint of more than 10 bytes", Join(Ids, [0x30, .. Enumerable.Repeat((byte)0x80, 10), 1]) },
        { "Span.start_time_unix_nano at byte 35: 8 bytes expected, 3 left", Join(Ids, [0x39, 1, 2, 3]) },
        { "Span at byte 34: tag with field number 0", Join(Ids, [0x02, 0]) },
        { "Span at byte 34: tag of more than 32 bits", Join(Ids, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 0]) },
        { "Span.kind at byte 34: wire type 6 does not exist", Join(Ids, [0x36]) },
        { "Span at byte 34: group ends that did not begin", Join(Ids, Varint((99 << 3) | 4)) },
        { "Span at byte 34: group does not end", Join(Ids, Varint((99 << 3) | 3)) },
        { "Span at byte 36: group ends that did not begin", Join(Ids, Varint((99 << 3) | 3), Varint((98 << 3) | 4)) },
        { "KeyValue.value at byte 40: length 7 reaches beyond the 1 bytes that are left", Join(Ids, Field(9, Text(1, "k"), [0x12, 7, 0])) },
        { "AnyValue.double_value at byte 42: 8 bytes expected, 2 left", Join(Ids, Attribute(9, "k", [0x21, 1, 2])) },
        { "ArrayValue.values at byte 44: length 5 reaches beyond the 0 bytes that are left", Join(Ids, Attribute(9, "k", Field(5, [0x0A, 5]))) },
        { "Event.name at byte 37: length 5 reaches beyond the 0 bytes that are left", Join(Ids, Field(11, [0x12, 5])) },
        { "Status.code at byte 37: ends within a varint", Join(Ids, Field(15, [0x18, 0xFF])) },
    };

    [Theory]
    [MemberData(nameof(BadSpans))]
    public void A_bad_span_is_named_and_the_others_are_kept(string reason, byte[] span)
    {
        DecodeResult result = new OtlpTraceDecoder().DecodeProtobuf(Request(SpanOf(span), SpanOf(Ids)));
        Assert.Equal(reason, result.RejectReason);
        Assert.Equal((1, 1, null), (result.Spans.Length, result.RejectedSpans, result.Malformed));
    }

    public static TheoryData<string, byte[]> BadRequests() => new()
    {
        { "ExportTraceServiceRequest.resource_spans at byte 1: length 9 reaches beyond the 0 bytes that are left", [0x0A, 9] },
        { "ExportTraceServiceRequest at byte 0: tag with field number 0", [0x00] },
        { "ResourceSpans.scope_spans at byte 3: length 9 reaches beyond the 0 bytes that are left", Field(1, [0x12, 9]) },
        { "Resource.attributes at byte 5: length 9 reaches beyond the 0 bytes that are left", Field(1, Field(1, [0x0A, 9])) },
        { "KeyValue.key at byte 7: length 9 reaches beyond the 0 bytes that are left", Field(1, Field(1, Field(1, [0x0A, 9]))) },
        { "ScopeSpans.spans at byte 5: length 9 reaches beyond the 0 bytes that are left", Field(1, Field(2, [0x12, 9])) },
        { "InstrumentationScope.version at byte 7: length 9 reaches beyond the 0 bytes that are left", Field(1, Field(2, Field(1, [0x12, 9]))) },
        { "AnyValue.int_value at byte 12: ends within a varint", Field(1, Field(1, Attribute(1, "k", [0x18, 0x80]))) },
    };

    [Theory]
    [MemberData(nameof(BadRequests))]
    public void Damage_above_the_spans_keeps_nothing(string reason, byte[] damaged)
    {
        DecodeResult result = new OtlpTraceDecoder().DecodeProtobuf(Join(Request(SpanOf(Ids)), damaged));
        Assert.Empty(result.Spans);
        Assert.Null(result.RejectReason);
        int shift = Request(SpanOf(Ids)).Length;
        Assert.Equal(Shifted(reason, shift), result.Malformed);
    }

    [Fact]
    public void Groups_of_unknown_fields_are_passed_over_to_a_depth_of_one_hundred()
    {
        byte[] Groups(int depth) => Join(
            [.. Enumerable.Repeat(Varint((99 << 3) | 3), depth)], [.. Enumerable.Repeat(Varint((99 << 3) | 4), depth)]);
        OtlpTraceDecoder decoder = new();
        Assert.Single(decoder.DecodeProtobuf(Request(SpanOf(Ids, Groups(100)))).Spans);
        Assert.Equal("Span at byte 237: groups nest deeper than 100", decoder.DecodeProtobuf(Request(SpanOf(Ids, Groups(101)))).RejectReason);

        static byte[] Join(byte[][] opens, byte[][] closes) => WireBytes.Join([.. opens, .. closes]);
    }

    [Fact]
    public void The_first_reason_is_told_and_every_rejection_is_counted()
    {
        DecodeResult result = new OtlpTraceDecoder().DecodeProtobuf(Request(SpanOf(Field(1, TraceIdBytes)), SpanOf(Ids), SpanOf([0x00])));
        Assert.Equal((1, 2, "Span.span_id at byte 6: missing"), (result.Spans.Length, result.RejectedSpans, result.RejectReason));
    }

    // The damage stands after a good ResourceSpans, so that "nothing is kept" can fail.
    private static string Shifted(string reason, int shift)
    {
        string[] words = reason.Split(' ');
        int at = Array.IndexOf(words, "byte") + 1;
        words[at] = $"{int.Parse(words[at].TrimEnd(':')) + shift}:";
        return string.Join(' ', words);
    }
}
