using TraceGap.Server.Grpc;
using TraceGap.Server.Security;

namespace TraceGap.Server.UnaryHttp;

/// <summary>Tells over plain HTTP that a call is not served. The request's body is not read.</summary>
internal static class UnaryHttpRefusal
{
    /// <summary>Answers with a status in the format of the request.</summary>
    public static Task WriteAsync(HttpContext context, AccessRefusal refusal)
    {
        HttpRefusal.Challenge(context.Response, refusal.Reason);
        return HttpAnswer.RefuseAsync(
            context,
            HttpRequestHead.ParseFormat(context.Request.ContentType) ?? PayloadFormat.Json,
            HttpReply.Failure(HttpRefusal.StatusOf(refusal.Reason), new GrpcStatus(GrpcRefusal.CodeOf(refusal.Reason), refusal.Text)));
    }
}
