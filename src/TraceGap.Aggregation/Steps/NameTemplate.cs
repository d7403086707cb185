using System.Buffers;
using System.Text;

namespace TraceGap.Aggregation;

/// <summary>
/// Span names with what varies from run to run taken out, so that they can be keys: <c>specialist_7</c> → <c>specialist_{n}</c>, <c>run 5f1b…-…</c> → <c>run {guid}</c>.
/// A pure function of the name. Digits that touch letters are words (<c>gpt-4o</c>, <c>sha256</c>) and stay.
/// </summary>
public static class NameTemplate
{
    private const int MinHexLength = 8;
    private const int MinIdLength = 16;
    private const int GuidLength = 36;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");

    /// <summary>The template of a name; the name itself if nothing in it varies.</summary>
    public static string Of(string name) => MayVary(name) ? Replace(name) : name;

    /// <summary>False if nothing in the name can vary: it has no digits.</summary>
    public static bool MayVary(string name) => name.AsSpan().IndexOfAny(Digits) >= 0;

    private static string Replace(string name)
    {
        StringBuilder template = new(name.Length);
        int at = 0;
        while (at < name.Length)
        {
            if (!char.IsAsciiLetterOrDigit(name[at]))
            {
                template.Append(name[at++]);
                continue;
            }

            if (IsGuidAt(name, at))
            {
                template.Append("{guid}");
                at += GuidLength;
                continue;
            }

            int end = at + 1;
            while (end < name.Length && char.IsAsciiLetterOrDigit(name[end]))
            {
                end++;
            }

            ReadOnlySpan<char> word = name.AsSpan(at, end - at);
            template.Append(PlaceholderOf(word) ?? word);
            at = end;
        }

        return template.ToString();
    }

    private static string? PlaceholderOf(ReadOnlySpan<char> word)
    {
        int digits = 0;
        int hex = 0;
        foreach (char letter in word)
        {
            digits += char.IsAsciiDigit(letter) ? 1 : 0;
            hex += char.IsAsciiHexDigit(letter) ? 1 : 0;
        }

        return digits == word.Length ? "{n}"
            : digits == 0 ? null
            : hex == word.Length && word.Length >= MinHexLength ? "{hex}"
            : word.Length >= MinIdLength ? "{id}"
            : null;
    }

    private static bool IsGuidAt(string name, int at)
    {
        if (at + GuidLength > name.Length || (at + GuidLength < name.Length && char.IsAsciiLetterOrDigit(name[at + GuidLength])))
        {
            return false;
        }

        for (int i = 0; i < GuidLength; i++)
        {
            bool fits = i is 8 or 13 or 18 or 23 ? name[at + i] == '-' : char.IsAsciiHexDigit(name[at + i]);
            if (!fits)
            {
                return false;
            }
        }

        return true;
    }
}
