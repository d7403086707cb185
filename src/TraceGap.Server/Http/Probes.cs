using TraceGap.Server.Ingest;
using TraceGap.Server.Rules;
using TraceGap.Server.Security;

namespace TraceGap.Server.Http;

/// <summary><c>/healthz</c>: the process answers. <c>/readyz</c>: it takes spans and stores them, and what was found damaged in its data folder, and what is wrong in the rule file.</summary>
internal static class Probes
{
    private const int MostTold = 20;

    /// <summary>Maps both probes.</summary>
    public static void MapProbes(this IEndpointRouteBuilder endpoints, IngestPipeline pipeline, LiveRules rules)
    {
        endpoints.MapGet("/healthz", static () => Results.Text("ok\n")).AllowAnyone().WithSummary("The process answers");
        endpoints.MapGet("/readyz", () => pipeline.Problem is string problem
                ? Results.Text($"{problem}\n", statusCode: StatusCodes.Status503ServiceUnavailable)
                : Results.Text($"ready\n{string.Concat(pipeline.Damages.Take(MostTold).Select(static damage => $"damaged: {damage}\n"))}{string.Concat(rules.Mistakes.Take(MostTold).Select(static mistake => $"rules not taken up: {mistake}\n"))}"))
            .AllowAnyone()
            .WithSummary("Spans are taken and stored");
    }
}
