using TraceGap.Otlp;

namespace TraceGap.Server.Otlp;

/// <summary>A kind of telemetry that is taken over OTLP, in the words that its requests and answers differ in. One service, one set of limits and one way of the data are behind both.</summary>
public sealed class OtlpSignal
{
    private OtlpSignal(
        string serviceName, string path, string rejectedName, Func<OtlpTraceDecoder, ReadOnlySpan<byte>, DecodeResult> decodeProtobuf, Func<OtlpTraceDecoder, ReadOnlySpan<byte>, DecodeResult> decodeJson)
    {
        ServiceName = serviceName;
        Path = path;
        RejectedName = rejectedName;
        DecodeProtobuf = decodeProtobuf;
        DecodeJson = decodeJson;
    }

    /// <summary>Spans.</summary>
    public static OtlpSignal Traces { get; } = new(
        "opentelemetry.proto.collector.trace.v1.TraceService", "/v1/traces", "rejectedSpans",
        static (decoder, request) => decoder.DecodeProtobuf(request), static (decoder, request) => decoder.DecodeJson(request));

    /// <summary>Log records. Those are kept that tell an evaluation or an exception of a span.</summary>
    public static OtlpSignal Logs { get; } = new(
        "opentelemetry.proto.collector.logs.v1.LogsService", "/v1/logs", "rejectedLogRecords",
        static (decoder, request) => decoder.DecodeLogsProtobuf(request), static (decoder, request) => decoder.DecodeLogsJson(request));

    /// <summary>All kinds that are taken.</summary>
    public static IReadOnlyList<OtlpSignal> All { get; } = [Traces, Logs];

    /// <summary>Full name of the gRPC service; its method is <c>Export</c>.</summary>
    public string ServiceName { get; }

    /// <summary>The path over HTTP.</summary>
    public string Path { get; }

    /// <summary>What the count of a partial success is called in OTLP/JSON. On the wire it is field 1 for all.</summary>
    public string RejectedName { get; }

    /// <summary>Decodes a request in the Protocol Buffers wire format.</summary>
    internal Func<OtlpTraceDecoder, ReadOnlySpan<byte>, DecodeResult> DecodeProtobuf { get; }

    /// <summary>Decodes a request in OTLP/JSON.</summary>
    internal Func<OtlpTraceDecoder, ReadOnlySpan<byte>, DecodeResult> DecodeJson { get; }
}
