using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace TraceGap.Reporting.Traces;

/// <summary>JSON of traces and trace lists: camel case, nulls written. The same trace gives the same bytes.</summary>
public static class TraceReportJson
{
    private static readonly TraceReportJsonContext Context = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>Contracts of the types, to be chained into a host's own options.</summary>
    public static IJsonTypeInfoResolver Resolver => Context;

    /// <summary>Writes a trace as UTF-8.</summary>
    public static byte[] WriteUtf8(TraceReport trace) => JsonSerializer.SerializeToUtf8Bytes(trace, Context.TraceReport);

    /// <summary>Writes what is odd about traces as UTF-8.</summary>
    public static byte[] WriteUtf8(QualityReport quality) => JsonSerializer.SerializeToUtf8Bytes(quality, Context.QualityReport);

    /// <summary>Writes a list of traces as UTF-8.</summary>
    public static byte[] WriteUtf8(TraceList traces) => JsonSerializer.SerializeToUtf8Bytes(traces, Context.TraceList);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(TraceReport))]
[JsonSerializable(typeof(TraceList))]
[JsonSerializable(typeof(QualityReport))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(double))]
[JsonSerializable(typeof(bool))]
internal sealed partial class TraceReportJsonContext : JsonSerializerContext;
