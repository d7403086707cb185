using System.Runtime.CompilerServices;

namespace TraceGap.Otlp;

/// <summary>
/// The keys of an attribute set, unique and in ordinal order, and the types of their values. Alike sets share one as a rule, so what follows from it alone can be remembered per shape. Immutable.
/// </summary>
public sealed class AttributeShape
{
    // Instrumentations have some ten kinds of span each; one entry a slot, the newcomer wins.
    private const int CacheSlots = 2048;

    private static readonly AttributeShape?[] Cache = new AttributeShape?[CacheSlots];

    private readonly string[] _keys;
    private readonly AttributeType[] _types;
    private readonly ulong _mayContain;

    private AttributeShape(string[] keys, AttributeType[] types)
    {
        _keys = keys;
        _types = types;
        foreach (string key in keys)
        {
            _mayContain |= BitOf(key);
        }
    }

    /// <summary>The shape without keys.</summary>
    public static AttributeShape Empty { get; } = new([], []);

    /// <summary>Number of keys.</summary>
    public int Count => _keys.Length;

    /// <summary>The keys.</summary>
    public ReadOnlySpan<string> Keys => _keys;

    /// <summary>The types of the values in the order of the keys.</summary>
    public ReadOnlySpan<AttributeType> Types => _types;

    /// <summary>The shape of <paramref name="sortedKeys"/>, which must be unique and in ordinal order: one that is known, or a new one. Thread-safe.</summary>
    /// <exception cref="ArgumentException">There are not as many types as keys.</exception>
    public static AttributeShape Of(ReadOnlySpan<string> sortedKeys, ReadOnlySpan<AttributeType> types)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(types.Length, sortedKeys.Length);
        if (sortedKeys.IsEmpty)
        {
            return Empty;
        }

        int hash = sortedKeys.Length;
        for (int index = 0; index < sortedKeys.Length; index++)
        {
            hash = (hash * 31) + (RuntimeHelpers.GetHashCode(sortedKeys[index]) ^ (int)types[index]);
        }

        // A racing writer only costs that two equal shapes live side by side.
        ref AttributeShape? slot = ref Cache[hash & (CacheSlots - 1)];
        AttributeShape? known = slot;
        if (known is null || !AreSame(known._keys, sortedKeys) || !types.SequenceEqual(known._types))
        {
            slot = known = new AttributeShape(sortedKeys.ToArray(), types.ToArray());
        }

        return known;
    }

    /// <summary>The place of <paramref name="key"/>, or −1.</summary>
    public int IndexOf(string key)
    {
        if ((_mayContain & BitOf(key)) == 0)
        {
            return -1;
        }

        string[] keys = _keys;
        for (int index = 0; index < keys.Length; index++)
        {
            if (ReferenceEquals(keys[index], key))
            {
                return index;
            }
        }

        for (int index = 0; index < keys.Length; index++)
        {
            if (string.Equals(keys[index], key, StringComparison.Ordinal))
            {
                return index;
            }
        }

        return -1;
    }

    private static bool AreSame(string[] left, ReadOnlySpan<string> right)
    {
        if (left.Length != right.Length)
        {
            return false;
        }

        for (int index = 0; index < left.Length; index++)
        {
            if (!ReferenceEquals(left[index], right[index]))
            {
                return false;
            }
        }

        return true;
    }

    private static ulong BitOf(string key) => key.Length == 0 ? 1 : 1UL << (((key.Length * 7) + (key[^1] * 3) + (key[key.Length / 2] * 5)) & 63);
}
