using Google.Protobuf;

namespace TraceGap.Server.Otlp;

/// <summary>Writes opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse.</summary>
internal static class OtlpTraceResponse
{
    // message ExportTraceServiceResponse { ExportTracePartialSuccess partial_success = 1; }
    private const int PartialSuccess = 1;

    // message ExportTracePartialSuccess { int64 rejected_spans = 1; string error_message = 2; }
    private const int RejectedSpans = 1;
    private const int ErrorMessage = 2;

    /// <summary>The response in the wire format. On full success it has no field at all: partial_success must then be unset (OTLP, "Partial Success").</summary>
    public static byte[] ToProtobuf(int rejectedSpans, string reason)
    {
        if (rejectedSpans == 0)
        {
            return [];
        }

        int size = 1 + CodedOutputStream.ComputeInt64Size(rejectedSpans) + 1 + CodedOutputStream.ComputeStringSize(reason);
        byte[] response = new byte[1 + CodedOutputStream.ComputeLengthSize(size) + size];
        using CodedOutputStream output = new(response);
        output.WriteTag(PartialSuccess, WireFormat.WireType.LengthDelimited);
        output.WriteLength(size);
        output.WriteTag(RejectedSpans, WireFormat.WireType.Varint);
        output.WriteInt64(rejectedSpans);
        output.WriteTag(ErrorMessage, WireFormat.WireType.LengthDelimited);
        output.WriteString(reason);
        output.CheckNoSpaceLeft();
        return response;
    }
}
