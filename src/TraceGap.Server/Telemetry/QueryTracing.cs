using System.Diagnostics;
using System.Globalization;
using Microsoft.Net.Http.Headers;
using TraceGap.Server.Live;

namespace TraceGap.Server.Telemetry;

/// <summary>Own spans of queries, one per request, in the words of OpenTelemetry's semantic conventions for HTTP and RPC servers.</summary>
/// <remarks>
/// Spans are made for what people and programs ask. Receiving spans makes none, nor does anything that follows from it: a server that sends its spans to itself would else
/// answer each with another. Probes and scrapes make none either; they would drown the rest. Nor do event streams, which last as long as somebody looks.
/// </remarks>
internal sealed class QueryTracing(ActivitySource activities)
{
    private const string ApiPrefix = "/api/";
    private const string ServicePrefix = "/tracegap.";

    // Codes by which a server says that the fault is its own (semantic conventions for gRPC).
    private static readonly HashSet<string> ServerFaults = ["UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"];

    /// <summary>Serves a request of the query API over HTTP.</summary>
    public Task ServeHttpAsync(HttpContext context, RequestDelegate next)
    {
        PathString path = context.Request.Path;
        if (!activities.HasListeners() || !path.StartsWithSegments(ApiPrefix.TrimEnd('/')) || path == EventEndpoint.Path)
        {
            return next(context);
        }

        string route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "";
        ActivityTagsCollection tags = new()
        {
            ["http.request.method"] = context.Request.Method,
            ["url.scheme"] = context.Request.Scheme,
            ["url.path"] = path.Value,
        };
        if (route.Length > 0)
        {
            tags["http.route"] = route;
        }

        return ServeAsync(context, next, $"{context.Request.Method} {route}".TrimEnd(), tags, SetHttpStatus);
    }

    /// <summary>Serves a call of the query service over gRPC.</summary>
    public Task ServeGrpcAsync(HttpContext context, RequestDelegate next)
    {
        string path = context.Request.Path.Value ?? "";
        if (!activities.HasListeners() || !path.StartsWith(ServicePrefix, StringComparison.Ordinal) || context.GetEndpoint() is null)
        {
            return next(context);
        }

        string method = path[1..];
        return ServeAsync(context, next, method, new ActivityTagsCollection { ["rpc.system.name"] = "grpc", ["rpc.method"] = method }, SetGrpcStatus);
    }

    private async Task ServeAsync(HttpContext context, RequestDelegate next, string name, ActivityTagsCollection tags, Action<HttpContext, Activity> setStatus)
    {
        HostString host = context.Request.Host;
        tags["server.address"] = host.Host;
        if (host.Port is int port)
        {
            tags["server.port"] = port;
        }

        // The web host has an activity of its own that is never exported: as the parent it would be missing. The caller's span is the parent.
        Activity.Current = null;
        ActivityContext.TryParse(context.Request.Headers[HeaderNames.TraceParent], context.Request.Headers[HeaderNames.TraceState], isRemote: true, out ActivityContext caller);
        using Activity? activity = activities.StartActivity(name, ActivityKind.Server, caller, tags);
        try
        {
            await next(context);
        }
        catch (Exception exception)
        {
            activity?.SetTag("error.type", exception.GetType().FullName);
            activity?.SetStatus(ActivityStatusCode.Error);
            throw;
        }

        if (activity is not null)
        {
            setStatus(context, activity);
        }
    }

    private static void SetHttpStatus(HttpContext context, Activity activity)
    {
        int status = context.Response.StatusCode;
        activity.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError)
        {
            activity.SetTag("error.type", status.ToString(CultureInfo.InvariantCulture));
            activity.SetStatus(ActivityStatusCode.Error);
        }
    }

    private static void SetGrpcStatus(HttpContext context, Activity activity)
    {
        string code = GrpcCalls.CodeOf(context);
        activity.SetTag("rpc.response.status_code", code);
        if (ServerFaults.Contains(code))
        {
            activity.SetTag("error.type", code);
            activity.SetStatus(ActivityStatusCode.Error);
        }
    }
}
