using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace TraceGap.Otlp.Tests;

/// <summary>Requests for golden cases: one span that differs from a plain one in what the case is about.</summary>
internal static class Requests
{
    public static Span Span(string name = "work") => new()
    {
        TraceId = ByteString.CopyFrom(Enumerable.Range(1, 16).Select(next => (byte)next).ToArray()),
        SpanId = ByteString.CopyFrom(Enumerable.Range(0x21, 8).Select(next => (byte)next).ToArray()),
        Name = name,
        StartTimeUnixNano = 1000,
        EndTimeUnixNano = 2000,
    };

    public static Span With(this Span span, string key, AnyValue value)
    {
        span.Attributes.Add(new KeyValue { Key = key, Value = value });
        return span;
    }

    public static Span With(this Span span, string key, string value) => span.With(key, new AnyValue { StringValue = value });

    public static Span With(this Span span, string key, long value) => span.With(key, new AnyValue { IntValue = value });

    public static Span WithEvent(this Span span, string name, params (string Key, string Value)[] attributes)
    {
        Span.Types.Event added = new() { Name = name };
        added.Attributes.Add(attributes.Select(each => new KeyValue { Key = each.Key, Value = new AnyValue { StringValue = each.Value } }));
        span.Events.Add(added);
        return span;
    }

    public static Span WithStatus(this Span span, string message)
    {
        span.Status = new Status { Code = Status.Types.StatusCode.Error, Message = message };
        return span;
    }

    public static AnyValue List(params string[] texts) =>
        new() { ArrayValue = new ArrayValue { Values = { texts.Select(text => new AnyValue { StringValue = text }) } } };

    public static ExportTraceServiceRequest Of(params Span[] spans) =>
        new() { ResourceSpans = { new ResourceSpans { ScopeSpans = { new ScopeSpans { Spans = { spans } } } } } };

    public static SpanRecord Decode(Span span) => Assert.Single(new OtlpTraceDecoder().DecodeProtobuf(Of(span).ToByteArray()).Spans);
}
