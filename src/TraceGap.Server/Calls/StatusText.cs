using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TraceGap.Server.Calls;

/// <summary>Bounds what an answer says to people: it may quote the request, and an answer must not grow with that.</summary>
internal static class StatusText
{
    /// <summary>Longest text, bytes of UTF-8; OTLP recommends 4 MiB for a whole response, and a reason needs no more than a line.</summary>
    public const int MaxBytes = 1024;

    /// <summary>JSON for programs and for people who look at it: only what must be escaped is.</summary>
    public static JsonWriterOptions Json { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The beginning of <paramref name="text"/> that is no longer than <see cref="MaxBytes"/>; half surrogate pairs are replaced.</summary>
    public static string Cut(string text)
    {
        StringBuilder kept = new(Math.Min(text.Length, MaxBytes));
        int bytes = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > MaxBytes)
            {
                break;
            }

            kept.Append(rune.ToString());
        }

        return kept.ToString();
    }
}
