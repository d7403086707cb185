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

    /// <summary>Whether the text equals one of the values, or begins with one that ends in <c>*</c>.</summary>
    public static bool MatchesAny(string[] values, string text)
    {
        foreach (string value in values)
        {
            bool matches = value.EndsWith('*') ? StartsWith(text, value.AsSpan(..^1)) : Comparer.Equals(value, text);
            if (matches)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the text begins with the folded prefix.</summary>
    public static bool StartsWith(string text, ReadOnlySpan<char> prefix)
    {
        ReadOnlySpan<char> trimmed = Trim(text);
        return trimmed.Length >= prefix.Length && AreEqual(trimmed[..prefix.Length], prefix);
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
