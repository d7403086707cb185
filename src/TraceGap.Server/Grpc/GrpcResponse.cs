using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;

namespace TraceGap.Server.Grpc;

/// <summary>Writes the answer of a unary call: headers, one message and trailers, or one block of headers that says why not.</summary>
internal static class GrpcResponse
{
    /// <summary>Writes a reply.</summary>
    public static Task WriteAsync(HttpResponse response, GrpcReply reply) =>
        reply.Status.Code == GrpcStatusCode.Ok ? WriteMessageAsync(response, reply.Message) : WriteStatusAsync(response, reply.Status);

    /// <summary>Writes a failure. Nothing was sent before it, so that the status travels among the headers ("Trailers-Only").</summary>
    public static Task WriteStatusAsync(HttpResponse response, GrpcStatus status)
    {
        response.ContentType = GrpcHeaders.ContentType;
        string message = GrpcStatusText.Cut(status.Message);
        response.Headers[GrpcHeaders.Status] = CodeText(status.Code);
        response.Headers[GrpcHeaders.Message] = GrpcStatusText.Encode(message);
        if (status.RetryAfter is { } retryAfter)
        {
            response.Headers[GrpcHeaders.StatusDetails] = GrpcStatusDetails.Encode(status.Code, message, retryAfter);
        }

        // Untouched, the body ends with the headers: one HEADERS frame with END_STREAM, which some clients insist on. Kestrel adds
        // "content-length: 0" to it and offers no way not to; it is true, and clients pass over it.
        return response.CompleteAsync();
    }

    private static Task WriteMessageAsync(HttpResponse response, ReadOnlyMemory<byte> message)
    {
        response.ContentType = GrpcHeaders.ContentType;
        PipeWriter body = response.BodyWriter;
        GrpcFrame.Write(body.GetSpan(GrpcFrame.PrefixSize), message.Length);
        body.Advance(GrpcFrame.PrefixSize);
        body.Write(message.Span);
        response.AppendTrailer(GrpcHeaders.Status, CodeText(GrpcStatusCode.Ok));
        return response.CompleteAsync();
    }

    private static string CodeText(GrpcStatusCode code) => ((int)code).ToString(CultureInfo.InvariantCulture);
}
