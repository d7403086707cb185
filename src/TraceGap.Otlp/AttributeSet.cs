using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace TraceGap.Otlp;

/// <summary>Kept attributes of a span, scope or resource: unique keys in ordinal order, values of <see cref="AttributeValue"/>. Immutable.</summary>
/// <remarks>Keys and types are an <see cref="AttributeShape"/> that sets share, so that a set costs no more than its values.</remarks>
public sealed class AttributeSet
{
    private readonly AttributeValue[] _values;

    /// <summary>Takes ownership of <paramref name="values"/>, one for each key of <paramref name="shape"/> and of its type.</summary>
    public AttributeSet(AttributeShape shape, AttributeValue[] values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, shape.Count);
        Shape = shape;
        _values = values;
    }

    /// <summary>Takes <paramref name="sortedItems"/>, which must have unique keys in ordinal order.</summary>
    public AttributeSet(KeyValuePair<string, AttributeValue>[] sortedItems)
        : this(
            AttributeShape.Of(Array.ConvertAll(sortedItems, static item => item.Key), Array.ConvertAll(sortedItems, static item => item.Value.Type)),
            Array.ConvertAll(sortedItems, static item => item.Value))
    {
    }

    /// <summary>The set without entries.</summary>
    public static AttributeSet Empty { get; } = new(AttributeShape.Empty, []);

    /// <summary>The keys.</summary>
    public AttributeShape Shape { get; }

    /// <summary>Number of entries.</summary>
    public int Count => _values.Length;

    /// <summary>The values in the order of the keys of <see cref="Shape"/>.</summary>
    public ReadOnlySpan<AttributeValue> Values => _values;

    /// <summary>The entries in ordinal order of their keys.</summary>
    public AttributeItems Items => new(this);

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
        int index = Shape.IndexOf(key);
        value = index < 0 ? default : _values[index];
        return index >= 0;
    }

    /// <summary>The value of <paramref name="key"/> as text, or null if absent, empty or white space (which conventions read as absent).</summary>
    public string? Text(string key) => TryGet(key, out AttributeValue value) && !value.IsBlank ? value.AsText() : null;

    /// <summary>True if <see cref="Text"/> has something to give for <paramref name="key"/>.</summary>
    public bool HasText(string key) => TryGet(key, out AttributeValue value) && !value.IsBlank;

    /// <summary>The value of <paramref name="key"/> as a number, or null if absent or not a number.</summary>
    public double? Number(string key) => TryGet(key, out AttributeValue value) ? value.AsNumber() : null;

    /// <summary>The value of <paramref name="key"/> as a boolean, or null if absent or not a boolean.</summary>
    public bool? Boolean(string key) => TryGet(key, out AttributeValue value) ? value.AsBoolean() : null;

    /// <summary>True if <paramref name="key"/> is there, whatever its value.</summary>
    public bool Has(string key) => Shape.IndexOf(key) >= 0;
}

/// <summary>The entries of an <see cref="AttributeSet"/> as pairs, in ordinal order of their keys.</summary>
public readonly struct AttributeItems(AttributeSet set) : IReadOnlyList<KeyValuePair<string, AttributeValue>>
{
    /// <inheritdoc/>
    public int Count => set.Count;

    /// <summary>Number of entries.</summary>
    public int Length => set.Count;

    /// <inheritdoc/>
    public KeyValuePair<string, AttributeValue> this[int index] => new(set.Shape.Keys[index], set.Values[index]);

    /// <summary>Walks the entries without allocating.</summary>
    public Enumerator GetEnumerator() => new(set);

    /// <inheritdoc/>
    IEnumerator<KeyValuePair<string, AttributeValue>> IEnumerable<KeyValuePair<string, AttributeValue>>.GetEnumerator()
    {
        for (int index = 0; index < set.Count; index++)
        {
            yield return this[index];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable<KeyValuePair<string, AttributeValue>>)this).GetEnumerator();

    /// <summary>Stands before, on, or after the entries of a set.</summary>
    public ref struct Enumerator
    {
        private readonly ReadOnlySpan<string> _keys;
        private readonly ReadOnlySpan<AttributeValue> _values;
        private KeyValuePair<string, AttributeValue> _current;
        private int _index;

        internal Enumerator(AttributeSet set)
        {
            _keys = set.Shape.Keys;
            _values = set.Values;
        }

        /// <summary>The entry at hand.</summary>
        [UnscopedRef]
        public readonly ref readonly KeyValuePair<string, AttributeValue> Current => ref _current;

        /// <summary>Moves to the next entry; false after the last one.</summary>
        public bool MoveNext()
        {
            if (_index >= _keys.Length)
            {
                return false;
            }

            _current = new(_keys[_index], _values[_index]);
            _index++;
            return true;
        }
    }
}
