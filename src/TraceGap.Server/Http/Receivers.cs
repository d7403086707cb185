using System.Text.Json.Serialization;

namespace TraceGap.Server.Http;

/// <summary>Where this server takes spans.</summary>
/// <param name="OtlpGrpc">Address of OTLP/gRPC.</param>
/// <param name="OtlpHttp">Address of OTLP/HTTP, without <c>/v1/traces</c>.</param>
/// <param name="NeedsToken">True if senders need a bearer token.</param>
internal sealed record Receivers(string OtlpGrpc, string OtlpHttp, bool NeedsToken)
{
    /// <summary>Maps <c>GET /api/v1/receivers</c>.</summary>
    /// <param name="endpoints">Where to.</param>
    /// <param name="read">Asked with each call: addresses are known once the server listens.</param>
    public static void Map(IEndpointRouteBuilder endpoints, Func<Receivers> read) =>
        endpoints.MapGet("/api/v1/receivers", () => Results.Json(read(), ReceiversJsonContext.Default.Receivers))
            .Produces<Receivers>()
            .WithSummary("Where this server takes spans, for who sets a sender up");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Receivers))]
internal sealed partial class ReceiversJsonContext : JsonSerializerContext;
