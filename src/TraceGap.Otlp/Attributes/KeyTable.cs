using System.Text;

namespace TraceGap.Otlp.Attributes;

/// <summary>Finds the rule of an attribute key from its UTF-8 bytes, without making a string. Immutable.</summary>
internal sealed class KeyTable
{
    private readonly KeyRule?[] _slots;
    private readonly KeyRule[]?[] _prefixesByFirstByte = new KeyRule[256][];

    /// <summary>Makes the table of the known keys and of what <paramref name="keep"/> adds; known keys stay what they are, unless they are dropped.</summary>
    public KeyTable(KeepOptions keep)
    {
        KeepsContent = keep.Content;
        KeyPattern[] drop = Patterns(keep.Drop);
        KeyPattern[] added = Array.FindAll(Patterns(keep.Attributes), pattern => keep.Content || !AttributeKeys.IsContent(pattern.Text));
        Dictionary<string, KeyRule> rules = new(StringComparer.Ordinal);
        IEnumerable<string> dropped = drop.Where(static pattern => !pattern.IsPrefix).Select(static pattern => pattern.Text);
        IEnumerable<string> single = added.Where(static pattern => !pattern.IsPrefix).Select(static pattern => pattern.Text);
        foreach (KeyRule rule in AttributeKeys.Rules().Concat(single.Concat(dropped).Select(static key => new KeyRule(key, KeyUse.Keep))))
        {
            rules.TryAdd(rule.Key, rule);
        }

        // A quarter full: most lookups, and most of those that find nothing, end at the first slot.
        _slots = new KeyRule?[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)rules.Count * 4)];
        Ranked = [.. rules.Values.Select((rule, rank) => new KeyRule(rule.Key, Array.Exists(drop, pattern => pattern.Matches(rule.Key)) ? KeyUse.Drop : rule.Use)
        {
            Rank = rank,
            CountOrder = rule.CountOrder,
            IsInput = rule.IsInput,
            KeepsContent = KeepsContent,
        })];
        foreach (KeyRule rule in Ranked)
        {
            _slots[FreeSlot(rule.Utf8)] = rule;
        }

        KeyRule[] prefixes = [.. Prefixes(drop, KeyUse.Drop), .. AttributeKeys.PrefixRules().Select(Ranking), .. Prefixes(added, KeyUse.KeepPrefix)];
        for (int first = 0; first < _prefixesByFirstByte.Length; first++)
        {
            KeyRule[] candidates = Array.FindAll(prefixes, prefix => prefix.Utf8 is [] || prefix.Utf8[0] == first);
            _prefixesByFirstByte[first] = candidates is [] ? null : candidates;
        }
    }

    /// <summary>True if content is kept.</summary>
    public bool KeepsContent { get; }

    /// <summary>The rules of single keys by rank.</summary>
    public KeyRule[] Ranked { get; }

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

    private static KeyPattern[] Patterns(IEnumerable<string> texts) => [.. texts.Where(static text => text.Length > 0).Select(KeyPattern.Parse)];

    private static IEnumerable<KeyRule> Prefixes(KeyPattern[] patterns, KeyUse use) =>
        patterns.Where(static pattern => pattern.IsPrefix).Select(pattern => new KeyRule(pattern.Text, use));

    private KeyRule Ranking(KeyRule prefix) => new(prefix.Key, prefix.Use)
    {
        Rank = prefix.Marker is null ? KeyRule.NoRank : Find(prefix.Marker)!.Rank,
        Marker = prefix.Marker,
        IsInput = prefix.IsInput,
        KeepsContent = KeepsContent,
    };

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
