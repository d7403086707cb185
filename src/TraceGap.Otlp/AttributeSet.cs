namespace TraceGap.Otlp;

/// <summary>Kept attributes of a span, scope or resource: unique keys in ordinal order, values of <see cref="AttributeValue"/>. Immutable.</summary>
/// <remarks>Sets are small (a dozen entries), so lookup is a scan that first compares references: keys from the decoder are interned.</remarks>
public sealed class AttributeSet
{
    private readonly KeyValuePair<string, AttributeValue>[] _items;

    /// <summary>Takes ownership of <paramref name="sortedItems"/>, which must have unique keys in ordinal order.</summary>
    public AttributeSet(KeyValuePair<string, AttributeValue>[] sortedItems) => _items = sortedItems;

    /// <summary>The set without entries.</summary>
    public static AttributeSet Empty { get; } = new([]);

    /// <summary>Number of entries.</summary>
    public int Count => _items.Length;

    /// <summary>The entries in ordinal order of their keys.</summary>
    public ReadOnlySpan<KeyValuePair<string, AttributeValue>> Items => _items;

    /// <summary>Builds a set from entries in any order; of entries with the same key the last wins.</summary>
    public static AttributeSet From(IEnumerable<KeyValuePair<string, AttributeValue>> items)
    {
        SortedDictionary<string, AttributeValue> sorted = new(StringComparer.Ordinal);
        foreach ((string key, AttributeValue value) in items)
        {
            sorted[key] = value;
        }

        return sorted.Count == 0 ? Empty : new AttributeSet([.. sorted]);
    }

    /// <summary>Finds the value of <paramref name="key"/>.</summary>
    public bool TryGet(string key, out AttributeValue value)
    {
        foreach (ref readonly KeyValuePair<string, AttributeValue> item in _items.AsSpan())
        {
            if (ReferenceEquals(item.Key, key) || string.Equals(item.Key, key, StringComparison.Ordinal))
            {
                value = item.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>The value of <paramref name="key"/> as text, or null if absent, empty or white space (which conventions read as absent).</summary>
    public string? Text(string key)
    {
        if (!TryGet(key, out AttributeValue value))
        {
            return null;
        }

        string text = value.AsText();
        return string.IsNullOrWhiteSpace(text) ? null : text;
    }

    /// <summary>The value of <paramref name="key"/> as a number, or null if absent or not a number.</summary>
    public double? Number(string key) => TryGet(key, out AttributeValue value) ? value.AsNumber() : null;

    /// <summary>The value of <paramref name="key"/> as a boolean, or null if absent or not a boolean.</summary>
    public bool? Boolean(string key) => TryGet(key, out AttributeValue value) ? value.AsBoolean() : null;

    /// <summary>True if <paramref name="key"/> is there, whatever its value.</summary>
    public bool Has(string key) => TryGet(key, out _);
}
