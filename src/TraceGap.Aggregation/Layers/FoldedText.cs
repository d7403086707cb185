using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace TraceGap.Aggregation;

/// <summary>Enum values as emitters spell them: trimmed, any case, <c>-</c> and space for <c>_</c>, sometimes quoted because they went through JSON once too often.</summary>
internal sealed class FoldedText : IEqualityComparer<string>
{
    private static readonly SearchValues<char> Foldable = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ- \t\r\n\"");

    public static FoldedText Comparer { get; } = new();

    /// <summary>Whether folding leaves the text as it is.</summary>
    public static bool IsFolded(string text) => !text.AsSpan().ContainsAny(Foldable);

    /// <summary>The text as all its spellings fold to.</summary>
    public static string Of(string text) => string.Concat(Trim(text).ToArray().Select(Fold));

    /// <summary>Whether a value stands for several: it begins or ends with <c>*</c>.</summary>
    public static bool IsPattern(string value) => value.StartsWith('*') || value.EndsWith('*');

    /// <summary>Whether the text matches one of the values.</summary>
    public static bool MatchesAny(string[] values, string text)
    {
        foreach (string value in values)
        {
            if (Matches(value, text))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the text equals the value; a <c>*</c> at its beginning or end stands for anything.</summary>
    public static bool Matches(string value, string text)
    {
        bool isEnd = value.StartsWith('*');
        bool isStart = value.Length > 1 ? value.EndsWith('*') : isEnd;
        ReadOnlySpan<char> part = value.AsSpan().Trim('*');
        ReadOnlySpan<char> trimmed = Trim(text);
        return (isStart, isEnd) switch
        {
            (false, false) => AreEqual(trimmed, part),
            (true, false) => trimmed.Length >= part.Length && AreEqual(trimmed[..part.Length], part),
            (false, true) => trimmed.Length >= part.Length && AreEqual(trimmed[^part.Length..], part),
            _ => ContainsPart(trimmed, part),
        };
    }

    private static bool ContainsPart(ReadOnlySpan<char> text, ReadOnlySpan<char> part)
    {
        for (int at = 0; at + part.Length <= text.Length; at++)
        {
            if (AreEqual(text.Slice(at, part.Length), part))
            {
                return true;
            }
        }

        return false;
    }

    public bool Equals(string? x, string? y) => ReferenceEquals(x, y) || (x is not null && y is not null && AreEqual(Trim(x), Trim(y)));

    public int GetHashCode([DisallowNull] string obj)
    {
        uint hash = 2166136261;
        foreach (char letter in Trim(obj))
        {
            hash = (hash ^ Fold(letter)) * 16777619;
        }

        return (int)hash;
    }

    private static ReadOnlySpan<char> Trim(string text) => text.AsSpan().Trim(" \t\r\n\"");

    private static bool AreEqual(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        if (left.Length != right.Length)
        {
            return false;
        }

        for (int i = 0; i < left.Length; i++)
        {
            if (Fold(left[i]) != Fold(right[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static char Fold(char letter) => letter switch
    {
        >= 'A' and <= 'Z' => (char)(letter | 0x20),
        '-' or ' ' => '_',
        _ => letter,
    };
}
