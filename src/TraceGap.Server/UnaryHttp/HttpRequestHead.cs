using Microsoft.Net.Http.Headers;

namespace TraceGap.Server.UnaryHttp;

/// <summary>What the headers of a call say about its body.</summary>
/// <param name="Format">How the message is written.</param>
/// <param name="Encoding">How the body is compressed.</param>
/// <param name="Length">Bytes of the body; null if it comes in chunks.</param>
internal readonly record struct HttpRequestHead(PayloadFormat Format, PayloadEncoding Encoding, long? Length)
{
    public const string ProtobufType = "application/x-protobuf";
    public const string JsonType = "application/json";

    /// <summary>What <c>Accept</c> says to a client whose content type is unknown.</summary>
    public const string AcceptedTypes = $"{ProtobufType}, {JsonType}";

    /// <summary>What <c>Accept-Encoding</c> says to a client whose encoding is unknown (RFC 9110 section 12.5.3).</summary>
    public const string AcceptedEncodings = "gzip, deflate, identity";

    /// <summary>Reads the headers; if <paramref name="refusal"/> says why not, it is to be answered in the head's format.</summary>
    public static bool TryRead(HttpRequest request, out HttpRequestHead head, out HttpReply refusal)
    {
        refusal = default;
        PayloadFormat? format = ParseFormat(request.ContentType);
        string encodingText = request.Headers.ContentEncoding.ToString();
        PayloadEncoding? encoding = ParseEncoding(encodingText);
        head = new HttpRequestHead(format ?? PayloadFormat.Json, encoding ?? PayloadEncoding.Identity, request.ContentLength);
        if (!HttpMethods.IsPost(request.Method))
        {
            refusal = HttpRefusals.NotPost(request.Method);
        }
        else if (format is null)
        {
            refusal = HttpRefusals.UnknownType(request.ContentType);
        }
        else if (encoding is null)
        {
            refusal = HttpRefusals.UnknownEncoding(encodingText);
        }

        return refusal == default;
    }

    /// <summary>The format of a content type, whatever its parameters; null if it is no known one.</summary>
    public static PayloadFormat? ParseFormat(string? contentType)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type))
        {
            return null;
        }

        return type.MediaType.Equals(ProtobufType, StringComparison.OrdinalIgnoreCase) ? PayloadFormat.Protobuf
            : type.MediaType.Equals(JsonType, StringComparison.OrdinalIgnoreCase) ? PayloadFormat.Json
            : null;
    }

    // x-gzip is gzip (RFC 9110 section 8.4.1.3); zlib is what the Collector's exporter calls deflate if told so.
    private static PayloadEncoding? ParseEncoding(string text) => text.ToUpperInvariant() switch
    {
        "" or "IDENTITY" => PayloadEncoding.Identity,
        "GZIP" or "X-GZIP" => PayloadEncoding.Gzip,
        "DEFLATE" or "ZLIB" => PayloadEncoding.Deflate,
        _ => null,
    };
}
