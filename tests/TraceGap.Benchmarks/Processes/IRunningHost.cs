using TraceGap.Benchmarks.Load;

namespace TraceGap.Benchmarks.Processes;

/// <summary>Where a measured server listens.</summary>
/// <param name="OtlpGrpc">OTLP/gRPC.</param>
/// <param name="OtlpHttp">OTLP/HTTP.</param>
/// <param name="Http">Query API; null if it has none.</param>
internal sealed record HostAddresses(Uri OtlpGrpc, Uri OtlpHttp, Uri? Http)
{
    /// <summary>Where a transport is received.</summary>
    public Uri Otlp(Transport transport) => transport == Transport.Grpc ? OtlpGrpc : OtlpHttp;
}

/// <summary>A server in this process.</summary>
internal interface IRunningHost : IAsyncDisposable
{
    /// <summary>Where it listens.</summary>
    HostAddresses Addresses { get; }
}
