using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace TraceGap.Server.Grpc;

/// <summary>Settings of a Kestrel server that gRPC clients connect to.</summary>
public static class GrpcKestrelExtensions
{
    /// <summary>HTTP/2 alone: over plain TCP a client must know beforehand which version is spoken ("prior knowledge").</summary>
    public static void UseGrpc(this ListenOptions listen) => listen.Protocols = HttpProtocols.Http2;
}
