using System.Buffers.Binary;
using TraceGap.Otlp.Attributes;
using TraceGap.Otlp.Facts;

namespace TraceGap.Otlp.Wire;

/// <summary>Reads an ExportTraceServiceRequest message by message, as the proto files nest them; the bytes are <see cref="WireReader"/>'s matter.</summary>
/// <remarks>
/// A message is known by its range in the request. Resource and scope may come after the spans that they belong to, or in several pieces:
/// each level is walked once for its header and once for what is below. Repeated pieces merge as Protocol Buffers has it.
/// Methods return false after damage; <see cref="_error"/> then says what and where, innermost message first.
/// </remarks>
internal ref struct ProtobufTraceReader
{
    private readonly DecodeSession _session;
    private readonly ReadOnlySpan<byte> _request;
    private readonly SpanBuilder _span;
    private ProtobufValueReader _values;
    private DecodeError _error;

    public ProtobufTraceReader(DecodeSession session, ReadOnlySpan<byte> request)
    {
        _session = session;
        _request = request;
        _span = session.Span;
        _values = new ProtobufValueReader(request, session);
    }

    /// <summary>Reads the whole request into the session.</summary>
    public void Read()
    {
        if (!ReadRequest())
        {
            _session.GiveUp(_error, json: false);
        }
    }

    private bool ReadRequest()
    {
        WireReader reader = new(_request, new WireRange(0, _request.Length));
        while (reader.Next(out uint tag))
        {
            if (tag != RequestField.ResourceSpans)
            {
                reader.Skip(tag);
            }
            else if (!ReadResourceSpans(reader.Length()))
            {
                return false;
            }
        }

        return IsWhole(RequestField.Message, reader);
    }

    private bool ReadResourceSpans(WireRange range)
    {
        _session.Header.Begin();
        WireReader header = new(_request, range);
        while (header.Next(out uint tag))
        {
            if (tag != ResourceSpansField.Resource)
            {
                header.Skip(tag);
            }
            else if (!ReadResource(header.Length()))
            {
                return false;
            }
        }

        return IsWhole(ResourceSpansField.Message, header) && ReadScopes(range, _session.Header.BuildResource());
    }

    private bool ReadScopes(WireRange resourceSpans, ResourceRecord resource)
    {
        WireReader reader = new(_request, resourceSpans);
        while (reader.Next(out uint tag))
        {
            if (tag != ResourceSpansField.ScopeSpans)
            {
                reader.Skip(tag);
            }
            else if (!ReadScopeSpans(reader.Length(), resource))
            {
                return false;
            }
        }

        return true;
    }

    private bool ReadResource(WireRange range)
    {
        WireReader reader = new(_request, range);
        while (reader.Next(out uint tag))
        {
            if (tag != ResourceField.Attributes)
            {
                reader.Skip(tag);
            }
            else if (!ReadHeaderAttribute(reader.Length()))
            {
                return false;
            }
        }

        return IsWhole(ResourceField.Message, reader);
    }

    private bool ReadScopeSpans(WireRange range, ResourceRecord resource)
    {
        _session.Header.Begin();
        WireReader header = new(_request, range);
        while (header.Next(out uint tag))
        {
            if (tag != ScopeSpansField.Scope)
            {
                header.Skip(tag);
            }
            else if (!ReadScope(header.Length()))
            {
                return false;
            }
        }

        if (!IsWhole(ScopeSpansField.Message, header))
        {
            return false;
        }

        ReadSpans(range, resource, _session.Header.BuildScope());
        return true;
    }

    private bool ReadScope(WireRange range)
    {
        WireReader reader = new(_request, range);
        while (reader.Next(out uint tag))
        {
            switch (tag)
            {
                case ScopeField.Name:
                    _session.Header.SetName(reader.Bytes());
                    break;
                case ScopeField.Version:
                    _session.Header.SetVersion(reader.Bytes());
                    break;
                case ScopeField.Attributes:
                    if (!ReadHeaderAttribute(reader.Length()))
                    {
                        return false;
                    }

                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        return IsWhole(ScopeField.Message, reader);
    }

    private bool ReadHeaderAttribute(WireRange range)
    {
        if (!ReadKey(range, out ReadOnlySpan<byte> key, out WireRange value))
        {
            return false;
        }

        KeyRule? rule = _session.Header.RuleOf(key);
        if (!ReadValue(value, rule is { WantsText: true }, out RawValue raw))
        {
            return false;
        }

        _session.Header.Attribute(rule, key, raw);
        return true;
    }

    // The scope's framing is known to be whole: from here on only single spans can fail.
    private void ReadSpans(WireRange scopeSpans, ResourceRecord resource, ScopeRecord scope)
    {
        WireReader reader = new(_request, scopeSpans);
        while (reader.Next(out uint tag))
        {
            if (tag != ScopeSpansField.Spans)
            {
                reader.Skip(tag);
                continue;
            }

            _session.BeginSpan();
            if (ReadSpan(reader.Length()))
            {
                _session.Accept(resource, scope);
            }
            else
            {
                _session.Reject(_error, json: false);
            }
        }
    }

    private bool ReadSpan(WireRange range)
    {
        WireRange traceId = default;
        WireRange spanId = default;
        WireRange parentSpanId = default;
        WireReader reader = new(_request, range);
        while (reader.Next(out uint tag))
        {
            switch (tag)
            {
                case SpanField.TraceId:
                    traceId = reader.Length();
                    break;
                case SpanField.SpanId:
                    spanId = reader.Length();
                    break;
                case SpanField.TraceState:
                    _span.SetTraceState(reader.Bytes());
                    break;
                case SpanField.ParentSpanId:
                    parentSpanId = reader.Length();
                    break;
                case SpanField.Name:
                    _span.SetName(reader.Bytes());
                    break;
                case SpanField.Kind:
                    _span.SetKind(reader.Varint());
                    break;
                case SpanField.StartTimeUnixNano:
                    _span.SetStart(reader.Fixed64());
                    break;
                case SpanField.EndTimeUnixNano:
                    _span.SetEnd(reader.Fixed64());
                    break;
                case SpanField.Flags:
                    _span.Flags = reader.Fixed32();
                    break;
                case SpanField.Attributes:
                    if (!ReadSpanAttribute(reader.Length()))
                    {
                        return false;
                    }

                    break;
                case SpanField.Events:
                    if (!ReadEvent(reader.Length()))
                    {
                        return false;
                    }

                    break;
                case SpanField.Status:
                    if (!ReadStatus(reader.Length()))
                    {
                        return false;
                    }

                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        return IsWhole(SpanField.Message, reader)
            && TakeTraceId(range, traceId)
            && TakeSpanId(range, spanId)
            && TakeParentSpanId(parentSpanId);
    }

    private bool ReadSpanAttribute(WireRange range)
    {
        if (!ReadKey(range, out ReadOnlySpan<byte> key, out WireRange value))
        {
            return false;
        }

        KeyRule? rule = _span.RuleOf(key);
        if (!ReadValue(value, rule is { WantsText: true }, out RawValue raw))
        {
            return false;
        }

        _span.Attribute(rule, key, raw);
        return true;
    }

    private bool ReadStatus(WireRange range)
    {
        WireReader reader = new(_request, range);
        while (reader.Next(out uint tag))
        {
            switch (tag)
            {
                case StatusField.MessageText:
                    _span.SetStatusText(reader.Bytes());
                    break;
                case StatusField.Code:
                    _span.SetStatus(reader.Varint());
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        return IsWhole(StatusField.Message, reader);
    }

    private bool ReadEvent(WireRange range)
    {
        // What the attributes mean hangs on the name, which may come after them.
        ReadOnlySpan<byte> name = default;
        WireReader header = new(_request, range);
        while (header.Next(out uint tag))
        {
            if (tag == EventField.Name)
            {
                name = header.Bytes();
            }
            else
            {
                header.Skip(tag);
            }
        }

        return IsWhole(EventField.Message, header) && ReadEventAttributes(range, SpanEvents.Named(name));
    }

    private bool ReadEventAttributes(WireRange range, SpanEvent spanEvent)
    {
        _span.BeginEvent(spanEvent);
        WireReader reader = new(_request, range);
        while (reader.Next(out uint tag))
        {
            if (tag != EventField.Attributes)
            {
                reader.Skip(tag);
            }
            else if (!ReadKey(reader.Length(), out ReadOnlySpan<byte> key, out WireRange value)
                || !ReadValue(value, spanEvent != SpanEvent.None, out RawValue raw))
            {
                return false;
            }
            else
            {
                _span.EventAttribute(spanEvent, key, raw);
            }
        }

        return true;
    }

    private bool ReadKey(WireRange keyValue, out ReadOnlySpan<byte> key, out WireRange value)
    {
        if (WireShortcuts.TrySplitPair(_request, keyValue, out WireRange keyText, out value))
        {
            key = _request[keyText.Start..keyText.End];
            return true;
        }

        key = default;
        value = default;
        WireReader reader = new(_request, keyValue);
        while (reader.Next(out uint tag))
        {
            switch (tag)
            {
                case KeyValueField.Key:
                    key = reader.Bytes();
                    break;
                case KeyValueField.Value:
                    // Pieces of one value would merge; of pieces that say something the last counts, which is the same but for lists in pieces.
                    WireRange piece = reader.Length();
                    value = piece.Length > 0 ? piece : value;
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        return IsWhole(KeyValueField.Message, reader);
    }

    private bool ReadValue(WireRange range, bool wanted, out RawValue value)
    {
        if (_values.TryRead(range, wanted, out value))
        {
            return true;
        }

        _error = _values.Error;
        return false;
    }

    private bool TakeTraceId(WireRange span, WireRange id)
    {
        if (!HasLength(span, id, SpanField.TraceId, TraceId.Size))
        {
            return false;
        }

        _span.TraceId = TraceId.FromBytes(_request[id.Start..id.End]);
        return !_span.TraceId.IsZero || Fail(SpanField.TraceId, id.Start, Fault.AllZero);
    }

    private bool TakeSpanId(WireRange span, WireRange id)
    {
        if (!HasLength(span, id, SpanField.SpanId, SpanId.Size))
        {
            return false;
        }

        _span.SpanId = new SpanId(BinaryPrimitives.ReadUInt64BigEndian(_request[id.Start..id.End]));
        return !_span.SpanId.IsNone || Fail(SpanField.SpanId, id.Start, Fault.AllZero);
    }

    // Eight zero bytes name no span, which some exporters write for a root.
    private bool TakeParentSpanId(WireRange id)
    {
        if (id.Length == 0)
        {
            return true;
        }

        if (id.Length != SpanId.Size)
        {
            return Fail(SpanField.ParentSpanId, id.Start, Fault.WrongLength, SpanId.Size, id.Length);
        }

        _span.ParentSpanId = new SpanId(BinaryPrimitives.ReadUInt64BigEndian(_request[id.Start..id.End]));
        return true;
    }

    private bool HasLength(WireRange span, WireRange id, uint tag, int length)
    {
        if (id.Length == length)
        {
            return true;
        }

        return id == default
            ? Fail(tag, span.Start, Fault.Missing)
            : Fail(tag, id.Start, Fault.WrongLength, length, id.Length);
    }

    private bool Fail(uint tag, int offset, Fault fault, int expected = 0, int found = 0)
    {
        _error = new DecodeError(SpanField.Message, (int)(tag >> 3), offset, fault, expected, found);
        return false;
    }

    private bool IsWhole(WireMessage message, in WireReader reader)
    {
        if (reader.Fault == Fault.None)
        {
            return true;
        }

        _error = new DecodeError(message, reader.Field, reader.FaultOffset, reader.Fault, reader.Expected, reader.Found);
        return false;
    }
}
