using System.Text.Json;
using System.Text.Json.Serialization;

namespace TraceGap.Server.Live;

/// <summary><c>GET /api/v1/events</c>: server-sent events that say when it is worth asking again.</summary>
internal static class EventEndpoint
{
    /// <summary>Where it is.</summary>
    public const string Path = "/api/v1/events";

    private static readonly byte[] Heartbeat = ": still here\n\n"u8.ToArray();

    /// <summary>Maps it.</summary>
    public static void MapEvents(this IEndpointRouteBuilder endpoints, StoreChanges changes) =>
        endpoints.MapGet(Path, (HttpContext context, IHostApplicationLifetime lifetime) => ServeAsync(context, changes, lifetime.ApplicationStopping))
            .Produces<StoreChange>(StatusCodes.Status200OK, "text/event-stream")
            .WithSummary("Tells when there is something new")
            .WithDescription("Server-sent events. `change`, whose data is this document, comes at once and then, at most once a second, whenever traces were stored. A comment every 15 seconds keeps the connection.");

    private static async Task ServeAsync(HttpContext context, StoreChanges changes, CancellationToken stopping)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        HttpResponse response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";

        // Proxies that gather answers would hold events back.
        response.Headers["X-Accel-Buffering"] = "no";
        await foreach (StoreChange? change in changes.ListenAsync(stop.Token))
        {
            await response.Body.WriteAsync(change is null ? Heartbeat : Event(change), stop.Token);
            await response.Body.FlushAsync(stop.Token);
        }
    }

    private static byte[] Event(StoreChange change) =>
        [.. "event: change\ndata: "u8, .. JsonSerializer.SerializeToUtf8Bytes(change, StoreChangeJsonContext.Default.StoreChange), .. "\n\n"u8];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StoreChange))]
internal sealed partial class StoreChangeJsonContext : JsonSerializerContext;
