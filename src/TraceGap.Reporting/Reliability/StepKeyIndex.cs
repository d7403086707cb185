using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>Numbers step keys in the order in which they are first seen. One owner, no lock.</summary>
internal sealed class StepKeyIndex
{
    // Records share key objects, and hashing a reference is many times cheaper than hashing the strings of a key.
    private readonly Dictionary<StepKey, int> _byReference = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<StepKey, int> _byValue = [];
    private readonly List<StepKey> _keys = [];

    /// <summary>Keys by number.</summary>
    public IReadOnlyList<StepKey> Keys => _keys;

    /// <summary>The number of a key.</summary>
    public int Of(StepKey key)
    {
        if (_byReference.TryGetValue(key, out int number))
        {
            return number;
        }

        if (!_byValue.TryGetValue(key, out number))
        {
            number = _keys.Count;
            _byValue.Add(key, number);
            _keys.Add(key);
        }

        _byReference.Add(key, number);
        return number;
    }
}
