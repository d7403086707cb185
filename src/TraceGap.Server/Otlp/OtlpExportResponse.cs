using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using TraceGap.Server.Calls;

namespace TraceGap.Server.Otlp;

/// <summary>
/// Writes opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse, or ExportLogsServiceResponse, which equals it on the wire. On full success it has no field at all: partial_success must then be unset (OTLP, "Partial
/// Success").
/// </summary>
internal static class OtlpExportResponse
{
    // message ExportTraceServiceResponse { ExportTracePartialSuccess partial_success = 1; }
    private const int PartialSuccess = 1;

    // message ExportTracePartialSuccess { int64 rejected_spans = 1; string error_message = 2; }; of logs, rejected_log_records.
    private const int Rejected = 1;
    private const int ErrorMessage = 2;

    /// <summary>The response in the wire format.</summary>
    public static byte[] ToProtobuf(int rejected, string reason)
    {
        if (rejected == 0)
        {
            return [];
        }

        string message = StatusText.Cut(reason);
        int size = 1 + CodedOutputStream.ComputeInt64Size(rejected) + 1 + CodedOutputStream.ComputeStringSize(message);
        byte[] response = new byte[1 + CodedOutputStream.ComputeLengthSize(size) + size];
        using CodedOutputStream output = new(response);
        output.WriteTag(PartialSuccess, WireFormat.WireType.LengthDelimited);
        output.WriteLength(size);
        output.WriteTag(Rejected, WireFormat.WireType.Varint);
        output.WriteInt64(rejected);
        output.WriteTag(ErrorMessage, WireFormat.WireType.LengthDelimited);
        output.WriteString(message);
        output.CheckNoSpaceLeft();
        return response;
    }

    /// <summary>The response in OTLP/JSON, where 64-bit numbers are text.</summary>
    public static byte[] ToJson(OtlpSignal signal, int rejected, string reason)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes, StatusText.Json))
        {
            json.WriteStartObject();
            if (rejected > 0)
            {
                json.WriteStartObject("partialSuccess");
                json.WriteString(signal.RejectedName, rejected.ToString(CultureInfo.InvariantCulture));
                json.WriteString("errorMessage", StatusText.Cut(reason));
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }
}
