using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Collections;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Logs.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace TraceGap.Otlp.Tests;

/// <summary>Writes a request as OTLP/JSON in the ways that senders differ: spelling of names, case of ids, numbers as text, order of members.</summary>
internal sealed class OtlpJson(int seed)
{
    private readonly Random _random = new(seed);

    public static byte[] Write(ExportTraceServiceRequest request, int seed)
    {
        OtlpJson json = new(seed);
        using MemoryStream buffer = new();
        using (Utf8JsonWriter writer = new(buffer, new JsonWriterOptions { Indented = seed % 2 == 0 }))
        {
            json.Message(writer, [("resource_spans", () => List(writer, request.ResourceSpans, json.Resource))]);
        }

        return buffer.ToArray();
    }

    /// <summary>The same of log records.</summary>
    public static byte[] Write(ExportLogsServiceRequest request, int seed)
    {
        OtlpJson json = new(seed);
        using MemoryStream buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            json.Message(writer, [("resource_logs", () => List(writer, request.ResourceLogs, (_, logs) => json.Message(
                writer,
                [
                    ("resource", logs.Resource is null ? null : () => json.Message(writer, [("attributes", () => List(writer, logs.Resource.Attributes, json.Pair))])),
                    ("scope_logs", () => List(writer, logs.ScopeLogs, (_, scope) => json.Message(
                        writer,
                        [
                            ("scope", scope.Scope is null ? null : () => json.Message(writer, [("name", () => writer.WriteStringValue(scope.Scope.Name))])),
                            ("log_records", () => List(writer, scope.LogRecords, json.LogRecord)),
                        ]))),
                ])))]);
        }

        return buffer.ToArray();
    }

    private void LogRecord(Utf8JsonWriter writer, LogRecord record) => Message(
        writer,
        [
            ("time_unix_nano", () => Number(writer, record.TimeUnixNano)),
            ("observed_time_unix_nano", () => Number(writer, record.ObservedTimeUnixNano)),
            ("severity_number", () => Severity(writer, record.SeverityNumber)),
            ("severity_text", () => writer.WriteStringValue(record.SeverityText)),
            ("body", record.Body is null ? null : () => Value(writer, record.Body)),
            ("attributes", () => List(writer, record.Attributes, Pair)),
            ("trace_id", record.TraceId.IsEmpty && Coin() ? null : () => Hex(writer, record.TraceId)),
            ("span_id", record.SpanId.IsEmpty && Coin() ? null : () => Hex(writer, record.SpanId)),
            ("flags", () => Number(writer, record.Flags)),
            ("event_name", () => writer.WriteStringValue(record.EventName)),
        ]);

    private void Severity(Utf8JsonWriter writer, SeverityNumber severity)
    {
        if (Coin() && Enum.IsDefined(severity))
        {
            writer.WriteStringValue("SEVERITY_NUMBER_" + severity.ToString().ToUpperInvariant());
        }
        else
        {
            writer.WriteNumberValue((int)severity);
        }
    }

    private void Resource(Utf8JsonWriter writer, ResourceSpans spans) => Message(
        writer,
        [
            ("resource", spans.Resource is null ? null : () => Message(writer, [("attributes", () => List(writer, spans.Resource.Attributes, Pair))])),
            ("scope_spans", () => List(writer, spans.ScopeSpans, Scope)),
            ("schema_url", () => writer.WriteStringValue(spans.SchemaUrl)),
        ]);

    private void Scope(Utf8JsonWriter writer, ScopeSpans spans) => Message(
        writer,
        [
            ("scope", spans.Scope is null ? null : () => Message(
                writer,
                [
                    ("name", () => writer.WriteStringValue(spans.Scope.Name)),
                    ("version", () => writer.WriteStringValue(spans.Scope.Version)),
                    ("attributes", () => List(writer, spans.Scope.Attributes, Pair)),
                ])),
            ("spans", () => List(writer, spans.Spans, Span)),
        ]);

    private void Span(Utf8JsonWriter writer, Span span) => Message(
        writer,
        [
            ("trace_id", () => Hex(writer, span.TraceId)),
            ("span_id", () => Hex(writer, span.SpanId)),
            ("parent_span_id", span.ParentSpanId.IsEmpty && Coin() ? null : () => Hex(writer, span.ParentSpanId)),
            ("trace_state", () => writer.WriteStringValue(span.TraceState)),
            ("flags", () => Number(writer, span.Flags)),
            ("name", () => writer.WriteStringValue(span.Name)),
            ("kind", () => Kind(writer, span.Kind)),
            ("start_time_unix_nano", () => Number(writer, span.StartTimeUnixNano)),
            ("end_time_unix_nano", () => Number(writer, span.EndTimeUnixNano)),
            ("attributes", () => List(writer, span.Attributes, Pair)),
            ("events", () => List(writer, span.Events, Event)),
            ("links", () => List(writer, span.Links, (_, link) => Message(
                writer, [("trace_id", () => Hex(writer, link.TraceId)), ("span_id", () => Hex(writer, link.SpanId))]))),
            ("dropped_attributes_count", () => Number(writer, span.DroppedAttributesCount)),
            ("status", span.Status is null ? null : () => Message(
                writer,
                [
                    ("message", () => writer.WriteStringValue(span.Status.Message)),
                    ("code", () => writer.WriteNumberValue((int)span.Status.Code)),
                ])),
        ]);

    private void Event(Utf8JsonWriter writer, Span.Types.Event each) => Message(
        writer,
        [
            ("time_unix_nano", () => Number(writer, each.TimeUnixNano)),
            ("name", () => writer.WriteStringValue(each.Name)),
            ("attributes", () => List(writer, each.Attributes, Pair)),
        ]);

    private void Pair(Utf8JsonWriter writer, KeyValue pair) => Message(
        writer,
        [("key", () => writer.WriteStringValue(pair.Key)), ("value", pair.Value is null ? null : () => Value(writer, pair.Value))]);

    private void Value(Utf8JsonWriter writer, AnyValue value) => Message(
        writer,
        [
            value.ValueCase switch
            {
                AnyValue.ValueOneofCase.StringValue => ("string_value", () => writer.WriteStringValue(value.StringValue)),
                AnyValue.ValueOneofCase.BoolValue => ("bool_value", () => writer.WriteBooleanValue(value.BoolValue)),
                AnyValue.ValueOneofCase.IntValue => ("int_value", () => Signed(writer, value.IntValue)),
                AnyValue.ValueOneofCase.DoubleValue => ("double_value", () => Double(writer, value.DoubleValue)),
                AnyValue.ValueOneofCase.BytesValue => ("bytes_value", () => writer.WriteStringValue(value.BytesValue.ToBase64())),
                AnyValue.ValueOneofCase.ArrayValue =>
                    ("array_value", () => Message(writer, [("values", () => List(writer, value.ArrayValue.Values, Value))])),
                AnyValue.ValueOneofCase.KvlistValue =>
                    ("kvlist_value", () => Message(writer, [("values", () => List(writer, value.KvlistValue.Values, Pair))])),
                _ => ("no_value", () => writer.WriteNullValue()),
            },
        ]);

    private void Message(Utf8JsonWriter writer, (string Name, Action? Write)[] fields)
    {
        writer.WriteStartObject();
        _random.Shuffle(fields);
        foreach ((string name, Action? write) in fields)
        {
            if (write is not null)
            {
                writer.WritePropertyName(Coin() ? name : Camel(name));
                write();
            }

            if (_random.Next(8) == 0)
            {
                writer.WritePropertyName("unknownField" + _random.Next(3));
                writer.WriteRawValue("""{"traceId":[1,{"values":null}]}""");
            }
        }

        writer.WriteEndObject();
    }

    private static void List<T>(Utf8JsonWriter writer, RepeatedField<T> items, Action<Utf8JsonWriter, T> write)
    {
        writer.WriteStartArray();
        foreach (T item in items)
        {
            write(writer, item);
        }

        writer.WriteEndArray();
    }

    private void Hex(Utf8JsonWriter writer, ByteString id) =>
        writer.WriteStringValue(Coin() ? Convert.ToHexString(id.Span) : Convert.ToHexStringLower(id.Span));

    private void Number(Utf8JsonWriter writer, ulong number)
    {
        if (Coin())
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteStringValue($"{number}");
        }
    }

    private void Signed(Utf8JsonWriter writer, long number)
    {
        if (Coin())
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteStringValue($"{number}");
        }
    }

    private static void Double(Utf8JsonWriter writer, double number)
    {
        if (double.IsFinite(number))
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteStringValue(double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
        }
    }

    private void Kind(Utf8JsonWriter writer, Span.Types.SpanKind kind)
    {
        if (Coin() && (int)kind <= 5)
        {
            writer.WriteStringValue("SPAN_KIND_" + kind.ToString().ToUpperInvariant());
        }
        else
        {
            writer.WriteNumberValue((int)kind);
        }
    }

    private bool Coin() => _random.Next(2) == 0;

    private static string Camel(string name) =>
        string.Concat(name.Split('_').Select((word, index) => index == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));
}
