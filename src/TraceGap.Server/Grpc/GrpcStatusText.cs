using System.Text;

namespace TraceGap.Server.Grpc;

/// <summary>Writes <c>grpc-message</c>: UTF-8 with everything but printable ASCII, and the percent sign, as <c>%XX</c> (gRPC over HTTP/2, "Responses").</summary>
internal static class GrpcStatusText
{
    /// <summary>Clients bound the size of all headers together, commonly at 8 KiB; a status must never be lost to its own text.</summary>
    public const int MaxEncodedLength = 1024;

    private const string HexDigits = "0123456789ABCDEF";

    /// <summary>The beginning of <paramref name="text"/> whose encoding is no longer than <see cref="MaxEncodedLength"/>; half surrogate pairs are replaced.</summary>
    public static string Cut(string text)
    {
        StringBuilder kept = new(Math.Min(text.Length, MaxEncodedLength));
        int encodedLength = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            encodedLength += IsPlain(rune) ? 1 : rune.Utf8SequenceLength * 3;
            if (encodedLength > MaxEncodedLength)
            {
                break;
            }

            kept.Append(rune.ToString());
        }

        return kept.ToString();
    }

    /// <summary>Encodes <paramref name="text"/>.</summary>
    public static string Encode(string text)
    {
        StringBuilder encoded = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (IsPlain(rune))
            {
                encoded.Append((char)rune.Value);
            }
            else
            {
                AppendEscaped(encoded, rune);
            }
        }

        return encoded.ToString();
    }

    private static bool IsPlain(Rune rune) => rune.Value is >= ' ' and <= '~' and not '%';

    private static void AppendEscaped(StringBuilder encoded, Rune rune)
    {
        Span<byte> utf8 = stackalloc byte[4];
        foreach (byte value in utf8[..rune.EncodeToUtf8(utf8)])
        {
            encoded.Append('%').Append(HexDigits[value >> 4]).Append(HexDigits[value & 15]);
        }
    }
}
