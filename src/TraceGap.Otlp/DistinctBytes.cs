using TraceGap.Otlp.Attributes;

namespace TraceGap.Otlp;

/// <summary>Numbers byte strings in the order of their first coming: the same bytes, the same number. Used over and over, one owner at a time.</summary>
/// <remarks>
/// A hash table with open addressing over one buffer. Who chooses the bytes may choose ones that collide: the search ends after <see cref="MaxProbes"/>
/// places and the bytes get a number of their own, which costs room and never time. Entries can be taken back, the last first.
/// </remarks>
public sealed class DistinctBytes
{
    private const int MaxProbes = 32;
    private const int NoSlot = -1;
    private const int FirstSlots = 256;
    private const int FirstBytes = 4096;

    // What a single huge request made the buffers grow to is given back after it.
    private const int MostBytesKept = 1 << 20;
    private const int MostSlotsKept = 1 << 16;

    private Slot[] _slots = new Slot[FirstSlots];
    private byte[] _bytes = new byte[FirstBytes];
    private Entry[] _entries = new Entry[FirstSlots / 2];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>All bytes, one string behind the other.</summary>
    public ReadOnlySpan<byte> AllBytes => _bytes.AsSpan(0, End);

    /// <summary>Changes whenever numbers that were given lose their meaning.</summary>
    public long Epoch { get; private set; } = 1;

    private int End => Count == 0 ? 0 : _entries[Count - 1].End;

    /// <summary>The bytes of a number.</summary>
    public ReadOnlySpan<byte> this[int number]
    {
        get
        {
            int start = number == 0 ? 0 : _entries[number - 1].End;
            return _bytes.AsSpan(start, _entries[number].End - start);
        }
    }

    /// <summary>Where the bytes of a number end in <see cref="AllBytes"/>.</summary>
    public int EndOf(int number) => _entries[number].End;

    /// <summary>The number of <paramref name="item"/>.</summary>
    public int Add(ReadOnlySpan<byte> item)
    {
        uint hash = (uint)Utf8Hash.Of(item);
        Slot[] slots = _slots;
        int position = (int)(hash & (uint)(slots.Length - 1));
        for (int probe = 0; probe < MaxProbes; probe++)
        {
            ref Slot slot = ref slots[position];
            if (slot.NumberPlusOne == 0)
            {
                return Append(item, hash, position);
            }

            if (slot.Hash == hash && item.SequenceEqual(this[slot.NumberPlusOne - 1]))
            {
                return slot.NumberPlusOne - 1;
            }

            position = (position + 1) & (slots.Length - 1);
        }

        return Append(item, hash, NoSlot);
    }

    /// <summary>Takes back what came after the first <paramref name="count"/>.</summary>
    public void TakeBack(int count)
    {
        if (count == Count)
        {
            return;
        }

        // The last first: so no search ever meets a gap that was not there when its entry was put in.
        for (int number = Count - 1; number >= count; number--)
        {
            if (_entries[number].Slot != NoSlot)
            {
                _slots[_entries[number].Slot] = default;
            }
        }

        Count = count;
        Epoch++;
    }

    /// <summary>Starts over.</summary>
    public void Clear()
    {
        if (_bytes.Length > MostBytesKept)
        {
            _bytes = new byte[FirstBytes];
        }

        if (_slots.Length > MostSlotsKept)
        {
            _slots = new Slot[FirstSlots];
            _entries = new Entry[FirstSlots / 2];
            Count = 0;
            Epoch++;
            return;
        }

        TakeBack(0);
    }

    private int Append(ReadOnlySpan<byte> item, uint hash, int slot)
    {
        if (Count == _entries.Length)
        {
            slot = Grow(hash, slot);
        }

        int start = End;
        int end = start + item.Length;
        if (end > _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)Math.Min(Math.Max(2L * _bytes.Length, end), Array.MaxLength));
        }

        item.CopyTo(_bytes.AsSpan(start));
        _entries[Count] = new Entry { End = end, Slot = slot };
        if (slot != NoSlot)
        {
            _slots[slot] = new Slot { Hash = hash, NumberPlusOne = Count + 1 };
        }

        return Count++;
    }

    // Half as many entries as slots, so that searches stay short. Gives the slot for the entry that is being put in.
    private int Grow(uint hash, int slot)
    {
        Slot[] old = _slots;
        _slots = new Slot[old.Length * 2];
        Array.Resize(ref _entries, _slots.Length / 2);
        for (int number = 0; number < Count; number++)
        {
            ref Entry entry = ref _entries[number];
            if (entry.Slot != NoSlot)
            {
                Slot moved = old[entry.Slot];
                entry.Slot = FreeSlot(moved.Hash);
                if (entry.Slot != NoSlot)
                {
                    _slots[entry.Slot] = moved;
                }
            }
        }

        return slot == NoSlot ? NoSlot : FreeSlot(hash);
    }

    private int FreeSlot(uint hash)
    {
        int position = (int)(hash & (uint)(_slots.Length - 1));
        for (int probe = 0; probe < MaxProbes; probe++)
        {
            if (_slots[position].NumberPlusOne == 0)
            {
                return position;
            }

            position = (position + 1) & (_slots.Length - 1);
        }

        return NoSlot;
    }

    private struct Slot
    {
        public uint Hash;
        public int NumberPlusOne;
    }

    private struct Entry
    {
        public int End;
        public int Slot;
    }
}
