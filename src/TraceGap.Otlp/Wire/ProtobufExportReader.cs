using System.Buffers.Binary;
using TraceGap.Otlp.Attributes;
using TraceGap.Otlp.Facts;

namespace TraceGap.Otlp.Wire;

/// <summary>Reads an ExportTraceServiceRequest or an ExportLogsServiceRequest message by message, as the proto files nest them; the bytes are <see cref="WireReader"/>'s matter.</summary>
/// <remarks>
/// A message is known by its range in the request. Resource and scope may come after the spans that they belong to, or in several pieces:
/// a level is walked once for its header and once for what is below. Repeated pieces merge as Protocol Buffers has it.
/// Methods return false after damage; <see cref="_error"/> then says what and where, innermost message first.
/// </remarks>
internal ref partial struct ProtobufExportReader
{
    private readonly DecodeSession _session;
    private readonly ReadOnlySpan<byte> _request;
    private readonly SpanBuilder _span;
    private readonly ExportMessages _messages;
    private readonly bool _areLogs;
    private ProtobufValueReader _values;
    private DecodeError _error;
    private bool _hasLateScope;

    /// <param name="session">Takes what is read.</param>
    /// <param name="request">The request.</param>
    /// <param name="messages">The messages that it is made of.</param>
    public ProtobufExportReader(DecodeSession session, ReadOnlySpan<byte> request, ExportMessages messages)
    {
        _messages = messages;
        _areLogs = ReferenceEquals(messages, ExportMessages.Logs);
        _session = session;
        _request = request;
        _span = session.Span;
        _values = new ProtobufValueReader(request, session);
    }

    /// <summary>Reads the whole request into the session.</summary>
    public void Read()
    {
        bool isRead = ReadRequest();
        if (!isRead && _hasLateScope)
        {
            _session.Begin();
            isRead = ReadRequest();
        }

        if (!isRead)
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

        return IsWhole(_messages.Request, reader);
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

        return IsWhole(_messages.OfResource, header) && ReadScopes(range, _session.Header.BuildResource());
    }

    private bool ReadScopes(WireRange resourceSpans, int resource)
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
        Expect(range);
        WireReader reader = new(_request, range);
        while (reader.Next(out uint tag))
        {
            if (tag != ResourceField.Attributes)
            {
                reader.Skip(tag);
            }
            else if (!ReadAttribute(ref reader, range.End, _session.Header.Attributes))
            {
                return false;
            }
        }

        return IsWhole(ResourceField.Message, reader);
    }

    // Senders write the scope first. One that does not is found out after spans were read for the wrong scope: then the request is read again, with a walk
    // for the scope before the one for the spans.
    private bool ReadScopeSpans(WireRange range, int resource) =>
        _hasLateScope ? ReadScopeThenSpans(range, resource) : ReadScopeSpansInOrder(range, resource);

    private bool ReadScopeSpansInOrder(WireRange range, int resource)
    {
        const int None = -1;
        int origin = None;
        _session.Header.Begin();
        WireReader reader = new(_request, range);
        while (reader.Next(out uint tag))
        {
            switch (tag)
            {
                case ScopeSpansField.Scope when origin != None:
                    _hasLateScope = true;
                    return false;
                case ScopeSpansField.Scope:
                    if (!ReadScope(reader.Length()))
                    {
                        return false;
                    }

                    break;
                case ScopeSpansField.Spans:
                    origin = origin == None ? _session.Header.BuildOrigin(resource) : origin;
                    TakeItem(reader.Length(), origin);
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        if (origin == None)
        {
            _session.Header.BuildOrigin(resource);
        }

        return IsWhole(_messages.OfScope, reader);
    }

    private bool ReadScopeThenSpans(WireRange range, int resource)
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

        if (!IsWhole(_messages.OfScope, header))
        {
            return false;
        }

        ReadSpans(range, _session.Header.BuildOrigin(resource));
        return true;
    }

    private bool ReadScope(WireRange range)
    {
        Expect(range);
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
                    if (!ReadAttribute(ref reader, range.End, _session.Header.Attributes))
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

    // The scope's framing is known to be whole: from here on only single spans or log records can fail.
    private void ReadSpans(WireRange scopeSpans, int origin)
    {
        WireReader reader = new(_request, scopeSpans);
        while (reader.Next(out uint tag))
        {
            if (tag != ScopeSpansField.Spans)
            {
                reader.Skip(tag);
            }
            else
            {
                TakeItem(reader.Length(), origin);
            }
        }
    }

    private void TakeItem(WireRange range, int origin)
    {
        if (_areLogs)
        {
            TakeLogRecord(range, origin);
        }
        else
        {
            TakeSpan(range, origin);
        }
    }

    private void TakeSpan(WireRange range, int origin)
    {
        _session.BeginSpan();
        if (ReadSpan(range))
        {
            _session.Accept(origin);
        }
        else
        {
            _session.Reject(_error, json: false);
        }
    }

    private bool ReadSpan(WireRange range)
    {
        WireReader reader = new(_request, range);
        if (WireShortcuts.TryTakeIds(_request, range, out WireRange traceId, out WireRange spanId, out WireRange parentSpanId, out int position))
        {
            reader.GoTo(position);
        }

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
                    TryTakeTimes(ref reader, range.End);
                    break;
                case SpanField.Kind:
                    _span.SetKind(Enumeration(ref reader));
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
                    if (!ReadAttribute(ref reader, range.End, _span.Attributes))
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
                case SpanField.Links:
                    ReadLink(reader.Length());
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

    private readonly void TryTakeTimes(ref WireReader reader, int end)
    {
        // After damage the reader stands at the end, wherever that is.
        if (reader.Fault == Fault.None && WireShortcuts.TryTakeTimes(_request[reader.Position..end], out byte kind, out ulong start, out ulong stop, out int length))
        {
            _span.SetKind(kind);
            _span.SetStart(start);
            _span.SetEnd(stop);
            reader.GoTo(reader.Position + length);
        }
    }

    // What a resource or scope begins with tells it from others as a rule.
    private readonly void Expect(WireRange header) => _session.Header.Attributes.Expect(_request.Slice(header.Start, Math.Min(header.Length, RecurringPair.MostBytes)));

    // Stands behind the tag of an attribute. Those that recur, this one and others right behind it, are passed over in one go.
    private bool ReadAttribute(ref WireReader reader, int end, AttributeCollector attributes)
    {
        int start = reader.TagOffset;
        int passed = attributes.PassRecurring(_request, start, end);
        if (passed > start)
        {
            reader.GoTo(passed);
            return true;
        }

        RecurringPair? expected = attributes.Expected();
        WireRange range = reader.Length();
        if (!ReadKey(range, out WireRange keyText, out WireRange value))
        {
            return false;
        }

        ReadOnlySpan<byte> key = _request[keyText.Start..keyText.End];
        bool isExpectedKey = expected is not null && expected.HasKey(key);
        KeyRule? rule = isExpectedKey ? expected!.Rule : attributes.RuleOf(key);
        long tooDeep = _span.Tally.ValuesTooDeep;
        if (!ReadValue(value, rule is { WantsText: true }, out RawValue raw))
        {
            return false;
        }

        if (ReferenceEquals(attributes, _span.Attributes))
        {
            _span.ReadFacts(rule, key, raw);
        }

        bool isWorthLearning = expected is not null && (!isExpectedKey || expected.Miss());
        if (isWorthLearning && range.End - start <= RecurringPair.MostBytes && !key.IsEmpty && _span.Tally.ValuesTooDeep == tooDeep)
        {
            attributes.AddAndLearn(rule, key, raw, _request[start..range.End], keyText.Start - start, expected!);
        }
        else
        {
            attributes.Add(rule, key, raw);
        }

        return true;
    }

    // A link that cannot be read links nothing; nothing of the span hangs on it.
    private readonly void ReadLink(WireRange range)
    {
        WireRange traceId = default;
        WireRange spanId = default;
        WireReader reader = new(_request, range);
        while (reader.Next(out uint tag))
        {
            switch (tag)
            {
                case LinkField.TraceId:
                    traceId = reader.Length();
                    break;
                case LinkField.SpanId:
                    spanId = reader.Length();
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        if (reader.Fault == Fault.None && traceId.Length == TraceId.Size && spanId.Length == SpanId.Size)
        {
            _span.Link(TraceId.FromBytes(_request[traceId.Start..traceId.End]), new SpanId(BinaryPrimitives.ReadUInt64BigEndian(_request[spanId.Start..spanId.End])));
        }
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
                    _span.SetStatus(Enumeration(ref reader));
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        return IsWhole(StatusField.Message, reader);
    }

    // Of a longer varint the lower 32 bits count (Protocol Buffers, "Updating a message type").
    private static uint Enumeration(ref WireReader reader) => (uint)reader.Varint();

    private bool ReadEvent(WireRange range)
    {
        // What the attributes mean hangs on the name, which may come after them.
        ReadOnlySpan<byte> name = default;
        ulong unixNanos = 0;
        WireReader header = new(_request, range);
        while (header.Next(out uint tag))
        {
            if (tag == EventField.Name)
            {
                name = header.Bytes();
            }
            else if (tag == EventField.TimeUnixNano)
            {
                unixNanos = header.Fixed64();
            }
            else
            {
                header.Skip(tag);
            }
        }

        return IsWhole(EventField.Message, header) && ReadEventAttributes(range, SpanEvents.Named(name), unixNanos);
    }

    private bool ReadEventAttributes(WireRange range, SpanEvent spanEvent, ulong unixNanos)
    {
        _span.BeginEvent(spanEvent, unixNanos);
        WireReader reader = new(_request, range);
        while (reader.Next(out uint tag))
        {
            if (tag != EventField.Attributes)
            {
                reader.Skip(tag);
            }
            else if (!ReadKey(reader.Length(), out WireRange key, out WireRange value)
                || !ReadValue(value, _span.WantsText(spanEvent), out RawValue raw))
            {
                return false;
            }
            else
            {
                _span.EventAttribute(spanEvent, _request[key.Start..key.End], raw);
            }
        }

        return true;
    }

    private bool ReadKey(WireRange keyValue, out WireRange key, out WireRange value)
    {
        if (WireShortcuts.TrySplitPair(_request, keyValue, out key, out value))
        {
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
                    key = reader.Length();
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
