using TraceGap.Aggregation;

namespace TraceGap.Server.Configuration;

/// <summary>Everything a user may set about a server; every default is here with its reason in the key's description.</summary>
public sealed class ServerOptions
{
    /// <summary>Default of <see cref="OtlpGrpc"/>: OTLP/gRPC's registered port, loopback.</summary>
    public const string DefaultOtlpGrpc = "127.0.0.1:4317";

    /// <summary>Default of <see cref="Http"/>.</summary>
    public const string DefaultHttp = "127.0.0.1:4319";

    /// <summary>Default of <see cref="MaxRequestBytes"/>.</summary>
    public const int DefaultMaxRequestBytes = 64 * 1024 * 1024;

    /// <summary>The data folder; made if it is not there.</summary>
    public string DataFolder { get; set; } = "tracegap-data";

    /// <summary>Where OTLP/gRPC and the gRPC query service listen, HOST:PORT; port 0 takes a free one.</summary>
    public string OtlpGrpc { get; set; } = DefaultOtlpGrpc;

    /// <summary>Where the query API and the probes listen, HOST:PORT; port 0 takes a free one.</summary>
    public string Http { get; set; } = DefaultHttp;

    /// <summary>Wait for the disk, not only for the operating system, before a request is acknowledged.</summary>
    public bool Fsync { get; set; }

    /// <summary>Largest OTLP request, bytes, as sent and after decompression.</summary>
    public int MaxRequestBytes { get; set; } = DefaultMaxRequestBytes;

    /// <summary>When traces are taken to be complete.</summary>
    public AssemblyOptions Assembly { get; set; } = new();

    /// <summary>How traces are analysed.</summary>
    public AnalysisOptions Analysis { get; set; } = new();
}
