using TraceGap.Otlp.Json;
using TraceGap.Otlp.Wire;

namespace TraceGap.Otlp;

/// <summary>
/// Turns OTLP trace requests (ExportTraceServiceRequest, or TracesData, which is the same) and log requests (ExportLogsServiceRequest, LogsData) into span records. Of log records those are
/// kept that tell an evaluation or an exception of a span, each as a <see cref="SpanKind.Signal"/> in the trace of that span; of their text nothing is kept.
/// </summary>
/// <remarks>
/// What is broken inside one span's or record's own length costs that span; what is broken above costs the request. Nothing is thrown, whatever the bytes.
/// A request of up to half a gibibyte is safe to give: its batch fits an array, however much it grows.
/// A decoder keeps caches and buffers between requests and has one user at a time; what it returns is immutable and may go anywhere.
/// </remarks>
public sealed class OtlpTraceDecoder
{
    private readonly DecodeSession _session;

    /// <summary>Makes a decoder; by default with the limits as documented and the built-in list of kept attributes.</summary>
    public OtlpTraceDecoder(DecodeLimits? limits = null, KeepOptions? keep = null) =>
        _session = new DecodeSession(limits ?? DecodeLimits.Default, keep ?? KeepOptions.Default);

    /// <summary>Decodes a request of spans in the Protocol Buffers wire format. Fields that OTLP 1.11 does not define are ignored.</summary>
    public DecodeResult DecodeProtobuf(ReadOnlySpan<byte> request)
    {
        _session.Begin();
        new ProtobufExportReader(_session, request, ExportMessages.Traces).Read();
        return _session.Finish();
    }

    /// <summary>Decodes a request of spans in OTLP/JSON (UTF-8). Both spellings of field names, ids of either case, and 64-bit numbers as number or text are read.</summary>
    public DecodeResult DecodeJson(ReadOnlySpan<byte> utf8)
    {
        _session.Begin();
        new JsonExportReader(_session, utf8, ExportMessages.Traces).Read();
        return _session.Finish();
    }

    /// <summary>Decodes a request of log records in the Protocol Buffers wire format.</summary>
    public DecodeResult DecodeLogsProtobuf(ReadOnlySpan<byte> request)
    {
        _session.Begin();
        new ProtobufExportReader(_session, request, ExportMessages.Logs).Read();
        return _session.Finish();
    }

    /// <summary>Decodes a request of log records in OTLP/JSON (UTF-8).</summary>
    public DecodeResult DecodeLogsJson(ReadOnlySpan<byte> utf8)
    {
        _session.Begin();
        new JsonExportReader(_session, utf8, ExportMessages.Logs).Read();
        return _session.Finish();
    }
}
