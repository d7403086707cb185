using System.Text;
using TraceGap.Otlp.Attributes;

namespace TraceGap.Otlp.Batches;

/// <summary>Makes strings of UTF-8 bytes, and gives the same string for bytes that recur, in this batch or another. Bounded, thread-safe.</summary>
/// <remarks>
/// Two entries a set. A text enters only when its set sees it a second time in a row: ids and other texts that never recur would otherwise push out those that do, and cost a copy each.
/// Races between threads cost a second string, never a wrong one.
/// </remarks>
internal sealed class SharedTexts
{
    // 4,096 texts of at most 64 bytes: some megabyte at most.
    private const int Sets = 2048;
    private const int MaxBytes = 64;

    private readonly Set[] _sets = new Set[Sets];
    private readonly bool _areKeys;

    private SharedTexts(bool areKeys) => _areKeys = areKeys;

    /// <summary>Keys of attributes. One that is a literal of the program is that literal: who looks for it finds it by reference.</summary>
    public static SharedTexts Keys { get; } = new(areKeys: true);

    /// <summary>All other texts.</summary>
    public static SharedTexts Values { get; } = new(areKeys: false);

    public string Get(ReadOnlySpan<byte> utf8)
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
        ref Set set = ref _sets[hash & (Sets - 1)];
        return Find(set.First, hash, utf8) ?? Find(set.Second, hash, utf8) ?? Make(ref set, hash, utf8);
    }

    private static string? Find(Entry? entry, ulong hash, ReadOnlySpan<byte> utf8) =>
        entry is not null && entry.Hash == hash && utf8.SequenceEqual(entry.Utf8) ? entry.Text : null;

    private string Make(ref Set set, ulong hash, ReadOnlySpan<byte> utf8)
    {
        string text = Encoding.UTF8.GetString(utf8);
        if (set.LastMiss != hash)
        {
            set.LastMiss = hash;
            return text;
        }

        text = _areKeys ? string.IsInterned(text) ?? text : text;
        (set.Second, set.First) = (set.First, new Entry(hash, utf8.ToArray(), text));
        return text;
    }

    private struct Set
    {
        public ulong LastMiss;
        public Entry? First;
        public Entry? Second;
    }

    private sealed class Entry(ulong hash, byte[] utf8, string text)
    {
        public ulong Hash { get; } = hash;

        public byte[] Utf8 { get; } = utf8;

        public string Text { get; } = text;
    }
}
