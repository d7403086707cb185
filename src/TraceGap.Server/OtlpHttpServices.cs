using Microsoft.Net.Http.Headers;
using TraceGap.Server.Otlp;
using TraceGap.Server.Telemetry;

namespace TraceGap.Server;

/// <summary>What is served on the OTLP/HTTP port.</summary>
internal static class OtlpHttpServices
{
    /// <summary>Browsers ask again what an origin may do after so long; the longest that they all heed.</summary>
    private static readonly TimeSpan PreflightMaxAge = TimeSpan.FromHours(2);

    private static readonly string[] Paths = [.. OtlpSignal.All.Select(static signal => signal.Path)];

    /// <summary>
    /// What requests pass before they are asked for a token: they are counted, and browsers learn that pages of <paramref name="corsOrigins"/> may send. Such a question
    /// carries no token, and a refusal for want of one must be readable to the page.
    /// </summary>
    public static void UseOtlpHttpServices(this IApplicationBuilder application, IReadOnlyCollection<string> corsOrigins, SelfTelemetry telemetry)
    {
        application.Use((context, next) => telemetry.Requests.Http.ServeAsync(context, next, Paths));
        if (corsOrigins.Count > 0)
        {
            application.UseCors(policy => policy
                .WithOrigins([.. corsOrigins])
                .SetIsOriginAllowedToAllowWildcardSubdomains()
                .WithMethods(HttpMethods.Post)
                .AllowAnyHeader()
                .WithExposedHeaders(HeaderNames.RetryAfter)
                .SetPreflightMaxAge(PreflightMaxAge));
        }
    }
}
