using System.Net;
using TraceGap.Server.Security;

namespace TraceGap.Server.Configuration;

/// <summary>The addresses that a server listens on, and what it serves there.</summary>
internal sealed class ServerListeners
{
    /// <summary>Reads the addresses.</summary>
    /// <exception cref="InvalidOptionsException">One of them is none.</exception>
    public ServerListeners(ServerOptions options)
    {
        OtlpGrpc = new Listener("OtlpGrpc", EndPoint("OtlpGrpc", options.OtlpGrpc), [AccessScope.Ingest, AccessScope.Query]);
        OtlpHttp = new Listener("OtlpHttp", EndPoint("OtlpHttp", options.OtlpHttp), [AccessScope.Ingest]);
        Http = new Listener("Http", EndPoint("Http", options.Http), [AccessScope.Query]);
    }

    /// <summary>OTLP/gRPC and the gRPC query service.</summary>
    public Listener OtlpGrpc { get; }

    /// <summary>OTLP/HTTP.</summary>
    public Listener OtlpHttp { get; }

    /// <summary>The query API and the probes.</summary>
    public Listener Http { get; }

    /// <summary>All of them.</summary>
    public IReadOnlyList<Listener> All => [OtlpGrpc, OtlpHttp, Http];

    private static IPEndPoint EndPoint(string key, string text) => ServerOptionsReader.TryParseEndPoint(text, out IPEndPoint endPoint)
        ? endPoint
        : throw new InvalidOptionsException([$"{key}: \"{text}\" is no HOST:PORT"]);
}
