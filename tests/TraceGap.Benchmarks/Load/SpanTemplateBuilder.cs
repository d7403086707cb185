using Google.Protobuf;

namespace TraceGap.Benchmarks.Load;

/// <summary>Writes a span in the wire format by hand, to know at which offset each value that changes stands.</summary>
internal sealed class SpanTemplateBuilder
{
    private const int Fixed64Bytes = 8;

    private readonly MemoryStream _body = new();
    private readonly CodedOutputStream _out;
    private readonly List<RandomValue> _values = [];
    private readonly int _traceIdAt;
    private readonly int _spanIdAt;
    private readonly int _parentIdAt;
    private readonly int _startAt;
    private readonly int _endAt;
    private readonly long _typicalNanos;

    /// <summary>Begins a span.</summary>
    /// <param name="name">Name of the span.</param>
    /// <param name="kind">Number of opentelemetry.proto.trace.v1.Span.SpanKind.</param>
    /// <param name="isRoot">True for a span without parent.</param>
    /// <param name="typicalNanos">Typical duration of the span's own work, ns.</param>
    public SpanTemplateBuilder(string name, int kind, bool isRoot, long typicalNanos)
    {
        _typicalNanos = typicalNanos;
        _out = new CodedOutputStream(_body);
        _traceIdAt = Id(1, 16);
        _spanIdAt = Id(2, 8);
        _parentIdAt = isRoot ? 0 : Id(4, 8);
        _out.WriteTag(5, WireFormat.WireType.LengthDelimited);
        _out.WriteString(name);
        _out.WriteTag(6, WireFormat.WireType.Varint);
        _out.WriteInt32(kind);
        _startAt = Time(7);
        _endAt = Time(8);
        _out.WriteTag(16, WireFormat.WireType.Fixed32);
        _out.WriteFixed32(isRoot ? 0x101u : 0x100u);
    }

    public SpanTemplateBuilder Text(string key, string value) => Attribute(key, new() { StringValue = value });

    public SpanTemplateBuilder TextList(string key, string value) =>
        Attribute(key, new() { ArrayValue = new() { Values = { new OpenTelemetry.Proto.Common.V1.AnyValue { StringValue = value } } } });

    public SpanTemplateBuilder Number(string key, long value) => Attribute(key, new() { IntValue = value });

    public SpanTemplateBuilder Real(string key, double value) => Attribute(key, new() { DoubleValue = value });

    public SpanTemplateBuilder Flag(string key, bool value) => Attribute(key, new() { BoolValue = value });

    /// <summary>A number that differs from span to span.</summary>
    public SpanTemplateBuilder RandomNumber(string key)
    {
        Attribute(key, new() { IntValue = 1000 });
        return Random(2, RandomSource.Number);
    }

    /// <summary>A text that ends in letters that differ from span to span.</summary>
    public SpanTemplateBuilder RandomText(string key, string prefix, int letters)
    {
        Text(key, prefix + new string('x', letters));
        return Random(letters, RandomSource.TextOfSpan);
    }

    /// <summary>A text that ends in letters that differ from trace to trace.</summary>
    public SpanTemplateBuilder RandomTextOfTrace(string key, string prefix, int letters)
    {
        Text(key, prefix + new string('x', letters));
        return Random(letters, RandomSource.TextOfTrace);
    }

    /// <summary>Status ERROR with an exception event, as SDKs record it.</summary>
    public SpanTemplateBuilder Failed(string type, string message)
    {
        Text("error.type", type);
        OpenTelemetry.Proto.Trace.V1.Span tail = new() { Status = new() { Code = OpenTelemetry.Proto.Trace.V1.Status.Types.StatusCode.Error, Message = message } };
        tail.Events.Add(new OpenTelemetry.Proto.Trace.V1.Span.Types.Event { Name = "exception" });
        tail.Events[0].Attributes.Add(new OpenTelemetry.Proto.Common.V1.KeyValue { Key = "exception.type", Value = new() { StringValue = type } });
        tail.Events[0].Attributes.Add(new OpenTelemetry.Proto.Common.V1.KeyValue { Key = "exception.message", Value = new() { StringValue = message } });
        tail.WriteTo(_out);
        return this;
    }

    /// <summary>Ends the span.</summary>
    public SpanTemplate Build()
    {
        _out.Flush();
        byte[] body = _body.ToArray();
        byte[] bytes = ProtoField.Of(2, body);
        int shift = bytes.Length - body.Length;
        return new SpanTemplate
        {
            Bytes = bytes,
            TraceIdAt = _traceIdAt + shift,
            SpanIdAt = _spanIdAt + shift,
            ParentIdAt = _parentIdAt == 0 ? 0 : _parentIdAt + shift,
            StartAt = _startAt + shift,
            EndAt = _endAt + shift,
            Values = [.. _values.Select(value => value with { At = value.At + shift })],
            TypicalNanos = _typicalNanos,
        };
    }

    private int Id(int field, int bytes)
    {
        _out.WriteTag(field, WireFormat.WireType.LengthDelimited);
        _out.WriteBytes(ByteString.CopyFrom(new byte[bytes]));
        return End() - bytes;
    }

    private int Time(int field)
    {
        _out.WriteTag(field, WireFormat.WireType.Fixed64);
        _out.WriteFixed64(0);
        return End() - Fixed64Bytes;
    }

    private SpanTemplateBuilder Attribute(string key, OpenTelemetry.Proto.Common.V1.AnyValue value)
    {
        _out.WriteTag(9, WireFormat.WireType.LengthDelimited);
        _out.WriteMessage(new OpenTelemetry.Proto.Common.V1.KeyValue { Key = key, Value = value });
        return this;
    }

    // The value of an attribute is the last thing in it.
    private SpanTemplateBuilder Random(int length, RandomSource source)
    {
        _values.Add(new RandomValue(End() - length, length, source));
        return this;
    }

    private int End()
    {
        _out.Flush();
        return (int)_body.Length;
    }
}
