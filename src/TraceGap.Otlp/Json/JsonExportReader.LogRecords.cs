using System.Text;
using System.Text.Json;
using TraceGap.Otlp.Attributes;
using TraceGap.Otlp.Signals;
using TraceGap.Otlp.Wire;

namespace TraceGap.Otlp.Json;

// Log records: one walk tells what a record is, a second reads the attributes of the few that matter.
internal ref partial struct JsonExportReader
{
    // SEVERITY_NUMBER_TRACE, SEVERITY_NUMBER_TRACE2 … SEVERITY_NUMBER_FATAL4: four of each grade, from 1 on.
    private static readonly byte[][] SeverityNames =
    [
        [.. "SEVERITY_NUMBER_UNSPECIFIED"u8],
        .. new[] { "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL" }
            .SelectMany(static _ => Enumerable.Range(1, 4), static (grade, step) => Encoding.ASCII.GetBytes($"SEVERITY_NUMBER_{grade}{(step == 1 ? "" : step)}")),
    ];

    private void TakeLogRecord(int origin)
    {
        SignalBuilder signal = _session.Signal;
        Utf8JsonReader start = _reader;
        signal.Begin();
        if (!ReadLogHead(signal))
        {
            RejectLogRecord(start);
            return;
        }

        RecordUse use = signal.Judge();
        if (use != RecordUse.Signal)
        {
            _session.PassRecord(use);
            return;
        }

        _reader = start;
        if (ReadLogAttributes(signal))
        {
            _session.AcceptRecord(origin);
        }
        else
        {
            RejectLogRecord(start);
        }
    }

    private void RejectLogRecord(in Utf8JsonReader start)
    {
        _session.RejectRecord(InRequest(_error), json: true);
        _reader = start;
        _reader.Skip();
    }

    private bool ReadLogHead(SignalBuilder signal)
    {
        TraceId traceId = default;
        SpanId spanId = default;
        while (JsonObjects.NextField(ref _reader, LogRecordField.Message, out int field))
        {
            bool read = field switch
            {
                1 or 11 => ReadLogTime(field, signal),
                2 => ReadSeverity(signal),
                6 => ReadLogKeys(signal),
                9 => ReadLogTraceId(out traceId),
                10 => ReadLogSpanId(out spanId),
                12 => ReadLogEventName(signal),
                _ => Skip(),
            };
            if (!read)
            {
                return false;
            }
        }

        if (!traceId.IsZero && !spanId.IsNone)
        {
            signal.TraceId = traceId;
            signal.About = spanId;
        }

        return true;
    }

    private bool ReadLogTime(int field, SignalBuilder signal)
    {
        Fault fault = JsonNumbers.Unsigned(_reader, out ulong number);
        if (fault != Fault.None)
        {
            return Fail(LogRecordField.Message, field, fault);
        }

        if (field == 1)
        {
            signal.Time = number;
        }
        else
        {
            signal.ObservedTime = number;
        }

        return true;
    }

    private bool ReadSeverity(SignalBuilder signal)
    {
        if (!ReadEnum(LogRecordField.Message, 2, SeverityNames, out ulong number))
        {
            return false;
        }

        // A name that is not known says nothing.
        signal.Severity = number == ulong.MaxValue ? 0 : (uint)number;
        return true;
    }

    // A record with an id that is none belongs to no trace (opentelemetry.proto.logs.v1, trace_id).
    private bool ReadLogTraceId(out TraceId id)
    {
        id = default;
        if (!ReadText(LogRecordField.Message, 9, out ReadOnlySpan<byte> digits))
        {
            return false;
        }

        if (digits.Length == 2 * TraceId.Size && TryHex(digits[..16], out ulong high) && TryHex(digits[16..], out ulong low))
        {
            id = new TraceId(high, low);
        }

        return true;
    }

    private bool ReadLogSpanId(out SpanId id)
    {
        id = default;
        if (!ReadText(LogRecordField.Message, 10, out ReadOnlySpan<byte> digits))
        {
            return false;
        }

        if (digits.Length == 2 * SpanId.Size && TryHex(digits, out ulong value))
        {
            id = new SpanId(value);
        }

        return true;
    }

    private bool ReadLogEventName(SignalBuilder signal)
    {
        if (!ReadText(LogRecordField.Message, 12, out ReadOnlySpan<byte> name))
        {
            return false;
        }

        signal.SetEventName(name, isField: true);
        return true;
    }

    private bool ReadLogKeys(SignalBuilder signal)
    {
        if (!IsArray(LogRecordField.Message, 6))
        {
            return false;
        }

        while (NextItem(LogRecordField.Message, 6, out bool isItem))
        {
            if (!isItem)
            {
                return false;
            }

            bool isName = signal.IsEventName(JsonObjects.FindKey(_reader, _session.KeyText));
            if (!ReadValue(wanted: isName, out RawValue value))
            {
                return false;
            }

            signal.SetEventName(value.IsText ? value.Utf8 : default, isField: false);
        }

        return true;
    }

    private bool ReadLogAttributes(SignalBuilder signal)
    {
        while (JsonObjects.NextField(ref _reader, LogRecordField.Message, out int field))
        {
            if (field != 6)
            {
                _reader.Skip();
                continue;
            }

            while (NextItem(LogRecordField.Message, 6, out bool isItem))
            {
                if (!isItem)
                {
                    return false;
                }

                ReadOnlySpan<byte> key = JsonObjects.FindKey(_reader, _session.KeyText);
                if (!ReadValue(wanted: true, out RawValue value))
                {
                    return false;
                }

                signal.Attribute(key, value);
            }
        }

        return true;
    }
}
