namespace TraceGap.EndToEnd.Tests.Conformance;

/// <summary>A message as it must travel, and what it says.</summary>
/// <param name="Name">Name of its type in the Python modules of the contracts.</param>
/// <param name="Text">What it says, in protobuf's text format.</param>
/// <param name="Hex">Its bytes; spaces and line ends are for the eye.</param>
internal sealed record GoldenMessage(string Name, string Text, string Hex)
{
    public byte[] Bytes => Convert.FromHexString(string.Concat(Hex.Where(char.IsAsciiHexDigit)));
}

/// <summary>Requests and answers byte for byte, put together by hand from the field numbers of the contracts.</summary>
internal static class GoldenMessages
{
    /// <summary>Cut in the middle: a length of 127 with one byte behind it.</summary>
    public static readonly byte[] CutRequest = [0x0a, 0x7f, 0x01];

    public const string OneSpanJson =
        """{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeSpans":[{"scope":{"name":"t"},"spans":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"a1a2a3a4a5a6a7a8","name":"ask","kind":2,"startTimeUnixNano":"1000000000","endTimeUnixNano":"2000000000"}]}]}]}""";

    public const string BadSpanJson =
        """{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"a1a2a3a4a5a6a7a8"},{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0000000000000000"}]}]}]}""";

    public const string PartialSuccessJson = """{"partialSuccess":{"rejectedSpans":"1","errorMessage":"Span.spanId at byte 173: all zero"}}""";

    public const string CutRequestJson = """{"resourceSpans":[""";

    public const string BadRequestJson =
        """{"code":3,"message":"ExportTraceServiceRequest at byte 18: not JSON","details":[{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"description":"ExportTraceServiceRequest at byte 18: not JSON"}]}]}""";

    public const string OverloadJson = """{"code":14,"message":"the span queue is full"}""";

    public static readonly GoldenMessage OneSpan = new(
        "ExportTraceServiceRequest",
        $$"""resource_spans { {{Resource}} scope_spans { {{Scope}} {{Span}} } }""",
        $"""
         0a 58
            {ResourceHex}
            12 3c
               {ScopeHex}
               {SpanHex}
         """);

    /// <summary>A good span and one whose id is zero.</summary>
    public static readonly GoldenMessage BadSpan = new(
        "ExportTraceServiceRequest",
        $$"""resource_spans { {{Resource}} scope_spans { {{Scope}} {{Span}} {{Span.Replace(SpanId, NoSpanId, StringComparison.Ordinal)}} } }""",
        $"""
         0a 8f01
            {ResourceHex}
            12 73
               {ScopeHex}
               {SpanHex}
               {SpanHex.Replace(SpanIdHex, NoSpanIdHex, StringComparison.Ordinal)}
         """);

    public static readonly GoldenMessage FullSuccess = new("ExportTraceServiceResponse", "", "");

    public static readonly GoldenMessage PartialSuccess = new(
        "ExportTraceServiceResponse",
        """partial_success { rejected_spans: 1 error_message: "Span.span_id at byte 113: all zero" }""",
        $"0a 26  08 01  12 22 {Ascii("Span.span_id at byte 113: all zero")}");

    public static readonly GoldenMessage BadRequest = new(
        "Status",
        $$"""code: 3 message: "{{CutReason}}" details { [type.googleapis.com/google.rpc.BadRequest] { field_violations { description: "{{CutReason}}" } } }""",
        $"""
         08 03
         12 67 {Ascii(CutReason)}
         1a 9801
            0a 29 {Ascii("type.googleapis.com/google.rpc.BadRequest")}
            12 6b
               0a 69
                  12 67 {Ascii(CutReason)}
         """);

    public static readonly GoldenMessage Overload = new(
        "Status", """code: 14 message: "the span queue is full" """, $"08 0e  12 16 {Ascii("the span queue is full")}");

    /// <summary>What gRPC sends in <c>grpc-status-details-bin</c> beside the same code and message.</summary>
    public static readonly GoldenMessage OverloadWithRetryInfo = new(
        "Status",
        """code: 14 message: "the span queue is full" details { [type.googleapis.com/google.rpc.RetryInfo] { retry_delay { seconds: 2 nanos: 500000000 } } }""",
        $"""
         {Overload.Hex}
         1a 36
            0a 28 {Ascii("type.googleapis.com/google.rpc.RetryInfo")}
            12 0a
               0a 08
                  08 02  10 80cab5ee01
         """);

    private const string CutReason = "ExportTraceServiceRequest.resource_spans at byte 1: length 127 reaches beyond the 1 bytes that are left";

    private const string Resource = """resource { attributes { key: "service.name" value { string_value: "shop" } } }""";

    private const string ResourceHex = "0a18 0a16 0a0c 736572766963652e6e616d65 1206 0a04 73686f70";

    private const string Scope = """scope { name: "t" }""";

    private const string ScopeHex = "0a03 0a01 74";

    private const string SpanId = @"span_id: ""\241\242\243\244\245\246\247\250""";

    private const string SpanIdHex = "a1a2a3a4a5a6a7a8";

    private const string NoSpanId = @"span_id: ""\000\000\000\000\000\000\000\000""";

    private const string NoSpanIdHex = "0000000000000000";

    private const string Span =
        @"spans { trace_id: ""\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017\020"" " + SpanId
        + @" name: ""ask"" kind: SPAN_KIND_SERVER start_time_unix_nano: 1000000000 end_time_unix_nano: 2000000000 }";

    private const string SpanHex =
        $"1235 0a10 0102030405060708090a0b0c0d0e0f10 1208 {SpanIdHex} 2a03 61736b 3002 39 00ca9a3b00000000 41 0094357700000000";

    private static string Ascii(string text) => Convert.ToHexString(System.Text.Encoding.ASCII.GetBytes(text));
}
