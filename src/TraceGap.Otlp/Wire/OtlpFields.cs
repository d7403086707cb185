namespace TraceGap.Otlp.Wire;

// Tags and names of the OTLP 1.11 messages that are read, in the words and order of the proto files. A tag is field number × 8 + wire type.

/// <summary>opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest, and TracesData, which equals it on the wire.</summary>
internal static class RequestField
{
    public const uint ResourceSpans = (1 << 3) | WireType.Length;

    public static readonly WireMessage Message = new("ExportTraceServiceRequest", (1, "resource_spans"));
}

/// <summary>opentelemetry.proto.trace.v1.ResourceSpans.</summary>
internal static class ResourceSpansField
{
    public const uint Resource = (1 << 3) | WireType.Length;
    public const uint ScopeSpans = (2 << 3) | WireType.Length;

    public static readonly WireMessage Message = new("ResourceSpans", (1, "resource"), (2, "scope_spans"), (3, "schema_url"));
}

/// <summary>opentelemetry.proto.resource.v1.Resource.</summary>
internal static class ResourceField
{
    public const uint Attributes = (1 << 3) | WireType.Length;

    public static readonly WireMessage Message = new("Resource", (1, "attributes"), (2, "dropped_attributes_count"), (3, "entity_refs"));
}

/// <summary>opentelemetry.proto.trace.v1.ScopeSpans.</summary>
internal static class ScopeSpansField
{
    public const uint Scope = (1 << 3) | WireType.Length;
    public const uint Spans = (2 << 3) | WireType.Length;

    public static readonly WireMessage Message = new("ScopeSpans", (1, "scope"), (2, "spans"), (3, "schema_url"));
}

/// <summary>opentelemetry.proto.common.v1.InstrumentationScope.</summary>
internal static class ScopeField
{
    public const uint Name = (1 << 3) | WireType.Length;
    public const uint Version = (2 << 3) | WireType.Length;
    public const uint Attributes = (3 << 3) | WireType.Length;

    public static readonly WireMessage Message = new(
        "InstrumentationScope", (1, "name"), (2, "version"), (3, "attributes"), (4, "dropped_attributes_count"));
}

/// <summary>opentelemetry.proto.trace.v1.Span.</summary>
internal static class SpanField
{
    public const uint TraceId = (1 << 3) | WireType.Length;
    public const uint SpanId = (2 << 3) | WireType.Length;
    public const uint TraceState = (3 << 3) | WireType.Length;
    public const uint ParentSpanId = (4 << 3) | WireType.Length;
    public const uint Name = (5 << 3) | WireType.Length;
    public const uint Kind = (6 << 3) | WireType.Varint;
    public const uint StartTimeUnixNano = (7 << 3) | WireType.Fixed64;
    public const uint EndTimeUnixNano = (8 << 3) | WireType.Fixed64;
    public const uint Attributes = (9 << 3) | WireType.Length;
    public const uint Events = (11 << 3) | WireType.Length;
    public const uint Links = (13 << 3) | WireType.Length;
    public const uint Status = (15 << 3) | WireType.Length;
    public const uint Flags = (16 << 3) | WireType.Fixed32;

    public static readonly WireMessage Message = new(
        "Span",
        (1, "trace_id"), (2, "span_id"), (3, "trace_state"), (4, "parent_span_id"), (5, "name"), (6, "kind"),
        (7, "start_time_unix_nano"), (8, "end_time_unix_nano"), (9, "attributes"), (10, "dropped_attributes_count"),
        (11, "events"), (12, "dropped_events_count"), (13, "links"), (14, "dropped_links_count"), (15, "status"), (16, "flags"));
}

/// <summary>opentelemetry.proto.trace.v1.Span.Event.</summary>
internal static class EventField
{
    public const uint TimeUnixNano = (1 << 3) | WireType.Fixed64;
    public const uint Name = (2 << 3) | WireType.Length;
    public const uint Attributes = (3 << 3) | WireType.Length;

    public static readonly WireMessage Message = new(
        "Event", (1, "time_unix_nano"), (2, "name"), (3, "attributes"), (4, "dropped_attributes_count"));
}

/// <summary>opentelemetry.proto.trace.v1.Span.Link.</summary>
internal static class LinkField
{
    public const uint TraceId = (1 << 3) | WireType.Length;
    public const uint SpanId = (2 << 3) | WireType.Length;

    public static readonly WireMessage Message = new(
        "Link", (1, "trace_id"), (2, "span_id"), (3, "trace_state"), (4, "attributes"), (5, "dropped_attributes_count"), (6, "flags"));
}

/// <summary>opentelemetry.proto.trace.v1.Status.</summary>
internal static class StatusField
{
    public const uint MessageText = (2 << 3) | WireType.Length;
    public const uint Code = (3 << 3) | WireType.Varint;

    public static readonly WireMessage Message = new("Status", (2, "message"), (3, "code"));
}

/// <summary>opentelemetry.proto.logs.v1.LogRecord.</summary>
internal static class LogRecordField
{
    public const uint TimeUnixNano = (1 << 3) | WireType.Fixed64;
    public const uint SeverityNumber = (2 << 3) | WireType.Varint;
    public const uint Attributes = (6 << 3) | WireType.Length;
    public const uint TraceId = (9 << 3) | WireType.Length;
    public const uint SpanId = (10 << 3) | WireType.Length;
    public const uint ObservedTimeUnixNano = (11 << 3) | WireType.Fixed64;
    public const uint EventName = (12 << 3) | WireType.Length;

    public static readonly WireMessage Message = new(
        "LogRecord",
        (1, "time_unix_nano"), (2, "severity_number"), (3, "severity_text"), (5, "body"), (6, "attributes"), (7, "dropped_attributes_count"),
        (8, "flags"), (9, "trace_id"), (10, "span_id"), (11, "observed_time_unix_nano"), (12, "event_name"));
}

/// <summary>
/// The three messages around spans or log records. Those of opentelemetry.proto.collector.logs.v1 and opentelemetry.proto.logs.v1 have the field numbers of those of traces, so one walk reads
/// both: a request holds resources' items, these a resource (1) and scopes' items (2), these a scope (1) and spans or log records (2).
/// </summary>
internal sealed record ExportMessages(WireMessage Request, WireMessage OfResource, WireMessage OfScope)
{
    /// <summary>Those around spans.</summary>
    public static readonly ExportMessages Traces = new(RequestField.Message, ResourceSpansField.Message, ScopeSpansField.Message);

    /// <summary>Those around log records.</summary>
    public static readonly ExportMessages Logs = new(
        new WireMessage("ExportLogsServiceRequest", (1, "resource_logs")),
        new WireMessage("ResourceLogs", (1, "resource"), (2, "scope_logs"), (3, "schema_url")),
        new WireMessage("ScopeLogs", (1, "scope"), (2, "log_records"), (3, "schema_url")));
}

/// <summary>opentelemetry.proto.common.v1.KeyValue.</summary>
internal static class KeyValueField
{
    public const uint Key = (1 << 3) | WireType.Length;
    public const uint Value = (2 << 3) | WireType.Length;

    public static readonly WireMessage Message = new("KeyValue", (1, "key"), (2, "value"));
}

/// <summary>opentelemetry.proto.common.v1.AnyValue.</summary>
internal static class AnyValueField
{
    public const uint StringValue = (1 << 3) | WireType.Length;
    public const uint BoolValue = (2 << 3) | WireType.Varint;
    public const uint IntValue = (3 << 3) | WireType.Varint;
    public const uint DoubleValue = (4 << 3) | WireType.Fixed64;
    public const uint ArrayValue = (5 << 3) | WireType.Length;
    public const uint KvlistValue = (6 << 3) | WireType.Length;
    public const uint BytesValue = (7 << 3) | WireType.Length;
    public const uint StringValueStrindex = (8 << 3) | WireType.Varint;

    public static readonly WireMessage Message = new(
        "AnyValue",
        (1, "string_value"), (2, "bool_value"), (3, "int_value"), (4, "double_value"), (5, "array_value"), (6, "kvlist_value"),
        (7, "bytes_value"), (8, "string_value_strindex"));
}

/// <summary>opentelemetry.proto.common.v1.ArrayValue and KeyValueList: both hold their elements in field 1.</summary>
internal static class ListField
{
    public const uint Values = (1 << 3) | WireType.Length;

    public static readonly WireMessage Array = new("ArrayValue", (1, "values"));

    public static readonly WireMessage Map = new("KeyValueList", (1, "values"));
}
