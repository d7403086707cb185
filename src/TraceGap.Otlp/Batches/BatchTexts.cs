using System.Text;
using System.Text.Unicode;
using TraceGap.Otlp.Attributes;

namespace TraceGap.Otlp.Batches;

/// <summary>How a text differs from what was on the wire.</summary>
[Flags]
internal enum TextDefects : byte
{
    None = 0,

    /// <summary>It was longer.</summary>
    Capped = 1,

    /// <summary>It was not UTF-8.</summary>
    Invalid = 2,
}

/// <summary>The texts of a batch while it is written. All are UTF-8, whatever was on the wire; one that came before is not looked at twice.</summary>
internal sealed class BatchTexts
{
    private const int MaxStackChars = 512;

    private readonly DistinctBytes _texts = new();

    /// <inheritdoc cref="DistinctBytes.Epoch"/>
    public long Epoch => _texts.Epoch;

    public DistinctBytes Table => _texts;

    /// <summary>The number of a text that is known to be UTF-8.</summary>
    public int Add(ReadOnlySpan<byte> utf8) => _texts.Add(utf8);

    /// <summary>The number of a text.</summary>
    public int Add(string text)
    {
        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        Span<byte> utf8 = most <= MaxStackChars ? stackalloc byte[MaxStackChars] : new byte[most];
        return _texts.Add(utf8[..Encoding.UTF8.GetBytes(text, utf8)]);
    }

    /// <summary>The number of the text of <paramref name="utf8"/>, at most <paramref name="maxChars"/> UTF-16 code units of it and never half a character.</summary>
    public int Add(ReadOnlySpan<byte> utf8, int maxChars, out TextDefects defects)
    {
        defects = TextDefects.None;
        if (utf8.Length > maxChars)
        {
            return AddRepaired(utf8, maxChars, out defects);
        }

        int before = _texts.Count;
        int number = _texts.Add(utf8);
        if (number < before || Utf8.IsValid(utf8))
        {
            return number;
        }

        _texts.TakeBack(before);
        return AddRepaired(utf8, maxChars, out defects);
    }

    private int AddRepaired(ReadOnlySpan<byte> utf8, int maxChars, out TextDefects defects)
    {
        defects = TextDefects.None;
        // A character is at most 4 bytes: what is beyond cannot be kept and need not be judged.
        ReadOnlySpan<byte> head = utf8[..(int)Math.Min(utf8.Length, 4L * maxChars)];
        if (!Utf8.IsValid(head) && !(head.Length < utf8.Length && Utf8.IsValid(WholeCharacters(head))))
        {
            defects |= TextDefects.Invalid;
        }

        Span<char> chars = maxChars <= MaxStackChars ? stackalloc char[MaxStackChars] : new char[maxChars];
        Utf8.ToUtf16(utf8, chars[..maxChars], out int read, out int written, replaceInvalidSequences: true, isFinalBlock: true);
        if (read < utf8.Length)
        {
            defects |= TextDefects.Capped;
        }

        int most = Encoding.UTF8.GetMaxByteCount(written);
        Span<byte> repaired = most <= 4 * MaxStackChars ? stackalloc byte[4 * MaxStackChars] : new byte[most];
        return _texts.Add(repaired[..Encoding.UTF8.GetBytes(chars[..written], repaired)]);
    }

    // Cuts the character that the cut itself may have broken: up to three trailing bytes.
    private static ReadOnlySpan<byte> WholeCharacters(ReadOnlySpan<byte> cut)
    {
        int end = cut.Length - 1;
        while (end > 0 && end > cut.Length - 4 && (cut[end] & 0xC0) == 0x80)
        {
            end--;
        }

        return cut[..end];
    }
}
