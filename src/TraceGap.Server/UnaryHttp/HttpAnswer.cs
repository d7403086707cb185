using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using TraceGap.Server.Grpc;

namespace TraceGap.Server.UnaryHttp;

/// <summary>Writes the answer of a call: its message, or a <c>google.rpc.Status</c>, in the format of the request.</summary>
internal static class HttpAnswer
{
    /// <summary>Writes a reply to a request whose body was read.</summary>
    public static Task WriteAsync(HttpResponse response, PayloadFormat format, HttpReply reply) =>
        WriteBytesAsync(response, format, reply, reply.Status.Code == GrpcStatusCode.Ok ? reply.Message : HttpStatusBody.Write(format, reply));

    /// <summary>Writes a reply to a request whose body, if there is one, was not read to its end.</summary>
    public static Task RefuseAsync(HttpContext context, PayloadFormat format, HttpReply reply)
    {
        // What is left of the body would stand before the next request on this connection, and reading it costs more than a new connection.
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            context.Response.Headers.Connection = "close";
        }

        return WriteAsync(context.Response, format, reply);
    }

    private static async Task WriteBytesAsync(HttpResponse response, PayloadFormat format, HttpReply reply, ReadOnlyMemory<byte> bytes)
    {
        response.StatusCode = reply.HttpStatus;
        response.ContentType = format == PayloadFormat.Json ? HttpRequestHead.JsonType : HttpRequestHead.ProtobufType;
        response.ContentLength = bytes.Length;
        if (reply.Status.RetryAfter is { } delay)
        {
            // Whole seconds, rounded up: 0 would say at once.
            response.Headers.RetryAfter = Math.Ceiling(delay.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        await response.Body.WriteAsync(bytes);
        await response.CompleteAsync();
    }
}
