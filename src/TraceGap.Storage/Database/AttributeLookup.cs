namespace TraceGap.Storage;

/// <summary>Tells whether traces have attributes. What one block of spans says of all its traces is kept: those that are asked for one after the other mostly share blocks.</summary>
internal sealed class AttributeLookup(SqlSession session, BlockStore blocks, IReadOnlyList<KeyValuePair<string, string>> attributes)
{
    private readonly AttributeFilter[] _attributes = [.. attributes.Select(static attribute => new AttributeFilter(attribute.Key, attribute.Value))];
    private readonly uint _all = uint.MaxValue >> (32 - attributes.Count);
    private readonly Dictionary<long, uint> _found = [];

    /// <summary>Blocks that were unpacked.</summary>
    public int BlocksRead { get; private set; }

    /// <summary>Whether the answer of <see cref="HasAll"/> is known without unpacking a block.</summary>
    public bool Knows(long number, TraceEntry trace) => NumbersOf(number, trace).All(_found.ContainsKey);

    /// <summary>Whether a trace has all the attributes, on whichever of its spans.</summary>
    public bool HasAll(long number, TraceEntry trace)
    {
        uint found = 0;
        foreach (long part in NumbersOf(number, trace))
        {
            found |= FoundOn(part);
            if (found == _all)
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<long> NumbersOf(long number, TraceEntry trace) => trace.Earlier.Prepend(number);

    private uint FoundOn(long number)
    {
        if (_found.TryGetValue(number, out uint known))
        {
            return known;
        }

        (long block, uint[] found) = blocks.FindAttributes(session, number, _attributes);
        BlocksRead++;
        for (int place = 0; place < found.Length; place++)
        {
            _found[block + place] = found[place];
        }

        // What is gone or cannot be read has nothing.
        _found.TryAdd(number, 0);
        return _found[number];
    }
}
