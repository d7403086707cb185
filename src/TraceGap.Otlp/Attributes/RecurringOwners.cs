namespace TraceGap.Otlp.Attributes;

/// <summary>
/// Remembers for spans of one name, or equal resources, which attributes came in which order. Instrumentations write spans of a name alike, so that most
/// attributes are found by comparing bytes with those that came at the same place before. A guess that fails costs the comparison and nothing else.
/// </summary>
/// <remarks>Bounded: so many names, so many places; one name a slot, and a name gets it only when it is seen twice in a row there. One owner at a time.</remarks>
internal sealed class RecurringOwners
{
    private const int Slots = 512;
    private const int Places = 24;

    private readonly Pattern?[] _patterns = new Pattern?[Slots];
    private readonly ulong[] _lastMisses = new ulong[Slots];
    private readonly Pattern _ofOthers = new();
    private Pattern _pattern;
    private int _place;

    public RecurringOwners() => _pattern = _ofOthers;

    /// <summary>An owner of attributes begins whose name is not known yet.</summary>
    public void Begin()
    {
        _pattern = _ofOthers;
        _place = 0;
    }

    /// <summary>The name of the owner.</summary>
    public void Begin(ReadOnlySpan<byte> name)
    {
        ulong hash = Utf8Hash.Of(name);
        int slot = (int)(hash & (Slots - 1));
        _place = 0;
        if (_patterns[slot] is Pattern known && name.SequenceEqual(known.Name))
        {
            _pattern = known;
        }
        else if (_lastMisses[slot] == hash && name.Length <= RecurringPair.MostBytes)
        {
            // What its predecessor remembered is forgotten as it fails.
            _pattern = _patterns[slot] ??= new Pattern();
            (_pattern.Name, _pattern.Epoch) = (name.ToArray(), 0);
        }
        else
        {
            _lastMisses[slot] = hash;
            _pattern = _ofOthers;
        }
    }

    /// <summary>The number that <see cref="Number"/> was told for the name in the batch of <paramref name="epoch"/>.</summary>
    public bool TryGetNumber(long epoch, out int number)
    {
        number = _pattern.Number;
        return _pattern.Epoch == epoch;
    }

    /// <summary>Remembers the number of the name's text, if the name has a pattern.</summary>
    public void Number(long epoch, int number)
    {
        if (_pattern != _ofOthers)
        {
            (_pattern.Epoch, _pattern.Number) = (epoch, number);
        }
    }

    /// <summary>The attribute that came at the next place; null if none did.</summary>
    public RecurringPair? Peek()
    {
        RecurringPair?[] pairs = _pattern.Pairs;
        return (uint)_place < (uint)pairs.Length ? pairs[_place] : null;
    }

    /// <summary>The attribute that came at the next place came again.</summary>
    public void Pass() => _place++;

    /// <summary>The attribute that came at the next place, which another one takes; null if there are too many.</summary>
    public RecurringPair? Next()
    {
        int place = _place++;
        return place < Places ? _pattern.Pairs[place] ??= new RecurringPair() : null;
    }

    private sealed class Pattern
    {
        public byte[] Name { get; set; } = [];

        public long Epoch { get; set; }

        public int Number { get; set; }

        public RecurringPair?[] Pairs { get; } = new RecurringPair?[Places];
    }
}
