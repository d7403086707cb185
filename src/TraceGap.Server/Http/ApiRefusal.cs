using TraceGap.Server.Security;

namespace TraceGap.Server.Http;

/// <summary>Tells over the query API that a call is not served.</summary>
internal static class ApiRefusal
{
    /// <summary>Answers with a problem document.</summary>
    public static Task WriteAsync(HttpContext context, AccessRefusal refusal)
    {
        HttpRefusal.Challenge(context.Response, refusal.Reason);
        context.Response.StatusCode = HttpRefusal.StatusOf(refusal.Reason);
        return ApiEndpoints.WriteProblem(context.Response, refusal.Text, context.RequestAborted);
    }
}
