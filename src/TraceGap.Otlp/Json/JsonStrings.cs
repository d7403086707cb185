using System.Buffers.Text;
using System.Text;

namespace TraceGap.Otlp.Json;

/// <summary>Undoes the escapes of a JSON string into UTF-8.</summary>
/// <remarks>
/// The platform's reader throws on strings that are no Unicode (half a surrogate pair, bytes that are not UTF-8); here the one is replaced by
/// U+FFFD and the other handed on, to be replaced and counted like any other text.
/// </remarks>
internal static class JsonStrings
{
    private const int Replacement = 0xFFFD;

    /// <summary>
    /// Writes the unescaped text to <paramref name="destination"/>, as much of it as fits, and gives the written part. The text may overlap the
    /// destination if it begins no earlier: unescaping never lengthens.
    /// </summary>
    public static ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> escaped, Span<byte> destination, out bool replaced)
    {
        replaced = false;
        int read = 0;
        int written = 0;
        Span<byte> character = stackalloc byte[4];
        while (read < escaped.Length)
        {
            int run = escaped[read..].IndexOf((byte)'\\');
            run = Math.Min(run < 0 ? escaped.Length - read : run, destination.Length - written);
            escaped.Slice(read, run).CopyTo(destination[written..]);
            read += run;
            written += run;
            if (read >= escaped.Length || escaped[read] != (byte)'\\')
            {
                break;
            }

            int scalar = ReadEscape(escaped, ref read, ref replaced);
            int length = new Rune(scalar).EncodeToUtf8(character);
            if (length > destination.Length - written)
            {
                break;
            }

            character[..length].CopyTo(destination[written..]);
            written += length;
        }

        return destination[..written];
    }

    private static int ReadEscape(ReadOnlySpan<byte> escaped, ref int read, ref bool replaced)
    {
        byte kind = read + 1 < escaped.Length ? escaped[read + 1] : (byte)0;
        if (kind != (byte)'u')
        {
            read += 2;
            return kind switch
            {
                (byte)'b' => '\b',
                (byte)'f' => '\f',
                (byte)'n' => '\n',
                (byte)'r' => '\r',
                (byte)'t' => '\t',
                _ => kind,
            };
        }

        int first = CodeUnit(escaped, read);
        read += 6;
        if (first is < 0xD800 or > 0xDFFF)
        {
            return first;
        }

        int second = first < 0xDC00 && read + 1 < escaped.Length && escaped[read] == (byte)'\\' && escaped[read + 1] == (byte)'u'
            ? CodeUnit(escaped, read)
            : 0;
        if (second is < 0xDC00 or > 0xDFFF)
        {
            replaced = true;
            return Replacement;
        }

        read += 6;
        return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
    }

    private static int CodeUnit(ReadOnlySpan<byte> escaped, int at) =>
        at + 6 <= escaped.Length
        && Utf8Parser.TryParse(escaped.Slice(at + 2, 4), out uint unit, out int read, 'x')
        && read == 4
            ? (int)unit
            : Replacement;
}
