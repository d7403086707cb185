using System.Buffers.Binary;

namespace TraceGap.Otlp.Wire;

/// <summary>
/// The shapes that nearly every span and attribute has on the wire: a Span that begins with its ids and has kind and times behind its name, a KeyValue of
/// a key and then a value, an AnyValue of one text or one small integer. Anything else, damage included, is left to <see cref="WireReader"/>.
/// </summary>
internal static class WireShortcuts
{
    private const int TraceIdField = Header + TraceId.Size;
    private const int SpanIdField = Header + SpanId.Size;
    private const int TimeField = 1 + sizeof(ulong);

    // Tag and length, the length below 128.
    private const int Header = 2;

    /// <summary>Takes the trace id and the span id at the start of a Span, and gives where what follows begins; the parent's id is taken if it follows.</summary>
    public static bool TryTakeIds(ReadOnlySpan<byte> request, WireRange span, out WireRange traceId, out WireRange spanId, out WireRange parentId, out int position)
    {
        traceId = spanId = parentId = default;
        position = span.Start;
        ReadOnlySpan<byte> bytes = request[span.Start..span.End];
        if (bytes.Length < TraceIdField + SpanIdField || !IsId(bytes, SpanField.TraceId, TraceId.Size) || !IsId(bytes[TraceIdField..], SpanField.SpanId, SpanId.Size))
        {
            return false;
        }

        traceId = new WireRange(position + Header, position + TraceIdField);
        position += TraceIdField + SpanIdField;
        spanId = new WireRange(position - SpanId.Size, position);
        if (bytes.Length >= TraceIdField + (2 * SpanIdField) && IsId(bytes[(TraceIdField + SpanIdField)..], SpanField.ParentSpanId, SpanId.Size))
        {
            position += SpanIdField;
            parentId = new WireRange(position - SpanId.Size, position);
        }

        return true;
    }

    /// <summary>Takes kind, start and end, if they are what follows in a Span.</summary>
    public static bool TryTakeTimes(ReadOnlySpan<byte> rest, out byte kind, out ulong start, out ulong end, out int length)
    {
        length = 2 + (2 * TimeField);
        if (rest.Length < length
            || rest[0] != SpanField.Kind || rest[1] >= 0x80
            || rest[2] != SpanField.StartTimeUnixNano
            || rest[2 + TimeField] != SpanField.EndTimeUnixNano)
        {
            (kind, start, end) = (0, 0, 0);
            return false;
        }

        kind = rest[1];
        start = BinaryPrimitives.ReadUInt64LittleEndian(rest[3..]);
        end = BinaryPrimitives.ReadUInt64LittleEndian(rest[(3 + TimeField)..]);
        return true;
    }

    /// <summary>Takes a KeyValue apart that is a key, a value, and nothing else, each shorter than 128 bytes.</summary>
    public static bool TrySplitPair(ReadOnlySpan<byte> request, WireRange pair, out WireRange key, out WireRange value)
    {
        key = value = default;
        ReadOnlySpan<byte> bytes = request[pair.Start..pair.End];
        if (bytes.Length < 2 * Header || bytes[0] != KeyValueField.Key || bytes[1] >= 0x80)
        {
            return false;
        }

        int second = Header + bytes[1];
        if (second + Header > bytes.Length
            || bytes[second] != KeyValueField.Value
            || bytes[second + 1] >= 0x80
            || second + Header + bytes[second + 1] != bytes.Length)
        {
            return false;
        }

        key = new WireRange(pair.Start + Header, pair.Start + second);
        value = new WireRange(pair.Start + second + Header, pair.End);
        return true;
    }

    /// <summary>Takes the text of an AnyValue that is a text shorter than 128 bytes and nothing else.</summary>
    public static bool TryTakeText(ReadOnlySpan<byte> request, WireRange any, out WireRange text)
    {
        ReadOnlySpan<byte> bytes = request[any.Start..any.End];
        bool fits = bytes.Length >= Header
            && bytes[0] == AnyValueField.StringValue
            && bytes[1] < 0x80
            && bytes.Length == Header + bytes[1];
        text = fits ? new WireRange(any.Start + Header, any.End) : default;
        return fits;
    }

    /// <summary>Takes the number of an AnyValue that is an integer from 0 to 2^21 − 1 (ports, codes, counts of tokens) and nothing else.</summary>
    public static bool TryTakeInteger(ReadOnlySpan<byte> request, WireRange any, out long integer)
    {
        ReadOnlySpan<byte> bytes = request[any.Start..any.End];
        integer = 0;
        if (bytes.Length is < 2 or > 4 || bytes[0] != AnyValueField.IntValue || bytes[^1] >= 0x80)
        {
            return false;
        }

        for (int index = bytes.Length - 1; index > 0; index--)
        {
            if (index < bytes.Length - 1 && bytes[index] < 0x80)
            {
                return false;
            }

            integer = (integer << 7) | (uint)(bytes[index] & 0x7F);
        }

        return true;
    }

    private static bool IsId(ReadOnlySpan<byte> field, uint tag, int length) => field[0] == tag && field[1] == length;
}
