using System.Text;
using System.Text.Unicode;

namespace TraceGap.Otlp.Attributes;

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

/// <summary>Makes strings of UTF-8 bytes, and gives the same string for bytes that recur. Bounded; one owner at a time.</summary>
/// <remarks>
/// One entry a slot, the newcomer wins. A text enters only when its slot sees it a second time in a row: ids and other texts that never recur
/// would otherwise push out those that do, and cost a copy each.
/// </remarks>
internal sealed class TextCache
{
    private const int MaxStackChars = 512;

    private readonly Slot[] _slots;
    private readonly int _maxBytes;

    public TextCache(int entries, int maxBytes)
    {
        _slots = new Slot[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(entries, 1))];
        _maxBytes = maxBytes;
    }

    /// <summary>The text of <paramref name="utf8"/>, at most <paramref name="maxChars"/> UTF-16 code units and never half a character.</summary>
    public string Get(ReadOnlySpan<byte> utf8, int maxChars, out TextDefects defects)
    {
        defects = TextDefects.None;
        if (utf8.IsEmpty)
        {
            return "";
        }

        if (utf8.Length > _maxBytes || utf8.Length > maxChars)
        {
            return Make(utf8, maxChars, out defects);
        }

        ulong hash = Utf8Hash.Of(utf8);
        ref Slot slot = ref _slots[(int)hash & (_slots.Length - 1)];
        if (slot.Text is not null && slot.Hash == hash && utf8.SequenceEqual(slot.Utf8))
        {
            return slot.Text;
        }

        string text = Make(utf8, maxChars, out defects);
        if (slot.LastMiss == hash && defects == TextDefects.None)
        {
            slot = new Slot { Hash = hash, Utf8 = utf8.ToArray(), Text = text };
        }
        else
        {
            slot.LastMiss = hash;
        }

        return text;
    }

    private static string Make(ReadOnlySpan<byte> utf8, int maxChars, out TextDefects defects)
    {
        defects = TextDefects.None;
        // A character is at most 4 bytes: what is beyond cannot be kept and need not be judged.
        ReadOnlySpan<byte> head = utf8[..(int)Math.Min(utf8.Length, 4L * maxChars)];
        if (!Utf8.IsValid(head) && !(head.Length < utf8.Length && Utf8.IsValid(WholeCharacters(head))))
        {
            defects |= TextDefects.Invalid;
        }

        if (utf8.Length <= maxChars)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        Span<char> chars = maxChars <= MaxStackChars ? stackalloc char[maxChars] : new char[maxChars];
        Utf8.ToUtf16(utf8, chars, out int read, out int written, replaceInvalidSequences: true, isFinalBlock: true);
        if (read < utf8.Length)
        {
            defects |= TextDefects.Capped;
        }

        return new string(chars[..written]);
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

    private struct Slot
    {
        public ulong Hash;
        public ulong LastMiss;
        public byte[]? Utf8;
        public string? Text;
    }
}
