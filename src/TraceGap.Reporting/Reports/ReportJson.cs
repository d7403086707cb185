using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace TraceGap.Reporting;

/// <summary>JSON of the reports: camel case, nulls written, doubles as their shortest round trip, times in ISO 8601 with <c>Z</c>. The same report gives the same bytes.</summary>
public static class ReportJson
{
    private static readonly ReportJsonContext Compact = new(MakeOptions(indented: false));
    private static readonly ReportJsonContext Indented = new(MakeOptions(indented: true));

    /// <summary>How reports are written, for hosts that serialise them by themselves. Read-only.</summary>
    public static JsonSerializerOptions Options => Compact.Options;

    /// <summary>Contracts of the report types, to be chained into a host's own options.</summary>
    public static IJsonTypeInfoResolver Resolver => Compact;

    /// <summary>Writes a report.</summary>
    public static string Write(Report report, bool indented = false) => JsonSerializer.Serialize(report, (indented ? Indented : Compact).Report);

    /// <summary>Writes a report as UTF-8.</summary>
    public static byte[] WriteUtf8(Report report) => JsonSerializer.SerializeToUtf8Bytes(report, Compact.Report);

    /// <summary>Writes a list of workflows.</summary>
    public static string Write(WorkflowList workflows, bool indented = false) =>
        JsonSerializer.Serialize(workflows, (indented ? Indented : Compact).WorkflowList);

    /// <summary>Writes a list of workflows as UTF-8.</summary>
    public static byte[] WriteUtf8(WorkflowList workflows) => JsonSerializer.SerializeToUtf8Bytes(workflows, Compact.WorkflowList);

    /// <summary>Reads a report that <see cref="Write(Report, bool)"/> wrote.</summary>
    /// <exception cref="JsonException">The text is no report.</exception>
    public static Report ReadReport(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize(utf8, Compact.Report) ?? throw new JsonException("A report is an object, not null.");

    /// <summary>Reads a list that <see cref="Write(WorkflowList, bool)"/> wrote.</summary>
    /// <exception cref="JsonException">The text is no list of workflows.</exception>
    public static WorkflowList ReadWorkflows(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize(utf8, Compact.WorkflowList) ?? throw new JsonException("A list of workflows is an object, not null.");

    // Names of steps and workflows are shown as people wrote them; the answer is served as application/json, never inside HTML.
    private static JsonSerializerOptions MakeOptions(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = indented,
        NewLine = "\n",
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(Report))]
[JsonSerializable(typeof(WorkflowList))]
internal sealed partial class ReportJsonContext : JsonSerializerContext;
