using Microsoft.Net.Http.Headers;

namespace TraceGap.Server.Grpc;

/// <summary>What the headers of a call say about its body and its deadline.</summary>
/// <param name="Encoding">Compression of the messages.</param>
/// <param name="Timeout">Time that the client gives the call; infinite where it says nothing.</param>
internal readonly record struct GrpcRequestHead(GrpcEncoding Encoding, TimeSpan Timeout)
{
    /// <summary>What <c>grpc-accept-encoding</c> says to a client whose encoding is unknown.</summary>
    public const string AcceptedEncodings = "identity,gzip";

    /// <summary>True if the request is gRPC with protobuf messages; <c>application/grpc-web</c> and other message formats are not.</summary>
    public static bool IsGrpc(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
        && (type.MediaType.Equals(GrpcHeaders.ContentType, StringComparison.OrdinalIgnoreCase)
            || type.MediaType.Equals(GrpcHeaders.ContentTypeProto, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads the headers; on false <paramref name="refusal"/> says why not.</summary>
    public static bool TryRead(IHeaderDictionary headers, out GrpcRequestHead head, out GrpcStatus refusal)
    {
        head = default;
        refusal = GrpcStatus.Ok;
        TimeSpan timeout = System.Threading.Timeout.InfiniteTimeSpan;
        if (headers.TryGetValue(GrpcHeaders.Timeout, out var timeoutText) && !GrpcTimeout.TryParse(timeoutText.ToString(), out timeout))
        {
            refusal = new GrpcStatus(GrpcStatusCode.Internal, $"grpc-timeout '{timeoutText}' is malformed");
            return false;
        }

        string encodingText = headers[GrpcHeaders.Encoding].ToString();
        if (ParseEncoding(encodingText) is not { } encoding)
        {
            refusal = new GrpcStatus(
                GrpcStatusCode.Unimplemented, $"grpc-encoding '{encodingText}' is not supported, only {AcceptedEncodings}");
            return false;
        }

        head = new GrpcRequestHead(encoding, timeout);
        return true;
    }

    private static GrpcEncoding? ParseEncoding(string text) => text switch
    {
        "" or "identity" => GrpcEncoding.Identity,
        "gzip" => GrpcEncoding.Gzip,
        _ => null,
    };
}
