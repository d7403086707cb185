using System.Text;

namespace TraceGap.Otlp.Attributes;

/// <summary>Finds the rule of an attribute key from its UTF-8 bytes, without making a string. Immutable.</summary>
internal sealed class KeyTable
{
    private readonly KeyRule?[] _slots;
    private readonly KeyRule[]?[] _prefixesByFirstByte = new KeyRule[256][];

    /// <summary>Makes the table of the known keys and of <paramref name="alsoKeep"/>; known keys stay as they are, content is never kept.</summary>
    public KeyTable(IEnumerable<string> alsoKeep)
    {
        Dictionary<string, KeyRule> rules = new(StringComparer.Ordinal);
        IEnumerable<string> added = alsoKeep.Where(key => key.Length > 0 && !AttributeKeys.IsContent(key));
        foreach (KeyRule rule in AttributeKeys.Rules().Concat(added.Select(key => new KeyRule(key, KeyUse.Keep))))
        {
            rules.TryAdd(rule.Key, rule);
        }

        // A quarter full: most lookups, and most of those that find nothing, end at the first slot.
        _slots = new KeyRule?[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)rules.Count * 4)];
        Ranked = [.. rules.Keys.Order(StringComparer.Ordinal)];
        for (int rank = 0; rank < Ranked.Length; rank++)
        {
            KeyRule rule = rules[Ranked[rank]];
            _slots[FreeSlot(rule.Utf8)] = new KeyRule(rule.Key, rule.Use) { Rank = rank, CountOrder = rule.CountOrder };
        }

        foreach (IGrouping<byte, KeyRule> group in AttributeKeys.PrefixRules().GroupBy(rule => rule.Utf8[0]))
        {
            _prefixesByFirstByte[group.Key] = [.. group.Select(Ranking)];
        }
    }

    /// <summary>The single keys of the table by rank, which is their ordinal order.</summary>
    public string[] Ranked { get; }

    /// <summary>The rule for <paramref name="key"/>, or null if it is neither kept nor read.</summary>
    public KeyRule? Find(ReadOnlySpan<byte> key)
    {
        for (int slot = FirstSlot(key); _slots[slot] is KeyRule rule; slot = (slot + 1) & (_slots.Length - 1))
        {
            if (key.SequenceEqual(rule.Utf8))
            {
                return rule;
            }
        }

        return FindPrefix(key);
    }

    /// <summary>The rule for <paramref name="key"/>.</summary>
    public KeyRule? Find(string key) => Find(Encoding.UTF8.GetBytes(key));

    private KeyRule Ranking(KeyRule prefix) => prefix.Marker is null
        ? prefix
        : new KeyRule(prefix.Key, prefix.Use) { Rank = Array.BinarySearch(Ranked, prefix.Marker, StringComparer.Ordinal), Marker = prefix.Marker };

    private KeyRule? FindPrefix(ReadOnlySpan<byte> key)
    {
        if (!key.IsEmpty && _prefixesByFirstByte[key[0]] is KeyRule[] candidates)
        {
            foreach (KeyRule prefix in candidates)
            {
                if (key.StartsWith(prefix.Utf8))
                {
                    return prefix;
                }
            }
        }

        return null;
    }

    private int FreeSlot(ReadOnlySpan<byte> key)
    {
        int slot = FirstSlot(key);
        while (_slots[slot] is not null)
        {
            slot = (slot + 1) & (_slots.Length - 1);
        }

        return slot;
    }

    private int FirstSlot(ReadOnlySpan<byte> key) => (int)Utf8Hash.Of(key) & (_slots.Length - 1);
}
