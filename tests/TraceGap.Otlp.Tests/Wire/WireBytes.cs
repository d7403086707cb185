using System.Text;

namespace TraceGap.Otlp.Tests.Wire;

/// <summary>Protobuf by hand, for what no sender's library would write.</summary>
internal static class WireBytes
{
    public static readonly byte[] TraceIdBytes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
    public static readonly byte[] SpanIdBytes = [0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28];

    public static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(part => part)];

    public static byte[] Varint(ulong value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }

    public static byte[] Field(int number, params byte[][] content)
    {
        byte[] joined = Join(content);
        return Join(Varint(((ulong)number << 3) | 2), Varint((ulong)joined.Length), joined);
    }

    public static byte[] Text(int number, string text) => Field(number, Encoding.UTF8.GetBytes(text));

    public static byte[] Number(int number, ulong value) => Join(Varint((ulong)number << 3), Varint(value));

    public static byte[] Ids => Join(Field(1, TraceIdBytes), Field(2, SpanIdBytes));

    public static byte[] Attribute(int number, string key, params byte[][] anyValue) => Field(number, Text(1, key), Field(2, anyValue));

    public static byte[] SpanOf(params byte[][] content) => Field(2, content);

    public static byte[] Request(params byte[][] spans) => Field(1, Field(2, spans));
}
