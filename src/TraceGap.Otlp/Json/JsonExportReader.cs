using System.Buffers.Text;
using System.Text.Json;
using TraceGap.Otlp.Attributes;
using TraceGap.Otlp.Facts;
using TraceGap.Otlp.Wire;

namespace TraceGap.Otlp.Json;

/// <summary>Reads an ExportTraceServiceRequest or an ExportLogsServiceRequest in OTLP/JSON, message by message, into the same session as the Protocol Buffers reader.</summary>
/// <remarks>
/// Members come in any order: a copy of the reader looks ahead for what must be known first (resource before spans, key before value, an
/// event's name before its attributes). A value of a wrong type inside a span costs that span; text that is not JSON costs the request.
/// </remarks>
internal ref partial struct JsonExportReader
{
    private static readonly byte[][] KindNames =
    [
        [.. "SPAN_KIND_UNSPECIFIED"u8], [.. "SPAN_KIND_INTERNAL"u8], [.. "SPAN_KIND_SERVER"u8],
        [.. "SPAN_KIND_CLIENT"u8], [.. "SPAN_KIND_PRODUCER"u8], [.. "SPAN_KIND_CONSUMER"u8],
    ];

    private static readonly byte[][] StatusNames = [[.. "STATUS_CODE_UNSET"u8], [.. "STATUS_CODE_OK"u8], [.. "STATUS_CODE_ERROR"u8]];

    private readonly DecodeSession _session;
    private readonly SpanBuilder _span;
    private readonly ExportMessages _messages;
    private readonly bool _areLogs;
    private readonly int _markLength;
    private Utf8JsonReader _reader;
    private DecodeError _error;

    /// <param name="session">Takes what is read.</param>
    /// <param name="utf8">The request.</param>
    /// <param name="messages">The messages that it is made of.</param>
    public JsonExportReader(DecodeSession session, ReadOnlySpan<byte> utf8, ExportMessages messages)
    {
        _messages = messages;
        _areLogs = ReferenceEquals(messages, ExportMessages.Logs);
        _session = session;
        _span = session.Span;
        // A byte order mark says nothing in UTF-8, yet some writers put one there; a reader may pass over it (RFC 8259 section 8.1).
        _markLength = utf8.StartsWith("\uFEFF"u8) ? 3 : 0;

        // The platform's reader keeps a bit per level, not a stack frame: depth is bounded by the length of the request.
        _reader = new Utf8JsonReader(utf8[_markLength..], new JsonReaderOptions { MaxDepth = int.MaxValue });
    }

    /// <summary>Reads the whole request into the session.</summary>
    public void Read()
    {
        try
        {
            if (!ReadRequest())
            {
                _session.GiveUp(InRequest(_error), json: true);
            }
        }
        catch (JsonException)
        {
            _session.GiveUp(InRequest(new DecodeError(_messages.Request, 0, (int)_reader.BytesConsumed, Fault.NotJson)), json: true);
        }
    }

    // Offsets are the reader's up to here; what is told counts from the start of the request.
    private readonly DecodeError InRequest(in DecodeError error) => error with { Offset = error.Offset + _markLength };

    private bool ReadRequest()
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            return Fail(_messages.Request, 0, Fault.WrongType);
        }

        while (JsonObjects.NextField(ref _reader, _messages.Request, out int field))
        {
            if (field == 0)
            {
                _reader.Skip();
            }
            else if (!ReadAllResourceSpans())
            {
                return false;
            }
        }

        // Meets what is behind the end, which is an error of its own.
        _reader.Read();
        return true;
    }

    private bool ReadAllResourceSpans()
    {
        if (!IsArray(_messages.Request, 1))
        {
            return false;
        }

        while (NextItem(_messages.Request, 1, out bool isItem))
        {
            if (!isItem || !ReadResourceSpans())
            {
                return false;
            }
        }

        return true;
    }

    private bool ReadResourceSpans()
    {
        Utf8JsonReader start = _reader;
        _session.Header.Begin();
        while (JsonObjects.NextField(ref _reader, _messages.OfResource, out int field))
        {
            if (field != 1)
            {
                _reader.Skip();
            }
            else if (!ReadResource())
            {
                return false;
            }
        }

        int resource = _session.Header.BuildResource();
        _reader = start;
        while (JsonObjects.NextField(ref _reader, _messages.OfResource, out int field))
        {
            if (field != 2)
            {
                _reader.Skip();
            }
            else if (!ReadAllScopeSpans(resource))
            {
                return false;
            }
        }

        return true;
    }

    private bool ReadResource()
    {
        if (!IsObject(_messages.OfResource, 1))
        {
            return false;
        }

        while (JsonObjects.NextField(ref _reader, ResourceField.Message, out int field))
        {
            if (field != 1)
            {
                _reader.Skip();
            }
            else if (!ReadHeaderAttributes(ResourceField.Message, 1))
            {
                return false;
            }
        }

        return true;
    }

    private bool ReadAllScopeSpans(int resource)
    {
        if (!IsArray(_messages.OfResource, 2))
        {
            return false;
        }

        while (NextItem(_messages.OfResource, 2, out bool isItem))
        {
            if (!isItem || !ReadScopeSpans(resource))
            {
                return false;
            }
        }

        return true;
    }

    private bool ReadScopeSpans(int resource)
    {
        Utf8JsonReader start = _reader;
        _session.Header.Begin();
        while (JsonObjects.NextField(ref _reader, _messages.OfScope, out int field))
        {
            if (field != 1)
            {
                _reader.Skip();
            }
            else if (!ReadScope())
            {
                return false;
            }
        }

        int origin = _session.Header.BuildOrigin(resource);
        _reader = start;
        while (JsonObjects.NextField(ref _reader, _messages.OfScope, out int field))
        {
            if (field != 2)
            {
                _reader.Skip();
            }
            else if (!ReadItems(origin))
            {
                return false;
            }
        }

        return true;
    }

    private bool ReadScope()
    {
        if (!IsObject(_messages.OfScope, 1))
        {
            return false;
        }

        while (JsonObjects.NextField(ref _reader, ScopeField.Message, out int field))
        {
            if (field is 1 or 2)
            {
                if (!ReadText(ScopeField.Message, field, out ReadOnlySpan<byte> text))
                {
                    return false;
                }

                if (field == 1)
                {
                    _session.Header.SetName(text);
                }
                else
                {
                    _session.Header.SetVersion(text);
                }
            }
            else if (field != 3)
            {
                _reader.Skip();
            }
            else if (!ReadHeaderAttributes(ScopeField.Message, 3))
            {
                return false;
            }
        }

        return true;
    }

    private bool ReadHeaderAttributes(WireMessage message, int field)
    {
        if (!IsArray(message, field))
        {
            return false;
        }

        while (NextItem(message, field, out bool isItem))
        {
            if (!isItem)
            {
                return false;
            }

            ReadOnlySpan<byte> key = JsonObjects.FindKey(_reader, _session.KeyText);
            KeyRule? rule = _session.Header.RuleOf(key);
            if (!ReadValue(rule is { WantsText: true }, out RawValue value))
            {
                return false;
            }

            _session.Header.Attribute(rule, key, value);
        }

        return true;
    }

    private bool ReadItems(int origin)
    {
        if (!IsArray(_messages.OfScope, 2))
        {
            return false;
        }

        while (NextItem(_messages.OfScope, 2, out bool isItem))
        {
            if (!isItem)
            {
                return false;
            }

            if (_areLogs)
            {
                TakeLogRecord(origin);
            }
            else
            {
                TakeSpan(origin);
            }
        }

        return true;
    }

    private void TakeSpan(int origin)
    {
        Utf8JsonReader start = _reader;
        _session.BeginSpan();
        if (ReadSpan())
        {
            _session.Accept(origin);
        }
        else
        {
            _session.Reject(InRequest(_error), json: true);
            _reader = start;
            _reader.Skip();
        }
    }

    private bool ReadSpan()
    {
        int start = (int)_reader.TokenStartIndex;
        bool hasTraceId = false;
        bool hasSpanId = false;
        while (JsonObjects.NextField(ref _reader, SpanField.Message, out int field))
        {
            hasTraceId |= field == 1;
            hasSpanId |= field == 2;
            bool read = field switch
            {
                1 or 2 or 4 => ReadId(field),
                3 or 5 => ReadSpanText(field),
                6 => ReadKind(),
                7 or 8 or 16 => ReadSpanNumber(field),
                9 => ReadSpanAttributes(),
                11 => ReadEvents(),
                13 => ReadLinks(),
                15 => ReadStatus(),
                _ => Skip(),
            };
            if (!read)
            {
                return false;
            }
        }

        return (hasTraceId || Fail(SpanField.Message, 1, Fault.Missing, start))
            && (hasSpanId || Fail(SpanField.Message, 2, Fault.Missing, start));
    }

    private bool Skip()
    {
        _reader.Skip();
        return true;
    }

    private bool ReadId(int field)
    {
        if (!ReadText(SpanField.Message, field, out ReadOnlySpan<byte> text))
        {
            return false;
        }

        bool isParent = field == 4;
        if (isParent && text.IsEmpty)
        {
            _span.ParentSpanId = SpanId.None;
            return true;
        }

        int digits = 2 * (field == 1 ? TraceId.Size : SpanId.Size);
        ulong high = 0;
        if (text.Length != digits || !TryHex(text[^16..], out ulong low) || (field == 1 && !TryHex(text[..16], out high)))
        {
            return Fail(SpanField.Message, field, Fault.NotHexadecimal, expected: digits);
        }

        switch (field)
        {
            case 1:
                _span.TraceId = new TraceId(high, low);
                break;
            case 2:
                _span.SpanId = new SpanId(low);
                break;
            default:
                _span.ParentSpanId = new SpanId(low);
                break;
        }

        return isParent || (high | low) != 0 || Fail(SpanField.Message, field, Fault.AllZero);
    }

    private bool ReadSpanText(int field)
    {
        if (!ReadText(SpanField.Message, field, out ReadOnlySpan<byte> text))
        {
            return false;
        }

        if (field == 5)
        {
            _span.SetName(text);
        }
        else
        {
            _span.SetTraceState(text);
        }

        return true;
    }

    private bool ReadKind()
    {
        if (!ReadEnum(SpanField.Message, 6, KindNames, out ulong kind))
        {
            return false;
        }

        _span.SetKind(kind);
        return true;
    }

    private bool ReadSpanNumber(int field)
    {
        Fault fault = JsonNumbers.Unsigned(_reader, out ulong number);
        fault = field == 16 && number > uint.MaxValue ? Fault.OutOfRange : fault;
        if (fault != Fault.None)
        {
            return Fail(SpanField.Message, field, fault);
        }

        switch (field)
        {
            case 7:
                _span.SetStart(number);
                break;
            case 8:
                _span.SetEnd(number);
                break;
            default:
                _span.Flags = (uint)number;
                break;
        }

        return true;
    }

    private bool ReadStatus()
    {
        if (!IsObject(SpanField.Message, 15))
        {
            return false;
        }

        while (JsonObjects.NextField(ref _reader, StatusField.Message, out int field))
        {
            if (field == 2)
            {
                if (!ReadText(StatusField.Message, field, out ReadOnlySpan<byte> text))
                {
                    return false;
                }

                _span.SetStatusText(text);
            }
            else if (field != 3)
            {
                _reader.Skip();
            }
            else if (!ReadEnum(StatusField.Message, field, StatusNames, out ulong code))
            {
                return false;
            }
            else
            {
                _span.SetStatus(code);
            }
        }

        return true;
    }

    private bool ReadSpanAttributes()
    {
        if (!IsArray(SpanField.Message, 9))
        {
            return false;
        }

        while (NextItem(SpanField.Message, 9, out bool isItem))
        {
            if (!isItem)
            {
                return false;
            }

            ReadOnlySpan<byte> key = JsonObjects.FindKey(_reader, _session.KeyText);
            KeyRule? rule = _span.RuleOf(key);
            if (!ReadValue(rule is { WantsText: true }, out RawValue value))
            {
                return false;
            }

            _span.Attribute(rule, key, value);
        }

        return true;
    }

    private bool ReadEvents()
    {
        if (!IsArray(SpanField.Message, 11))
        {
            return false;
        }

        while (NextItem(SpanField.Message, 11, out bool isItem))
        {
            if (!isItem || !ReadEvent())
            {
                return false;
            }
        }

        return true;
    }

    // A link that cannot be read links nothing; nothing of the span hangs on it.
    private bool ReadLinks()
    {
        Utf8JsonReader links = _reader;
        while (links.TokenType == JsonTokenType.StartArray || links.TokenType == JsonTokenType.EndObject)
        {
            links.Read();
            if (links.TokenType != JsonTokenType.StartObject)
            {
                break;
            }

            ReadLink(ref links);
        }

        _reader.Skip();
        return true;
    }

    private readonly void ReadLink(ref Utf8JsonReader links)
    {
        TraceId traceId = default;
        SpanId spanId = default;
        while (JsonObjects.NextField(ref links, LinkField.Message, out int field))
        {
            if (links.TokenType != JsonTokenType.String || field is not (1 or 2))
            {
                links.Skip();
                continue;
            }

            ReadOnlySpan<byte> digits = JsonObjects.Text(links, _session.ValueText);
            ulong high = 0;
            if (digits.Length == 2 * (field == 1 ? TraceId.Size : SpanId.Size) && TryHex(digits[^16..], out ulong low) && (field == 2 || TryHex(digits[..16], out high)))
            {
                (traceId, spanId) = field == 1 ? (new TraceId(high, low), spanId) : (traceId, new SpanId(low));
            }
        }

        if (!traceId.IsZero && !spanId.IsNone)
        {
            _span.Link(traceId, spanId);
        }
    }

    private bool ReadEvent()
    {
        SpanEvent spanEvent = HeadOfEvent(_reader, out ulong unixNanos);
        _span.BeginEvent(spanEvent, unixNanos);
        while (JsonObjects.NextField(ref _reader, EventField.Message, out int field))
        {
            if (field != 3)
            {
                _reader.Skip();
            }
            else if (!ReadEventAttributes(spanEvent))
            {
                return false;
            }
        }

        return true;
    }

    // The time of an event matters to few; one that is no number is that of no event.
    private readonly SpanEvent HeadOfEvent(Utf8JsonReader reader, out ulong unixNanos)
    {
        unixNanos = 0;
        SpanEvent spanEvent = SpanEvent.None;
        while (JsonObjects.NextField(ref reader, EventField.Message, out int field))
        {
            if (field == 2 && reader.TokenType == JsonTokenType.String)
            {
                spanEvent = SpanEvents.Named(JsonObjects.Text(reader, _session.ValueText));
            }
            else if (field == 1 && JsonNumbers.Unsigned(reader, out ulong number) == Fault.None)
            {
                unixNanos = number;
            }
            else
            {
                reader.Skip();
            }
        }

        return spanEvent;
    }

    private bool ReadEventAttributes(SpanEvent spanEvent)
    {
        if (!IsArray(EventField.Message, 3))
        {
            return false;
        }

        while (NextItem(EventField.Message, 3, out bool isItem))
        {
            if (!isItem)
            {
                return false;
            }

            ReadOnlySpan<byte> key = JsonObjects.FindKey(_reader, _session.KeyText);
            if (!ReadValue(_span.WantsText(spanEvent), out RawValue value))
            {
                return false;
            }

            _span.EventAttribute(spanEvent, key, value);
        }

        return true;
    }

    // Reads the KeyValue on whose start the reader stands to its end. Of several values the last counts.
    private bool ReadValue(bool wanted, out RawValue value)
    {
        value = default;
        while (JsonObjects.NextField(ref _reader, KeyValueField.Message, out int field))
        {
            if (field != 2)
            {
                _reader.Skip();
            }
            else if (!JsonValueReader.TryRead(ref _reader, _session, wanted, out value, out _error))
            {
                return false;
            }
        }

        return true;
    }

    private bool ReadText(WireMessage message, int field, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (_reader.TokenType != JsonTokenType.String)
        {
            return Fail(message, field, Fault.WrongType);
        }

        text = JsonObjects.Text(_reader, _session.ValueText);
        return true;
    }

    // A number, or the name that the proto file gives it; one that is not known reads as a number that is not.
    private bool ReadEnum(WireMessage message, int field, byte[][] names, out ulong number)
    {
        number = ulong.MaxValue;
        if (JsonNumbers.Signed(_reader, out long signed) == Fault.None)
        {
            number = (ulong)signed;
            return true;
        }

        if (_reader.TokenType != JsonTokenType.String)
        {
            return Fail(message, field, Fault.WrongType);
        }

        for (int index = 0; index < names.Length; index++)
        {
            if (JsonObjects.Is(_reader, names[index]))
            {
                number = (ulong)index;
            }
        }

        return true;
    }

    private bool IsArray(WireMessage message, int field) =>
        _reader.TokenType == JsonTokenType.StartArray || Fail(message, field, Fault.WrongType);

    private bool IsObject(WireMessage message, int field) =>
        _reader.TokenType == JsonTokenType.StartObject || Fail(message, field, Fault.WrongType);

    // Moves to the next element, which must be a message. False on the array's end.
    private bool NextItem(WireMessage message, int field, out bool isItem)
    {
        isItem = false;
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.EndArray)
        {
            return false;
        }

        isItem = IsObject(message, field);
        return true;
    }

    private bool Fail(WireMessage message, int field, Fault fault, int offset = -1, int expected = 0)
    {
        _error = new DecodeError(message, field, offset >= 0 ? offset : (int)_reader.TokenStartIndex, fault, expected);
        return false;
    }

    private static bool TryHex(ReadOnlySpan<byte> digits, out ulong value) =>
        Utf8Parser.TryParse(digits, out value, out int read, 'x') && read == digits.Length;
}
