using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Collections;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Trace.V1;
using TraceGap.Otlp.Attributes;

namespace TraceGap.Otlp.Tests;

/// <summary>What the decoder must give for a request, said a second time: over the object graph of the reference implementation, without care for cost.</summary>
internal static class SpanOracle
{
    private const string LabelKey = "gen_ai.evaluation.score.label";

    private static readonly HashSet<string> KeptKeys = [.. AttributeKeys.Kept];

    /// <summary>The spans that are kept, as the texts that <see cref="Text"/> gives for records; and how many are not.</summary>
    public static (List<string> Spans, int Rejected) Expect(ExportTraceServiceRequest request)
    {
        List<string> spans = [];
        int rejected = 0;
        foreach (ResourceSpans resourceSpans in request.ResourceSpans)
        {
            foreach (ScopeSpans scopeSpans in resourceSpans.ScopeSpans)
            {
                foreach (Span span in scopeSpans.Spans)
                {
                    if (IsId(span.TraceId, 16) && IsId(span.SpanId, 8) && span.ParentSpanId.Length is 0 or 8)
                    {
                        spans.Add(Text(span, scopeSpans, resourceSpans));
                    }
                    else
                    {
                        rejected++;
                    }
                }
            }
        }

        return (spans, rejected);
    }

    /// <summary>What spans say about others, or beyond what they have room for, as the texts that <see cref="SignalText"/> gives.</summary>
    public static List<string> ExpectSignals(ExportTraceServiceRequest request) =>
    [
        .. request.ResourceSpans.SelectMany(static resource => resource.ScopeSpans).SelectMany(static scope => scope.Spans)
            .Where(static span => IsId(span.TraceId, 16) && IsId(span.SpanId, 8) && span.ParentSpanId.Length is 0 or 8)
            .SelectMany(static span => Labels(span.Events)
                .Skip(HasEvaluation(Kept(span.Attributes, [])) ? 0 : 1)
                .Select(label => $"{Hex(span.TraceId)} {Hex(span.SpanId)} {Math.Min(span.EndTimeUnixNano, long.MaxValue)} {(Shown(LabelKey, label) is { } shown ? $"{LabelKey}={shown}" : "")}")),
    ];

    /// <summary>What a signal is about, and what it says.</summary>
    public static string SignalText(SpanRecord signal) => $"{signal.TraceId} {signal.ParentSpanId} {signal.StartUnixNanos} {Text(signal.Attributes)}";

    /// <summary>All fields of a record that follow from the request without reading content.</summary>
    public static string Text(SpanRecord span) =>
        string.Join(
            " ",
            span.TraceId, span.SpanId, span.ParentSpanId, span.Name, span.Kind, span.Status, span.Flags, span.StartUnixNanos, span.EndUnixNanos,
            (span.Facts & SpanFacts.TimeOutOfRange) != 0, (span.Facts & SpanFacts.ExceptionEvent) != 0,
            span.Scope.Name, span.Scope.Version, Text(span.Scope.Attributes), Text(span.Resource.Attributes), Text(span.Attributes));

    private static string Text(Span span, ScopeSpans scope, ResourceSpans resource) =>
        string.Join(
            " ",
            Hex(span.TraceId), Hex(span.SpanId), span.ParentSpanId.IsEmpty ? "0000000000000000" : Hex(span.ParentSpanId), Cap(span.Name),
            (int)span.Kind > 5 ? SpanKind.Unspecified : (SpanKind)span.Kind,
            span.Status is null || (int)span.Status.Code > 2 ? SpanStatus.Unset : (SpanStatus)span.Status.Code,
            span.Flags, Math.Min(span.StartTimeUnixNano, long.MaxValue), Math.Min(span.EndTimeUnixNano, long.MaxValue),
            Math.Max(span.StartTimeUnixNano, span.EndTimeUnixNano) > long.MaxValue, span.Events.Any(each => each.Name == "exception"),
            Cap(scope.Scope?.Name ?? ""), Cap(scope.Scope?.Version ?? ""), Text(Kept(scope.Scope?.Attributes ?? [], [])),
            Text(Kept(resource.Resource?.Attributes ?? [], [])), Text(KeptOf(span)));

    // The only link of every span is to itself.
    private static SortedDictionary<string, string?> KeptOf(Span span)
    {
        SortedDictionary<string, string?> kept = Kept(span.Attributes, span.Events);
        if (HasEvaluation(kept) && span.Links.Count == 1 && !kept.ContainsKey(SpanRecord.EvaluatedSpanKey))
        {
            kept[SpanRecord.EvaluatedSpanKey] = $"Text:{Hex(span.Links[0].SpanId)}";
        }

        return kept;
    }

    private static SortedDictionary<string, string?> Kept(RepeatedField<KeyValue> attributes, IEnumerable<Span.Types.Event> events)
    {
        SortedDictionary<string, string?> kept = new(StringComparer.Ordinal);
        foreach (KeyValue attribute in attributes)
        {
            bool isDocument = attribute.Key.StartsWith("retrieval.documents.", StringComparison.Ordinal);
            kept[isDocument ? "retrieval.documents.0" : attribute.Key] = isDocument ? "Text:" : Shown(attribute.Key, attribute.Value);
        }

        Dictionary<string, string?> lifted = new(StringComparer.Ordinal);
        foreach (Span.Types.Event each in events)
        {
            foreach (KeyValue attribute in each.Attributes)
            {
                if (each.Name == "gen_ai.choice" && attribute.Key == "finish_reason" && IsTextual(attribute.Value))
                {
                    lifted["gen_ai.response.finish_reasons"] = Shown("gen_ai.response.finish_reasons", attribute.Value)!;
                }
            }
        }

        // Of several evaluations the first is on the span.
        if (!HasEvaluation(kept) && Labels(events).FirstOrDefault() is { } label)
        {
            lifted[LabelKey] = Shown(LabelKey, label);
        }

        foreach ((string key, string? value) in lifted)
        {
            kept.TryAdd(key, value);
        }

        return kept;
    }

    private static bool HasEvaluation(SortedDictionary<string, string?> kept) =>
        Array.Exists(["gen_ai.evaluation.name", LabelKey, "gen_ai.evaluation.score.value"], key => kept.GetValueOrDefault(key) is not null);

    private static IEnumerable<AnyValue> Labels(IEnumerable<Span.Types.Event> events) => events
        .Where(static each => each.Name == "gen_ai.evaluation.result" && each.Attributes.Any(static attribute => attribute.Key == LabelKey))
        .Select(static each => each.Attributes[0].Value ?? new AnyValue());

    private static bool IsTextual(AnyValue? value) =>
        value?.ValueCase is AnyValue.ValueOneofCase.StringValue or AnyValue.ValueOneofCase.ArrayValue or AnyValue.ValueOneofCase.KvlistValue;

    private static string? Shown(string key, AnyValue? value)
    {
        if (value is null || value.ValueCase == AnyValue.ValueOneofCase.None)
        {
            return null;
        }

        bool isNumber = value.ValueCase is AnyValue.ValueOneofCase.IntValue or AnyValue.ValueOneofCase.DoubleValue or AnyValue.ValueOneofCase.BoolValue;
        if (key is "url.full" or "url.path" || KeptKeys.Contains(key) || key.StartsWith("tracegap.", StringComparison.Ordinal) || key == "db.response.returned_rows")
        {
            return Shown(value, isUrl: key.StartsWith("url.", StringComparison.Ordinal));
        }

        return key.StartsWith("db.vector.", StringComparison.Ordinal) ? (isNumber ? Shown(value, isUrl: false) : "Text:") : null;
    }

    private static string Shown(AnyValue value, bool isUrl) => value.ValueCase switch
    {
        AnyValue.ValueOneofCase.BoolValue => $"Boolean:{(value.BoolValue ? "true" : "false")}",
        AnyValue.ValueOneofCase.IntValue => $"Integer:{value.IntValue}",
        AnyValue.ValueOneofCase.DoubleValue => $"Double:{value.DoubleValue.ToString("R", CultureInfo.InvariantCulture)}",
        AnyValue.ValueOneofCase.BytesValue => $"Text:{Cap(value.BytesValue.ToBase64())}",
        AnyValue.ValueOneofCase.StringValue => $"Text:{Cap(isUrl ? value.StringValue.Split('?', '#')[0] : value.StringValue)}",
        _ => $"Text:{Cap(isUrl ? Json(value).Split('?', '#')[0] : Json(value))}",
    };

    /// <summary>Compact JSON of a value, with no more escapes than JSON needs.</summary>
    public static string Json(AnyValue? value) => value?.ValueCase switch
    {
        AnyValue.ValueOneofCase.ArrayValue => $"[{string.Join(',', value.ArrayValue.Values.Select(Json))}]",
        AnyValue.ValueOneofCase.KvlistValue =>
            $"{{{string.Join(',', value.KvlistValue.Values.Select(pair => $"{Quote(pair.Key)}:{Json(pair.Value)}"))}}}",
        AnyValue.ValueOneofCase.StringValue => Quote(value.StringValue),
        AnyValue.ValueOneofCase.BytesValue => Quote(value.BytesValue.ToBase64()),
        AnyValue.ValueOneofCase.BoolValue => value.BoolValue ? "true" : "false",
        AnyValue.ValueOneofCase.IntValue => value.IntValue.ToString(CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.DoubleValue when double.IsFinite(value.DoubleValue) => value.DoubleValue.ToString("R", CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.DoubleValue => Quote(double.IsNaN(value.DoubleValue) ? "NaN" : value.DoubleValue > 0 ? "Infinity" : "-Infinity"),
        _ => "null",
    };

    private static string Quote(string text)
    {
        StringBuilder quoted = new("\"");
        foreach (char next in text)
        {
            quoted.Append(next switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' => $"\\u{(int)next:x4}",
                _ => next.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }

    private static string Text(SortedDictionary<string, string?> kept) => string.Join("; ", kept.Where(item => item.Value is not null).Select(item => $"{item.Key}={item.Value}"));

    private static string Text(AttributeSet attributes) =>
        string.Join("; ", attributes.Items.ToArray().Select(item => $"{item.Key}={item.Value.Type}:{item.Value.AsText()}"));

    private static bool IsId(ByteString id, int length) => id.Length == length && id.Any(next => next != 0);

    private static string Hex(ByteString id) => Convert.ToHexStringLower(id.Span);

    private static string Cap(string text) =>
        text.Length <= 256 ? text : text[..(char.IsHighSurrogate(text[255]) ? 255 : 256)];
}
