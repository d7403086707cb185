using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace TraceGap.Server.Grpc;

/// <summary>Settings of a Kestrel server that gRPC clients connect to.</summary>
public static class GrpcKestrelExtensions
{
    /// <summary>Exporters send every few seconds and keep their connection; ten minutes outlast a pause without making each export a new one.</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(10);

    /// <summary>Keeps idle connections for ten minutes, then ends them with GOAWAY. Pings are answered, however many there are.</summary>
    public static void UseGrpcConnections(this KestrelServerOptions kestrel) => kestrel.Limits.KeepAliveTimeout = IdleTimeout;

    /// <summary>HTTP/2 alone: over plain TCP a client must know beforehand which version is spoken ("prior knowledge").</summary>
    public static void UseGrpc(this ListenOptions listen) => listen.Protocols = HttpProtocols.Http2;
}
