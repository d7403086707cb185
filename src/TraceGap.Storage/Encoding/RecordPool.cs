using System.Runtime.InteropServices;
using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>
/// Step keys and outcome records that were read before. The cells of a window have the same records over and over; to find one by its numbers costs a fraction of making it anew, and what was found
/// is equal to others by reference. One owner, no lock.
/// </summary>
internal sealed class RecordPool
{
    /// <summary>Records that are remembered at most: where nearly every trace has a path of its own, few are found again.</summary>
    private const int Most = 16_384;

    private readonly Dictionary<StepKey, int> _numbers = [];
    private readonly List<StepKey> _keys = [];
    private readonly Dictionary<int[], OutcomeRecord> _records = new(WordComparer.Instance);
    private readonly List<int> _words = [];

    /// <summary>The numbers of the record that is being read.</summary>
    public List<int> Words
    {
        get
        {
            _words.Clear();
            return _words;
        }
    }

    /// <summary>The number of a key, the same for equal keys.</summary>
    public int NumberOf(StepKey key)
    {
        ref int number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, key, out bool isKnown);
        if (!isKnown)
        {
            number = _keys.Count;
            _keys.Add(key);
        }

        return number;
    }

    /// <summary>The key with a number.</summary>
    public StepKey KeyOf(int number) => _keys[number];

    /// <summary>The record with these numbers, made if it is not known.</summary>
    /// <param name="words">All that makes it, keys by their numbers.</param>
    /// <param name="make">Makes it of them.</param>
    public OutcomeRecord RecordOf(List<int> words, Func<ReadOnlySpan<int>, RecordPool, OutcomeRecord> make)
    {
        ReadOnlySpan<int> numbers = CollectionsMarshal.AsSpan(words);
        Dictionary<int[], OutcomeRecord>.AlternateLookup<ReadOnlySpan<int>> known = _records.GetAlternateLookup<ReadOnlySpan<int>>();
        if (known.TryGetValue(numbers, out OutcomeRecord? record))
        {
            return record;
        }

        if (_records.Count == Most)
        {
            _records.Clear();
        }

        record = make(numbers, this);
        known[numbers] = record;
        return record;
    }

    private sealed class WordComparer : IEqualityComparer<int[]>, IAlternateEqualityComparer<ReadOnlySpan<int>, int[]>
    {
        public static WordComparer Instance { get; } = new();

        public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<int> alternate, int[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(int[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<int> alternate)
        {
            HashCode hash = default;
            hash.AddBytes(MemoryMarshal.AsBytes(alternate));
            return hash.ToHashCode();
        }

        public int[] Create(ReadOnlySpan<int> alternate) => alternate.ToArray();
    }
}
