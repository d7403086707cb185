using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

/// <summary>
/// A trace as a framework emits it, key by key, with what the analysis has to say about it. Each file is one framework in one situation: spans with times in milliseconds, log records, their layers by id, steps in order
/// of start as <c>layer operation</c> with what is not plain about them, the outcome and what told it.
/// </summary>
internal sealed class GoldenCase
{
    private const string TraceId = "0102030405060708090a0b0c0d0e0f10";

    // Of spans that are "elsewhere".
    private const string OtherTraceId = "f1f2f3f4f5f6f7f8f9fafbfcfdfeff00";

    private readonly JsonObject _case;

    private GoldenCase(JsonObject json) => _case = json;

    /// <summary>The names of all cases.</summary>
    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "*.json").Select(static path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Golden");

    public string Outcome => _case["outcome"]!.GetValue<string>();

    public string? Failure => _case["failure"]?.GetValue<string>();

    public double WaitMs => _case["waitMs"]?.GetValue<double>() ?? 0;

    public string[] Layers => [.. _case["layers"]!.AsObject().Select(static pair => $"{pair.Key}: {pair.Value!.GetValue<string>()}")];

    public string[] Steps => [.. _case["steps"]!.AsArray().Select(static step => step!.GetValue<string>())];

    private JsonArray SpanItems => _case["spans"]!.AsArray();

    public static GoldenCase Read(string name) => new(JsonNode.Parse(File.ReadAllBytes(Path.Combine(Folder, name + ".json")))!.AsObject());

    /// <summary>All of the trace, spans and what log records and spans of another trace say about them, through OTLP/JSON and the decoder.</summary>
    public SpanRecord[] Spans() => [.. SpansAsSent().Concat(Logs()).Where(static span => span.TraceId.ToString() == TraceId)];

    // Log records are about the span that they name in "of".
    private SpanRecord[] Logs()
    {
        JsonObject request = new()
        {
            ["resourceLogs"] = new JsonArray([.. (_case["logs"]?.AsArray() ?? []).Select(static item => item!.AsObject()).Select(static record => new JsonObject
            {
                ["resource"] = new JsonObject { ["attributes"] = Attributes(new JsonObject { ["service.name"] = record["service"]?.GetValue<string>() ?? "agent" }) },
                ["scopeLogs"] = new JsonArray(new JsonObject
                {
                    ["logRecords"] = new JsonArray(new JsonObject
                    {
                        ["traceId"] = TraceId,
                        ["spanId"] = SpanId(record["of"]!.GetValue<string>()),
                        ["timeUnixNano"] = Nanos(record["at"]!),
                        ["severityNumber"] = "SEVERITY_NUMBER_" + (record["severity"]?.GetValue<string>() ?? "UNSPECIFIED"),
                        ["eventName"] = record["event"]?.GetValue<string>() ?? "",
                        ["attributes"] = Attributes(record["attributes"]?.AsObject() ?? []),
                    }),
                }),
            })]),
        };
        DecodeResult decoded = new OtlpTraceDecoder().DecodeLogsJson(JsonSerializer.SerializeToUtf8Bytes(request));
        Assert.Equal(0, decoded.LogRecords.Rejected);
        return decoded.Batch.ToRecords();
    }

    private SpanRecord[] SpansAsSent()
    {
        JsonObject request = new()
        {
            ["resourceSpans"] = new JsonArray([.. SpanItems
                .GroupBy(static span => span!["service"]?.GetValue<string>() ?? "agent")
                .Select(group => new JsonObject
                {
                    ["resource"] = new JsonObject { ["attributes"] = Attributes(new JsonObject { ["service.name"] = group.Key }) },
                    ["scopeSpans"] = new JsonArray([.. group
                        .GroupBy(span => (span!["scope"] ?? _case["scope"])?.GetValue<string>() ?? "")
                        .Select(scoped => new JsonObject
                        {
                            ["scope"] = new JsonObject { ["name"] = scoped.Key },
                            ["spans"] = new JsonArray([.. scoped.Select(span => Span(span!.AsObject()))]),
                        })]),
                })]),
        };
        DecodeResult decoded = new OtlpTraceDecoder().DecodeJson(JsonSerializer.SerializeToUtf8Bytes(request));
        Assert.Equal(0, decoded.RejectedSpans);
        return decoded.Batch.ToRecords();
    }

    /// <summary>The id in the file of a span.</summary>
    public string IdOf(SpanRecord span) => SpanItems.Select(static item => item!["id"]!.GetValue<string>()).Single(id => SpanId(id) == span.SpanId.ToString());

    private static JsonObject Span(JsonObject span)
    {
        JsonObject wire = new()
        {
            ["traceId"] = span["elsewhere"] is null ? TraceId : OtherTraceId,
            ["spanId"] = SpanId(span["id"]!.GetValue<string>()),
            ["parentSpanId"] = span["in"] is JsonNode parent ? SpanId(parent.GetValue<string>()) : "",
            ["name"] = span["name"]!.GetValue<string>(),
            ["kind"] = "SPAN_KIND_" + (span["kind"]?.GetValue<string>() ?? "INTERNAL"),
            ["startTimeUnixNano"] = Nanos(span["at"]![0]!),
            ["endTimeUnixNano"] = Nanos(span["at"]![1]!),
            ["attributes"] = Attributes(span["attributes"]?.AsObject() ?? []),
            ["events"] = new JsonArray([.. (span["events"]?.AsObject() ?? []).SelectMany(static item => item.Value is JsonArray several ? several.Select(one => (item.Key, one!.AsObject())) : [(item.Key, item.Value!.AsObject())])
                .Select(static item => new JsonObject { ["name"] = item.Key, ["attributes"] = Attributes(item.Item2) })]),
            ["links"] = new JsonArray([.. (span["links"]?.AsArray() ?? []).Select(static id => new JsonObject { ["traceId"] = TraceId, ["spanId"] = SpanId(id!.GetValue<string>()) })]),
        };
        if (span["status"] is JsonNode status)
        {
            wire["status"] = new JsonObject { ["code"] = "STATUS_CODE_" + status.GetValue<string>(), ["message"] = span["message"]?.GetValue<string>() ?? "" };
        }

        return wire;
    }

    private static JsonArray Attributes(JsonObject attributes) =>
        new([.. attributes.Select(static pair => new JsonObject { ["key"] = pair.Key, ["value"] = Value(pair.Value!) })]);

    private static JsonObject Value(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.True or JsonValueKind.False => new JsonObject { ["boolValue"] = value.GetValue<bool>() },
        JsonValueKind.Number when value.AsValue().TryGetValue(out long number) => new JsonObject { ["intValue"] = number },
        JsonValueKind.Number => new JsonObject { ["doubleValue"] = value.GetValue<double>() },
        JsonValueKind.Array => new JsonObject { ["arrayValue"] = new JsonObject { ["values"] = new JsonArray([.. value.AsArray().Select(static item => Value(item!))]) } },
        _ => new JsonObject { ["stringValue"] = value.GetValue<string>() },
    };

    private static string SpanId(string id) => string.Concat(System.Text.Encoding.UTF8.GetBytes(id).Select(static letter => letter.ToString("x2", CultureInfo.InvariantCulture))).PadLeft(16, '0')[^16..];

    private static string Nanos(JsonNode milliseconds) => AgentTrace.At(milliseconds.GetValue<double>()).ToString(CultureInfo.InvariantCulture);
}
