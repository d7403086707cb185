using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace TraceGap.Server.Grpc;

/// <summary>Writes <c>google.rpc.Status</c> and the details that it may carry.</summary>
internal static class RpcStatus
{
    /// <summary>Names the type of <see cref="BadRequest"/>.</summary>
    public const string BadRequestTypeUrl = "type.googleapis.com/google.rpc.BadRequest";

    private const string RetryInfoTypeUrl = "type.googleapis.com/google.rpc.RetryInfo";

    // message Status { int32 code = 1; string message = 2; repeated google.protobuf.Any details = 3; }
    private const int StatusCode = 1;
    private const int StatusMessage = 2;
    private const int StatusDetails = 3;

    // message RetryInfo { google.protobuf.Duration retry_delay = 1; }
    private const int RetryDelay = 1;

    // message BadRequest { repeated FieldViolation field_violations = 1; }  message FieldViolation { string field = 1; string description = 2; }
    private const int FieldViolations = 1;
    private const int ViolationDescription = 2;

    /// <summary>A status in the wire format, with at most one detail.</summary>
    public static byte[] Write(GrpcStatusCode code, string message, Any? detail) => Write(output =>
    {
        output.WriteTag(StatusCode, WireFormat.WireType.Varint);
        output.WriteInt32((int)code);
        output.WriteTag(StatusMessage, WireFormat.WireType.LengthDelimited);
        output.WriteString(message);
        if (detail is not null)
        {
            WriteMessage(output, StatusDetails, detail);
        }
    });

    /// <summary>The detail that says when another try makes sense.</summary>
    public static Any RetryInfo(TimeSpan retryAfter) =>
        Detail(RetryInfoTypeUrl, output => WriteMessage(output, RetryDelay, Duration.FromTimeSpan(retryAfter)));

    /// <summary>The detail that says what is wrong with the data.</summary>
    public static Any BadRequest(string description) => Detail(BadRequestTypeUrl, output =>
    {
        byte[] violation = Write(inner =>
        {
            inner.WriteTag(ViolationDescription, WireFormat.WireType.LengthDelimited);
            inner.WriteString(description);
        });
        output.WriteTag(FieldViolations, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(violation));
    });

    private static Any Detail(string typeUrl, Action<CodedOutputStream> write) => new() { TypeUrl = typeUrl, Value = ByteString.CopyFrom(Write(write)) };

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
