namespace TraceGap.Aggregation;

/// <summary>
/// The spans in flight of all traces, as linked lists of numbers in a few large arrays. There are hundreds of thousands of them and they change with every arrival: as objects, or with
/// references to their batches, the garbage collector would look through all of them again and again. One owner.
/// </summary>
internal sealed class SpanLists
{
    /// <summary>No entry.</summary>
    public const int None = -1;

    /// <summary>Memory of an entry, bytes.</summary>
    public const int EntrySize = 3 * sizeof(int);

    private const int ChunkShift = 14;
    private const int ChunkMask = (1 << ChunkShift) - 1;

    private readonly List<Entry[]> _chunks = [];
    private int _used;
    private int _live;
    private int _free = None;

    /// <summary>Makes an entry that no other follows.</summary>
    /// <param name="slot">Where the batch of the span stands in the ledger.</param>
    /// <param name="index">Which of its spans.</param>
    public int Add(int slot, int index)
    {
        int number = _free;
        if (number == None)
        {
            number = _used++;
            if (number >> ChunkShift == _chunks.Count)
            {
                _chunks.Add(new Entry[1 << ChunkShift]);
            }
        }
        else
        {
            _free = At(number).Next;
        }

        _live++;
        At(number) = new Entry { Slot = slot, Index = index, Next = None };
        return number;
    }

    /// <summary>Lets an entry, and what follows it, follow another.</summary>
    public void Link(int number, int next) => At(number).Next = next;

    /// <summary>What an entry says, and which follows it.</summary>
    public (int Slot, int Index, int Next) this[int number]
    {
        get
        {
            ref Entry entry = ref At(number);
            return (entry.Slot, entry.Index, entry.Next);
        }
    }

    /// <summary>Takes a list apart, whose entries are used again.</summary>
    /// <param name="first">Its first entry.</param>
    /// <param name="last">Its last one.</param>
    /// <param name="count">How many there are.</param>
    public void Release(int first, int last, int count)
    {
        At(last).Next = _free;
        _free = first;
        _live -= count;
        if (_live == 0)
        {
            // What a burst made this grow to is given back after it.
            _chunks.Clear();
            (_used, _free) = (0, None);
        }
    }

    private ref Entry At(int number) => ref _chunks[number >> ChunkShift][number & ChunkMask];

    private struct Entry
    {
        public int Slot;
        public int Index;
        public int Next;
    }
}
