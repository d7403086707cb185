using System.Text;
using TraceGap.Otlp.Attributes;

namespace TraceGap.Otlp.Batches;

/// <summary>Makes strings of UTF-8 bytes, and gives the same string for bytes that recur, in this batch or another. Bounded, thread-safe.</summary>
/// <remarks>
/// One entry a slot, the newcomer wins. A text enters only when its slot sees it a second time in a row: ids and other texts that never recur would
/// otherwise push out those that do, and cost a copy each. Races between threads cost a second string, never a wrong one.
/// </remarks>
internal static class SharedTexts
{
    // 4,096 texts of at most 64 bytes: some megabyte at most.
    private const int Slots = 4096;
    private const int MaxBytes = 64;

    private static readonly Slot[] Table = new Slot[Slots];

    public static string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            return "";
        }

        if (utf8.Length > MaxBytes)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        ulong hash = Utf8Hash.Of(utf8);
        ref Slot slot = ref Table[hash & (Slots - 1)];
        // The hash may be that of another writer's entry, which the bytes show.
        if (slot.Hash == hash && slot.Entry is Entry entry && utf8.SequenceEqual(entry.Utf8))
        {
            return entry.Text;
        }

        string text = Encoding.UTF8.GetString(utf8);
        if (slot.LastMiss == hash)
        {
            text = string.IsInterned(text) ?? text;
            slot.Entry = new Entry(utf8.ToArray(), text);
            slot.Hash = hash;
        }
        else
        {
            slot.LastMiss = hash;
        }

        return text;
    }

    // The hash beside the entry: most misses end without a look at it.
    private struct Slot
    {
        public ulong Hash;
        public ulong LastMiss;
        public Entry? Entry;
    }

    private sealed class Entry(byte[] utf8, string text)
    {
        public byte[] Utf8 { get; } = utf8;

        public string Text { get; } = text;
    }
}
