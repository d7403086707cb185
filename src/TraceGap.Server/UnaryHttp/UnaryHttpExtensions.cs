using TraceGap.Server.Calls;

namespace TraceGap.Server.UnaryHttp;

/// <summary>Serves calls over plain HTTP as ordinary endpoints of a Kestrel listener: one message in, one out, protobuf or JSON as the request says.</summary>
public static class UnaryHttpExtensions
{
    /// <summary>Serves <paramref name="path"/>.</summary>
    /// <param name="endpoints">Where to.</param>
    /// <param name="path">The path.</param>
    /// <param name="handler">Answers the calls.</param>
    /// <param name="limits">What a call may cost; <see cref="CallLimits.Budget"/> is shared by all endpoints of the server.</param>
    /// <remarks>Time is the <see cref="TimeProvider"/> among the services, else the system's.</remarks>
    public static IEndpointConventionBuilder MapUnaryHttp(this IEndpointRouteBuilder endpoints, string path, UnaryHttpHandler handler, CallLimits limits)
    {
        TimeProvider time = endpoints.ServiceProvider.GetService<TimeProvider>() ?? TimeProvider.System;
        ILogger logger = endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(UnaryHttpCall).FullName!);
        return endpoints.Map(path, new UnaryHttpCall(handler, limits, time, logger).InvokeAsync).WithDisplayName($"HTTP {path}");
    }

    /// <summary>Answers every other path. Map it once.</summary>
    /// <param name="endpoints">Where to.</param>
    /// <param name="whatIsServed">A sentence that helps whoever took the wrong path.</param>
    public static IEndpointConventionBuilder MapUnknownHttp(this IEndpointRouteBuilder endpoints, string whatIsServed) =>
        endpoints.MapFallback("{**path}", context => HttpAnswer.RefuseAsync(
                context,
                HttpRequestHead.ParseFormat(context.Request.ContentType) ?? PayloadFormat.Json,
                HttpRefusals.UnknownPath(context.Request.Path, whatIsServed)))
            .WithDisplayName("HTTP unknown path");
}
