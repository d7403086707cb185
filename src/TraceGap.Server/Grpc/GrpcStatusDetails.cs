using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace TraceGap.Server.Grpc;

/// <summary>Writes <c>grpc-status-details-bin</c>: a <c>google.rpc.Status</c> that carries a <c>google.rpc.RetryInfo</c>, in base64 without padding.</summary>
internal static class GrpcStatusDetails
{
    private const string RetryInfoTypeUrl = "type.googleapis.com/google.rpc.RetryInfo";

    // message Status { int32 code = 1; string message = 2; repeated google.protobuf.Any details = 3; }
    private const int StatusCode = 1;
    private const int StatusMessage = 2;
    private const int StatusDetails = 3;

    // message RetryInfo { google.protobuf.Duration retry_delay = 1; }
    private const int RetryDelay = 1;

    /// <summary>The header's value for a failed call that is worth another try after <paramref name="retryAfter"/>.</summary>
    public static string Encode(GrpcStatusCode code, string message, TimeSpan retryAfter) =>
        Convert.ToBase64String(Status(code, message, retryAfter)).TrimEnd('=');

    private static byte[] Status(GrpcStatusCode code, string message, TimeSpan retryAfter)
    {
        Any retryInfo = new()
        {
            TypeUrl = RetryInfoTypeUrl,
            Value = ByteString.CopyFrom(Write(output => WriteMessage(output, RetryDelay, Duration.FromTimeSpan(retryAfter)))),
        };
        return Write(output =>
        {
            output.WriteTag(StatusCode, WireFormat.WireType.Varint);
            output.WriteInt32((int)code);
            output.WriteTag(StatusMessage, WireFormat.WireType.LengthDelimited);
            output.WriteString(message);
            WriteMessage(output, StatusDetails, retryInfo);
        });
    }

    private static void WriteMessage(CodedOutputStream output, int field, IMessage message)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteMessage(message);
    }

    private static byte[] Write(Action<CodedOutputStream> write)
    {
        using MemoryStream bytes = new();
        using CodedOutputStream output = new(bytes, leaveOpen: true);
        write(output);
        output.Flush();
        return bytes.ToArray();
    }
}
