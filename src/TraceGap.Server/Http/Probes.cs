using TraceGap.Server.Ingest;
using TraceGap.Server.Security;

namespace TraceGap.Server.Http;

/// <summary><c>/healthz</c>: the process answers. <c>/readyz</c>: it takes spans and stores them, and what was found damaged in its data folder.</summary>
internal static class Probes
{
    private const int MostDamagesTold = 20;

    /// <summary>Maps both probes.</summary>
    public static void MapProbes(this IEndpointRouteBuilder endpoints, IngestPipeline pipeline)
    {
        endpoints.MapGet("/healthz", static () => Results.Text("ok\n")).AllowAnyone().WithSummary("The process answers");
        endpoints.MapGet("/readyz", () => pipeline.Problem is string problem
                ? Results.Text($"{problem}\n", statusCode: StatusCodes.Status503ServiceUnavailable)
                : Results.Text($"ready\n{string.Concat(pipeline.Damages.Take(MostDamagesTold).Select(static damage => $"damaged: {damage}\n"))}"))
            .AllowAnyone()
            .WithSummary("Spans are taken and stored");
    }
}
