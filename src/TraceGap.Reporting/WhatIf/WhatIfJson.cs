using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace TraceGap.Reporting;

/// <summary>JSON of what-if questions and answers, written as reports are.</summary>
public static class WhatIfJson
{
    private static readonly WhatIfJsonContext Answers = new(new JsonSerializerOptions(ReportJson.Options) { TypeInfoResolver = null });

    // A misspelt change must not be taken for none.
    private static readonly WhatIfJsonContext Questions = new(new JsonSerializerOptions(ReportJson.Options)
    {
        TypeInfoResolver = null,
        AllowDuplicateProperties = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    });

    /// <summary>Contracts of the types, to be chained into a host's own options.</summary>
    public static IJsonTypeInfoResolver Resolver => Answers;

    /// <summary>Writes an answer as UTF-8.</summary>
    public static byte[] WriteUtf8(WhatIfReport report) => JsonSerializer.SerializeToUtf8Bytes(report, Answers.WhatIfReport);

    /// <summary>Reads an answer that <see cref="WriteUtf8(WhatIfReport)"/> wrote.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static WhatIfReport ReadReport(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize(utf8, Answers.WhatIfReport) ?? throw new JsonException("An answer is an object, not null.");

    /// <summary>Writes a question as UTF-8.</summary>
    public static byte[] WriteUtf8(WhatIfRequest request) => JsonSerializer.SerializeToUtf8Bytes(request, Questions.WhatIfRequest);

    /// <summary>Reads a question; what it says is judged by <see cref="WhatIfReader"/>.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    internal static WhatIfRequest? ReadRequest(ReadOnlySpan<byte> utf8) => JsonSerializer.Deserialize(utf8, Questions.WhatIfRequest);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(WhatIfReport))]
[JsonSerializable(typeof(WhatIfRequest))]
internal sealed partial class WhatIfJsonContext : JsonSerializerContext;
