using System.Text;

namespace TraceGap.Otlp.Tests.Json;

public sealed class JsonRejectionTests
{
    private const string Ids = "\"traceId\":\"0102030405060708090A0b0c0d0e0f10\",\"spanId\":\"2122232425262728\"";

    private readonly OtlpTraceDecoder _decoder = new();

    // The bad span begins at byte 44.
    [Theory]
    [InlineData("Span.traceId at byte 44: missing", "\"spanId\":\"2122232425262728\"")]
    [InlineData("Span.spanId at byte 44: missing", "\"traceId\":\"0102030405060708090a0b0c0d0e0f10\"")]
    [InlineData("Span.traceId at byte 55: 32 hexadecimal digits expected", "\"traceId\":\"abc\"")]
    [InlineData("Span.traceId at byte 55: 32 hexadecimal digits expected", "\"traceId\":\"AQIDBAUGBwgJCgsMDQ4PEA==\"")]
    [InlineData("Span.traceId at byte 55: 32 hexadecimal digits expected", "\"traceId\":\"0102030405060708090a0b0c0d0e0fxx\"")]
    [InlineData("Span.traceId at byte 55: all zero", "\"traceId\":\"00000000000000000000000000000000\"")]
    [InlineData("Span.traceId at byte 55: value of another type expected", "\"traceId\":5")]
    [InlineData("Span.spanId at byte 54: 16 hexadecimal digits expected", "\"spanId\":\"\"")]
    [InlineData("Span.parentSpanId at byte 60: 16 hexadecimal digits expected", "\"parentSpanId\":\"12\"")]
    [InlineData("Span.startTimeUnixNano at byte 65: value out of range", "\"startTimeUnixNano\":-1")]
    [InlineData("Span.startTimeUnixNano at byte 65: value of another type expected", "\"startTimeUnixNano\":\"soon\"")]
    [InlineData("Span.flags at byte 53: value out of range", "\"flags\":4294967296")]
    [InlineData("Span.attributes at byte 58: value of another type expected", "\"attributes\":{}")]
    [InlineData("AnyValue.intValue at byte 102: value of another type expected", "\"attributes\":[{\"key\":\"gen_ai.system\",\"value\":{\"intValue\":1.5}}]")]
    [InlineData("Status.code at byte 62: value of another type expected", "\"status\":{\"code\":[]}")]
    public void A_bad_span_is_named_and_the_others_are_kept(string reason, string fields)
    {
        DecodeResult result = Decode($"{{\"resourceSpans\":[{{\"scopeSpans\":[{{\"spans\":[ {{{fields}}},{{{Ids}}}]}}]}}]}}");
        Assert.Equal(reason, result.RejectReason);
        Assert.Equal((1, 1, null), (result.Spans.Length, result.RejectedSpans, result.Malformed));
    }

    [Theory]
    [InlineData("ExportTraceServiceRequest at byte 0: not JSON", "")]
    [InlineData("ExportTraceServiceRequest at byte 0: value of another type expected", "[]")]
    [InlineData("ExportTraceServiceRequest.resourceSpans at byte 17: value of another type expected", "{\"resourceSpans\":{}}")]
    [InlineData("ExportTraceServiceRequest.resourceSpans at byte 18: value of another type expected", "{\"resourceSpans\":[7]}")]
    [InlineData("ResourceSpans.resource at byte 30: value of another type expected", "{\"resourceSpans\":[{\"resource\":[]}]}")]
    [InlineData("ExportTraceServiceRequest at byte 3: not JSON", "{} x")]
    [InlineData("ExportTraceServiceRequest at byte 1: not JSON", "{'resourceSpans':[]}")]
    [InlineData("ExportTraceServiceRequest at byte 4: not JSON", "\uFEFF{'resourceSpans':[]}")]
    [InlineData("ExportTraceServiceRequest.resourceSpans at byte 20: value of another type expected", "\uFEFF{\"resourceSpans\":{}}")]
    public void What_is_broken_above_the_spans_keeps_nothing(string reason, string json)
    {
        DecodeResult result = Decode(json);
        Assert.Equal(reason, result.Malformed);
        Assert.Empty(result.Spans);
    }

    [Fact]
    public void Spellings_that_senders_use_are_read()
    {
        SpanRecord span = Only(
            "{\"resource_spans\":[{\"scope_spans\":[{\"spans\":[{\"trace_id\":\"0102030405060708090A0B0C0D0E0F10\",\"span_id\":\"2122232425262728\","
            + "\"parentSpanId\":\"\",\"kind\":\"SPAN_KIND_CLIENT\",\"status\":{\"code\":\"STATUS_CODE_ERROR\"},\"start_time_unix_nano\":\"1.0e3\","
            + "\"endTimeUnixNano\":2000,\"name\":null,\"attributes\":[{\"value\":{\"stringValue\":\"a\\u0062\\ud83d\\ude42\\ud83d\"},\"key\":\"gen_ai.sys\\u0074em\"}]}]}]}]}");
        Assert.Equal(
            ("0102030405060708090a0b0c0d0e0f10", SpanKind.Client, SpanStatus.Error, 1000L, 2000L, "", "ab🙂\uFFFD"),
            (span.TraceId.ToString(), span.Kind, span.Status, span.StartUnixNanos, span.EndUnixNanos, span.Name, span.Attributes.Text("gen_ai.system")));
    }

    [Fact]
    public void Nesting_is_no_matter_of_the_stack()
    {
        string deep = string.Concat(Enumerable.Repeat("{\"arrayValue\":{\"values\":[", 20_000)) + "{}" + string.Concat(Enumerable.Repeat("]}}", 20_000));
        DecodeResult result = Decode(
            $"{{\"resourceSpans\":[{{\"scopeSpans\":[{{\"spans\":[{{{Ids},\"attributes\":[{{\"key\":\"gen_ai.tool.name\",\"value\":{deep}}}]}}]}}]}}]}}");
        Assert.Equal($"{new string('[', 16)}null{new string(']', 16)}", Assert.Single(result.Spans).Attributes.Text("gen_ai.tool.name"));
        Assert.Equal(1, result.ValuesTooDeep);
    }

    [Fact]
    public void Maps_in_maps_are_read_to_the_same_depth_as_arrays()
    {
        string deep = string.Concat(Enumerable.Repeat("{\"kvlistValue\":{\"values\":[{\"key\":\"k\",\"value\":", 20)) + "{}" + string.Concat(Enumerable.Repeat("}]}}", 20));
        SpanRecord span = Only($"{{\"resourceSpans\":[{{\"scopeSpans\":[{{\"spans\":[{{{Ids},\"attributes\":[{{\"key\":\"gen_ai.tool.name\",\"value\":{deep}}}]}}]}}]}}]}}");
        Assert.Equal($"{string.Concat(Enumerable.Repeat("{\"k\":", 16))}null{new string('}', 16)}", span.Attributes.Text("gen_ai.tool.name"));
    }

    [Theory]
    [InlineData("\"kind\":\"\\ud800aaaaaaaaaaaaaaaaaaaa\"")]
    [InlineData("\"status\":{\"code\":\"STATUS_CODE_\\ud800\"}")]
    [InlineData("\"attributes\":[{\"key\":\"output.value\",\"value\":{\"stringValue\":\"{\\\"\\\\ud800\\\":1}\"}}]")]
    [InlineData("\"attributes\":[{\"key\":\"gen_ai.output.messages\",\"value\":{\"stringValue\":\"[{\\\"\\\\ud800aaa\\\":1}]\"}}]")]
    public void Half_a_surrogate_pair_is_no_name_that_is_known(string member)
    {
        SpanRecord span = Only($"{{\"resourceSpans\":[{{\"scopeSpans\":[{{\"spans\":[{{{Ids},{member}}}]}}]}}]}}");
        Assert.Equal((SpanKind.Unspecified, SpanStatus.Unset), (span.Kind, span.Status));
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_replaced_and_flagged()
    {
        byte[] json = [.. Encoding.UTF8.GetBytes($"{{\"resourceSpans\":[{{\"scopeSpans\":[{{\"spans\":[{{{Ids},\"name\":\"a"), 0xFF, .. Encoding.UTF8.GetBytes("\"}]}]}]}")];
        SpanRecord span = Assert.Single(_decoder.DecodeJson(json).Spans);
        Assert.Equal(("a\uFFFD", SpanFacts.InvalidText), (span.Name, span.Facts));
    }

    private SpanRecord Only(string json)
    {
        DecodeResult result = Decode(json);
        Assert.Null(result.Malformed);
        Assert.Null(result.RejectReason);
        return Assert.Single(result.Spans);
    }

    private DecodeResult Decode(string json) => _decoder.DecodeJson(Encoding.UTF8.GetBytes(json));
}
