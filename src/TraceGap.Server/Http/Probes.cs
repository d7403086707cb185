using TraceGap.Server.Ingest;

namespace TraceGap.Server.Http;

/// <summary><c>/healthz</c>: the process answers. <c>/readyz</c>: it takes spans and stores them.</summary>
internal static class Probes
{
    /// <summary>Maps both probes.</summary>
    public static void MapProbes(this IEndpointRouteBuilder endpoints, IngestPipeline pipeline)
    {
        endpoints.MapGet("/healthz", static () => Results.Text("ok\n")).WithSummary("The process answers");
        endpoints.MapGet("/readyz", () => pipeline.Problem is string problem
                ? Results.Text($"{problem}\n", statusCode: StatusCodes.Status503ServiceUnavailable)
                : Results.Text("ready\n"))
            .WithSummary("Spans are taken and stored");
    }
}
