using System.Text;

namespace TraceGap.Otlp.Tests.Json;

/// <summary>What OTLP/JSON and the JSON mapping of Protocol Buffers let a sender write, and what senders write all the same.</summary>
public sealed class JsonSpellingTests
{
    private const string TraceIdText = "0102030405060708090a0b0c0d0e0fa0";
    private const string Ids = $"\"traceId\":\"{TraceIdText}\",\"spanId\":\"a1a2a3a4a5a6a7a8\"";

    private readonly OtlpTraceDecoder _decoder = new();

    [Theory]
    [InlineData("0102030405060708090a0b0c0d0e0fa0", "a1a2a3a4a5a6a7a8")]
    [InlineData("0102030405060708090A0B0C0D0E0FA0", "A1A2A3A4A5A6A7A8")]
    [InlineData("0102030405060708090a0B0c0D0e0FA0", "a1A2a3A4a5A6a7A8")]
    [InlineData("\\u0030102030405060708090a0b0c0d0e0fa0", "a1a2a3a4a5a6a7a\\u0038")]
    public void Ids_are_hexadecimal_of_either_case(string traceId, string spanId)
    {
        SpanRecord span = Only($"\"traceId\":\"{traceId}\",\"spanId\":\"{spanId}\"");

        Assert.Equal((TraceIdText, "a1a2a3a4a5a6a7a8"), (span.TraceId.ToString(), span.SpanId.ToString()));
    }

    [Fact]
    public void A_field_name_may_be_escaped() =>
        Assert.Equal("a", Only($"{Ids},\"n\\u0061me\":\"a\"").Name);

    [Theory]
    [InlineData("1544712660300000000")]
    [InlineData("\"1544712660300000000\"")]
    [InlineData("1544712660300000000.0")]
    [InlineData("1.5447126603e18")]
    [InlineData("\"1.5447126603E+18\"")]
    public void Numbers_of_64_bits_are_numbers_or_text(string number) =>
        Assert.Equal(1_544_712_660_300_000_000, Only($"{Ids},\"startTimeUnixNano\":{number}").StartUnixNanos);

    [Theory]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("\"-9223372036854775808\"", long.MinValue)]
    public void No_digit_of_a_64_bit_attribute_is_lost(string number, long value)
    {
        SpanRecord span = Only($"{Ids},\"attributes\":[{{\"key\":\"gen_ai.usage.input_tokens\",\"value\":{{\"intValue\":{number}}}}}]");

        Assert.True(span.Attributes.TryGet("gen_ai.usage.input_tokens", out AttributeValue kept));
        Assert.Equal(AttributeValue.Of(value), kept);
    }

    [Theory]
    [InlineData("3", "2")]
    [InlineData("\"SPAN_KIND_CLIENT\"", "\"STATUS_CODE_ERROR\"")]
    public void Enums_are_numbers_or_names(string kind, string code)
    {
        SpanRecord span = Only($"{Ids},\"kind\":{kind},\"status\":{{\"code\":{code}}}");

        Assert.Equal((SpanKind.Client, SpanStatus.Error), (span.Kind, span.Status));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("5")]
    [InlineData("\"traceId\"")]
    [InlineData("[{\"traceId\":[]}]")]
    [InlineData("{\"spans\":{\"deep\":[1,[2,[3,{}]]]}}")]
    public void Unknown_fields_are_passed_over_wherever_they_are(string value)
    {
        const string Unknown = "\"somethingNew\":";
        DecodeResult result = Decode(
            $"{{{Unknown}{value},\"resourceSpans\":[{{{Unknown}{value},\"resource\":{{{Unknown}{value}}},\"scopeSpans\":[{{{Unknown}{value},\"scope\":{{{Unknown}{value}}},"
            + $"\"spans\":[{{{Unknown}{value},{Ids},\"status\":{{{Unknown}{value}}},\"events\":[{{{Unknown}{value}}}],\"attributes\":[{{{Unknown}{value},\"key\":\"gen_ai.system\","
            + $"\"value\":{{{Unknown}{value},\"stringValue\":\"x\"}}}}]}}]}}]}}]}}");

        Assert.Equal((null, null), (result.Malformed, result.RejectReason));
        Assert.Equal("x", Assert.Single(result.Spans).Attributes.Text("gen_ai.system"));
    }

    [Fact]
    public void Null_is_not_set()
    {
        DecodeResult result = Decode(
            "{\"resourceSpans\":[{\"resource\":null,\"schemaUrl\":null,\"scopeSpans\":[{\"scope\":null,\"spans\":["
            + $"{{{Ids},\"parentSpanId\":null,\"name\":null,\"kind\":null,\"startTimeUnixNano\":null,\"endTimeUnixNano\":null,\"attributes\":null,\"events\":null,\"links\":null,"
            + "\"status\":null,\"flags\":null,\"traceState\":null}]},{\"spans\":null}]},{\"scopeSpans\":null}]}");

        Assert.Equal((null, null), (result.Malformed, result.RejectReason));
        SpanRecord span = Assert.Single(result.Spans);
        Assert.Equal(("", SpanId.None, SpanKind.Unspecified, SpanStatus.Unset, 0L), (span.Name, span.ParentSpanId, span.Kind, span.Status, span.StartUnixNanos));
        Assert.Equal(0, _decoder.DecodeJson("{\"resourceSpans\":null}"u8).RejectedSpans);
    }

    [Fact]
    public void Of_a_name_that_comes_twice_the_last_counts_and_lists_are_joined()
    {
        DecodeResult result = Decode(
            "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[" + $"{{{Ids},\"name\":\"first\",\"name\":\"second\"}}]" + ",\"spans\":[" + $"{{{Ids},\"name\":\"third\"}}]"
            + "}]}],\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[" + $"{{{Ids},\"name\":\"fourth\"}}]" + "}]}]}");

        Assert.Equal(["second", "third", "fourth"], result.Spans.Select(span => span.Name));
    }

    [Fact]
    public void A_byte_order_mark_is_passed_over() =>
        Assert.Single(_decoder.DecodeJson([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Request($"{{{Ids}}}"))]).Spans);

    [Theory]
    [InlineData("{}", true)]
    [InlineData("{} \r\n\t", true)]
    [InlineData(" \n{}", true)]
    [InlineData("{}{}", false)]
    [InlineData("{}\0", false)]
    [InlineData("{},", false)]
    [InlineData("{},{}", false)]
    [InlineData("{", false)]
    [InlineData("null", false)]
    [InlineData("\"{}\"", false)]
    [InlineData("{\"resourceSpans\":[],}", false)]
    [InlineData("{\"resourceSpans\":NaN}", false)]
    [InlineData("{/**/}", false)]
    [InlineData("\uFEFF\uFEFF{}", false)]
    public void A_request_is_one_object_and_nothing_but_space_around_it(string json, bool isRequest) => Assert.Equal(isRequest, Decode(json).Malformed is null);

    [Theory]
    [InlineData("\"name\":\"")]
    [InlineData("\"nothing known\":\"")]
    [InlineData("\"")]
    [InlineData("\"attributes\":[{\"key\":\"")]
    public void Bytes_that_are_not_utf8_cost_no_more_than_their_text(string before)
    {
        string after = before switch
        {
            "\"" => "\":1",
            "\"attributes\":[{\"key\":\"" => "\"}]",
            _ => "\"",
        };
        byte[] json = [.. Encoding.UTF8.GetBytes($"{{\"resourceSpans\":[{{\"scopeSpans\":[{{\"spans\":[{{{Ids},{before}"), 0xC3, 0x28, 0xFF, .. Encoding.UTF8.GetBytes($"{after}}}]}}]}}]}}")];
        DecodeResult result = _decoder.DecodeJson(json);

        Assert.Equal((null, null), (result.Malformed, result.RejectReason));
        Assert.Single(result.Spans);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public void However_deep_an_unknown_field_is_it_is_passed_over(string open, string close)
    {
        const int Depth = 100_000;
        string deep = string.Concat(Enumerable.Repeat(open, Depth)) + "1" + string.Concat(Enumerable.Repeat(close, Depth));

        Assert.Equal("here", Only($"{Ids},\"somethingNew\":{deep},\"name\":\"here\"").Name);
    }

    [Fact]
    public void What_opens_without_end_is_no_request() =>
        Assert.NotNull(Decode("{\"resourceSpans\":" + string.Concat(Enumerable.Repeat("[", 1_000_000))).Malformed);

    private static string Request(string spans) => $"{{\"resourceSpans\":[{{\"scopeSpans\":[{{\"spans\":[{spans}]}}]}}]}}";

    private SpanRecord Only(string fields)
    {
        DecodeResult result = Decode(Request($"{{{fields}}}"));
        Assert.Equal((null, null), (result.Malformed, result.RejectReason));
        return Assert.Single(result.Spans);
    }

    private DecodeResult Decode(string json) => _decoder.DecodeJson(Encoding.UTF8.GetBytes(json));
}
