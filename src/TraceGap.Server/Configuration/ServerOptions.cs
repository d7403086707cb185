using TraceGap.Aggregation;
using TraceGap.Otlp;
using TraceGap.Reporting;
using TraceGap.Server.Alerts;
using TraceGap.Server.Objectives;
using TraceGap.Server.Security;
using TraceGap.Storage;

namespace TraceGap.Server.Configuration;

/// <summary>Everything a user may set about a server; every default is here with its reason in the key's description.</summary>
public sealed class ServerOptions
{
    /// <summary>Default of <see cref="OtlpGrpc"/>: OTLP/gRPC's registered port, loopback.</summary>
    public const string DefaultOtlpGrpc = "127.0.0.1:4317";

    /// <summary>Default of <see cref="OtlpHttp"/>: OTLP/HTTP's registered port, loopback.</summary>
    public const string DefaultOtlpHttp = "127.0.0.1:4318";

    /// <summary>Default of <see cref="Http"/>.</summary>
    public const string DefaultHttp = "127.0.0.1:4319";

    /// <summary>Default of <see cref="MaxRequestBytes"/>.</summary>
    public const int DefaultMaxRequestBytes = 64 * 1024 * 1024;

    /// <summary>The data folder; made if it is not there.</summary>
    public string DataFolder { get; set; } = "tracegap-data";

    /// <summary>Where OTLP/gRPC and the gRPC query service listen, HOST:PORT; port 0 takes a free one.</summary>
    public string OtlpGrpc { get; set; } = DefaultOtlpGrpc;

    /// <summary>Where OTLP/HTTP listens, HOST:PORT; port 0 takes a free one.</summary>
    public string OtlpHttp { get; set; } = DefaultOtlpHttp;

    /// <summary>Web origins whose pages may send OTLP/HTTP, as <c>https://shop.example</c>, <c>https://*.example</c> or <c>*</c>; none unless set.</summary>
    public List<string> OtlpHttpCorsOrigins { get; } = [];

    /// <summary>Where the query API and the probes listen, HOST:PORT; port 0 takes a free one.</summary>
    public string Http { get; set; } = DefaultHttp;

    /// <summary>Wait for the disk, not only for the operating system, before a request is acknowledged.</summary>
    public bool Fsync { get; set; }

    /// <summary>Largest OTLP request, bytes, as sent and after decompression.</summary>
    public int MaxRequestBytes { get; set; } = DefaultMaxRequestBytes;

    /// <summary>Memory that the process may take, bytes. Beyond it senders are asked to come again and traces are stored early; nothing is dropped.</summary>
    public long MaxMemoryBytes { get; set; } = MemoryPlan.Default();

    /// <summary>Who may connect and who may call.</summary>
    public SecurityOptions Security { get; set; } = new();

    /// <summary>
    /// Bytes of requests that may be in memory at once, compressed and decompressed together, over all transports; null for a share of <see cref="MaxMemoryBytes"/>. At least two,
    /// or a compressed request of the largest size could never be taken.
    /// </summary>
    public long? MaxInFlightBytes { get; set; }

    /// <summary>What is kept of attributes.</summary>
    public KeepOptions Keep { get; set; } = KeepOptions.Default;

    /// <summary>Longest kept attribute value, UTF-16 code units.</summary>
    public int MaxValueLength { get; set; } = DecodeLimits.DefaultMaxValueChars;

    /// <summary>When traces are taken to be complete.</summary>
    public AssemblyOptions Assembly { get; set; } = new();

    /// <summary>How traces are analysed.</summary>
    public AnalysisOptions Analysis { get; set; } = new();

    /// <summary>A file with rules of the user's own for layers, followed as it changes; null for none.</summary>
    public string? RuleFile { get; set; }

    /// <summary>How long and how much is kept.</summary>
    public RetentionOptions Retention { get; set; } = new();

    /// <summary>What is watched, and who is told.</summary>
    public AlertOptions Alerts { get; set; } = new();

    /// <summary>What workflows are held to as a whole.</summary>
    public ObjectiveOptions Objectives { get; set; } = new();

    /// <summary>What models cost.</summary>
    public PriceTable Prices { get; set; } = PriceTable.Empty;

    /// <summary>Reliabilities that are promised, 0 to 1, by name of layer or text of step key; the step key wins.</summary>
    public IReadOnlyDictionary<string, double> Advertised { get; set; } = new Dictionary<string, double>();

    /// <summary>Size at which the inbox starts another file; tests make it small.</summary>
    internal int InboxSegmentBytes { get; set; } = StoreOptions.DefaultInboxSegmentBytes;

    /// <summary>Pages that gather in the database's log before they are moved; tests make it small.</summary>
    internal int CheckpointPages { get; set; } = StoreOptions.DefaultCheckpointPages;
}
