using TraceGap.Server.Telemetry.OpenMetrics;

namespace TraceGap.Server.Telemetry;

/// <summary><c>/metrics</c>: the server's own metrics and gauges of what reports say, for Prometheus and what reads its formats.</summary>
internal static class MetricsEndpoint
{
    /// <summary>Maps it.</summary>
    public static void MapMetrics(this IEndpointRouteBuilder endpoints, SelfTelemetry telemetry) =>
        endpoints.MapGet("/metrics", (HttpContext context) =>
            {
                MetricsFormat format = MetricsFormats.Negotiate(context.Request.Headers.Accept);
                context.Response.Headers.Vary = Microsoft.Net.Http.Headers.HeaderNames.Accept;
                return Results.Text(telemetry.Scrape(format), MetricsFormats.ContentType(format));
            })
            .WithSummary("Own metrics in OpenMetrics or Prometheus text");
}
