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

    /// <summary>Writes series as UTF-8.</summary>
    public static byte[] WriteUtf8(TimeSeries series) => JsonSerializer.SerializeToUtf8Bytes(series, Compact.TimeSeries);

    /// <summary>Writes latency against concurrency as UTF-8.</summary>
    public static byte[] WriteUtf8(ConcurrencyReport report) => JsonSerializer.SerializeToUtf8Bytes(report, Compact.ConcurrencyReport);

    /// <summary>Writes a report on dependence as UTF-8.</summary>
    public static byte[] WriteUtf8(DependenceReport report) => JsonSerializer.SerializeToUtf8Bytes(report, Compact.DependenceReport);

    /// <summary>Reads a report on dependence.</summary>
    /// <exception cref="JsonException">The text is no such report.</exception>
    public static DependenceReport ReadDependence(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize(utf8, Compact.DependenceReport) ?? throw new JsonException("A report is an object, not null.");

    /// <summary>Writes a report on sensitivity as UTF-8.</summary>
    public static byte[] WriteUtf8(SensitivityReport report) => JsonSerializer.SerializeToUtf8Bytes(report, Compact.SensitivityReport);

    /// <summary>Reads a report on sensitivity.</summary>
    /// <exception cref="JsonException">The text is no such report.</exception>
    public static SensitivityReport ReadSensitivity(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize(utf8, Compact.SensitivityReport) ?? throw new JsonException("A report is an object, not null.");

    /// <summary>Writes a comparison as UTF-8.</summary>
    public static byte[] WriteUtf8(Comparison comparison) => JsonSerializer.SerializeToUtf8Bytes(comparison, Compact.Comparison);

    /// <summary>Writes costs.</summary>
    public static string Write(CostReport costs, bool indented = false) => JsonSerializer.Serialize(costs, (indented ? Indented : Compact).CostReport);

    /// <summary>Writes costs as UTF-8.</summary>
    public static byte[] WriteUtf8(CostReport costs) => JsonSerializer.SerializeToUtf8Bytes(costs, Compact.CostReport);

    /// <summary>Reads costs.</summary>
    /// <exception cref="JsonException">The text is no report on costs.</exception>
    public static CostReport ReadCosts(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize(utf8, Compact.CostReport) ?? throw new JsonException("A report is an object, not null.");

    /// <summary>Writes coverage.</summary>
    public static string Write(CoverageReport coverage, bool indented = false) => JsonSerializer.Serialize(coverage, (indented ? Indented : Compact).CoverageReport);

    /// <summary>Writes coverage as UTF-8.</summary>
    public static byte[] WriteUtf8(CoverageReport coverage) => JsonSerializer.SerializeToUtf8Bytes(coverage, Compact.CoverageReport);

    /// <summary>Reads coverage.</summary>
    /// <exception cref="JsonException">The text is no report on coverage.</exception>
    public static CoverageReport ReadCoverage(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize(utf8, Compact.CoverageReport) ?? throw new JsonException("A report is an object, not null.");

    /// <summary>Writes why a span has its layer.</summary>
    public static string Write(SpanExplanation explanation, bool indented = false) => JsonSerializer.Serialize(explanation, (indented ? Indented : Compact).SpanExplanation);

    /// <summary>Reads a comparison.</summary>
    /// <exception cref="JsonException">The text is no comparison.</exception>
    public static Comparison ReadComparison(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize(utf8, Compact.Comparison) ?? throw new JsonException("A comparison is an object, not null.");

    /// <summary>Reads latency against concurrency.</summary>
    /// <exception cref="JsonException">The text is no such report.</exception>
    public static ConcurrencyReport ReadConcurrency(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize(utf8, Compact.ConcurrencyReport) ?? throw new JsonException("A report is an object, not null.");

    /// <summary>Reads a report that <see cref="Write(Report, bool)"/> wrote.</summary>
    /// <exception cref="JsonException">The text is no report.</exception>
    public static Report ReadReport(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize(utf8, Compact.Report) ?? throw new JsonException("A report is an object, not null.");

    /// <summary>Writes what can be filtered by as UTF-8.</summary>
    public static byte[] WriteUtf8(FilterList filters) => JsonSerializer.SerializeToUtf8Bytes(filters, Compact.FilterList);

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
[JsonSerializable(typeof(FilterList))]
[JsonSerializable(typeof(CostReport))]
[JsonSerializable(typeof(TimeSeries))]
[JsonSerializable(typeof(Comparison))]
[JsonSerializable(typeof(SensitivityReport))]
[JsonSerializable(typeof(DependenceReport))]
[JsonSerializable(typeof(ConcurrencyReport))]
[JsonSerializable(typeof(CoverageReport))]
[JsonSerializable(typeof(SpanExplanation))]
internal sealed partial class ReportJsonContext : JsonSerializerContext;
