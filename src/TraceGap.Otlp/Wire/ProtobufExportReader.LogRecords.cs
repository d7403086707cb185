using System.Buffers.Binary;
using TraceGap.Otlp.Attributes;
using TraceGap.Otlp.Signals;

namespace TraceGap.Otlp.Wire;

// Log records: one walk tells what a record is, a second reads the attributes of the few that matter.
internal ref partial struct ProtobufExportReader
{
    private void TakeLogRecord(WireRange range, int origin)
    {
        SignalBuilder signal = _session.Signal;
        signal.Begin();
        if (!ReadLogHead(range, signal))
        {
            _session.RejectRecord(_error, json: false);
            return;
        }

        RecordUse use = signal.Judge();
        if (use != RecordUse.Signal)
        {
            _session.PassRecord(use);
        }
        else if (ReadLogAttributes(range, signal))
        {
            _session.AcceptRecord(origin);
        }
        else
        {
            _session.RejectRecord(_error, json: false);
        }
    }

    private bool ReadLogHead(WireRange range, SignalBuilder signal)
    {
        WireRange traceId = default;
        WireRange spanId = default;
        WireReader reader = new(_request, range);
        while (reader.Next(out uint tag))
        {
            switch (tag)
            {
                case LogRecordField.TimeUnixNano:
                    signal.Time = reader.Fixed64();
                    break;
                case LogRecordField.ObservedTimeUnixNano:
                    signal.ObservedTime = reader.Fixed64();
                    break;
                case LogRecordField.SeverityNumber:
                    signal.Severity = Enumeration(ref reader);
                    break;
                case LogRecordField.TraceId:
                    traceId = reader.Length();
                    break;
                case LogRecordField.SpanId:
                    spanId = reader.Length();
                    break;
                case LogRecordField.EventName:
                    signal.SetEventName(reader.Bytes(), isField: true);
                    break;
                case LogRecordField.Attributes:
                    if (!ReadLogKey(reader.Length(), signal))
                    {
                        return false;
                    }

                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        // A record with an id of another length belongs to no trace (opentelemetry.proto.logs.v1, trace_id).
        if (traceId.Length == TraceId.Size && spanId.Length == SpanId.Size)
        {
            signal.TraceId = TraceId.FromBytes(_request[traceId.Start..traceId.End]);
            signal.About = new SpanId(BinaryPrimitives.ReadUInt64BigEndian(_request[spanId.Start..spanId.End]));
        }

        return IsWhole(LogRecordField.Message, reader);
    }

    private bool ReadLogKey(WireRange pair, SignalBuilder signal)
    {
        if (!ReadKey(pair, out WireRange key, out WireRange value))
        {
            return false;
        }

        if (!signal.IsEventName(_request[key.Start..key.End]))
        {
            return true;
        }

        if (!ReadValue(value, wanted: true, out RawValue name))
        {
            return false;
        }

        signal.SetEventName(name.IsText ? name.Utf8 : default, isField: false);
        return true;
    }

    private bool ReadLogAttributes(WireRange range, SignalBuilder signal)
    {
        WireReader reader = new(_request, range);
        while (reader.Next(out uint tag))
        {
            if (tag != LogRecordField.Attributes)
            {
                reader.Skip(tag);
            }
            else if (!ReadKey(reader.Length(), out WireRange key, out WireRange value) || !ReadValue(value, wanted: true, out RawValue raw))
            {
                return false;
            }
            else
            {
                signal.Attribute(_request[key.Start..key.End], raw);
            }
        }

        return true;
    }
}
