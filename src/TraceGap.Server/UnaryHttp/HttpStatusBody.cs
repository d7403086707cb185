using System.Buffers;
using System.Text.Json;
using TraceGap.Server.Calls;
using TraceGap.Server.Grpc;

namespace TraceGap.Server.UnaryHttp;

/// <summary>Writes the body of a failure: <c>google.rpc.Status</c>, which for bad data carries a <c>google.rpc.BadRequest</c> (OTLP, "Bad Data").</summary>
internal static class HttpStatusBody
{
    /// <summary>The body in the format of the request.</summary>
    public static byte[] Write(PayloadFormat format, HttpReply failure)
    {
        GrpcStatus status = failure.Status with { Message = StatusText.Cut(failure.Status.Message) };
        bool isBadData = failure.HttpStatus == StatusCodes.Status400BadRequest;
        return format == PayloadFormat.Json
            ? Json(status, isBadData)
            : RpcStatus.Write(status.Code, status.Message, isBadData ? RpcStatus.BadRequest(status.Message) : null);
    }

    private static byte[] Json(GrpcStatus status, bool isBadData)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes, StatusText.Json))
        {
            json.WriteStartObject();
            json.WriteNumber("code", (int)status.Code);
            json.WriteString("message", status.Message);
            if (isBadData)
            {
                WriteBadRequest(json, status.Message);
            }

            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static void WriteBadRequest(Utf8JsonWriter json, string description)
    {
        json.WriteStartArray("details");
        json.WriteStartObject();
        json.WriteString("@type", RpcStatus.BadRequestTypeUrl);
        json.WriteStartArray("fieldViolations");
        json.WriteStartObject();
        json.WriteString("description", description);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }
}
