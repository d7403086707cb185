using TraceGap.Aggregation;
using TraceGap.Otlp;
using TraceGap.Otlp.Files;

namespace TraceGap.Server.Configuration;

/// <summary>Makes decoders as a user configured them, the same for spans that are received and for recorded ones.</summary>
public static class Decoding
{
    /// <summary>A decoder of requests.</summary>
    /// <param name="options">What the user set.</param>
    /// <param name="rules">The rules that hold now.</param>
    public static OtlpTraceDecoder NewDecoder(this ServerOptions options, LayerRuleSet rules) => new(Limits(options), Keep(options, rules));

    /// <summary>A reader of recorded spans.</summary>
    public static OtlpFileReader NewFileReader(this ServerOptions options) => new(Limits(options), Keep(options, options.Analysis.Rules));

    private static DecodeLimits Limits(ServerOptions options) => DecodeLimits.Default with { MaxValueChars = options.MaxValueLength };

    // A key that names layers, or that a rule looks at, has to be kept to be read.
    private static KeepOptions Keep(ServerOptions options, LayerRuleSet rules) =>
        options.Keep with { Attributes = [.. options.Keep.Attributes, .. options.Analysis.LayerKeys, .. options.Analysis.TaskKeys, .. rules.Keys] };
}
