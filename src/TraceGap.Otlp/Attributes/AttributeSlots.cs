using System.Buffers.Text;
using TraceGap.Otlp.Batches;

namespace TraceGap.Otlp.Attributes;

/// <summary>The values that are kept of one span, scope or resource, by number of key and text, in the order of their coming. Used over and over, one owner at a time.</summary>
internal sealed class AttributeSlots(BatchTexts texts, DecodeLimits limits)
{
    private const int None = -1;

    private uint[] _codes = new uint[32];
    private long[] _values = new long[32];
    private Mark[] _marks = new Mark[32];
    private int _contents;
    private ulong _mayContain;
    private bool _hasMarks;

    /// <summary>What was cut so far in this request.</summary>
    public DecodeTally Tally;

    /// <summary>How many there are, those included that say that there is no value.</summary>
    public int Count { get; private set; }

    /// <summary>After <see cref="Build"/>: true if a kept text was not UTF-8.</summary>
    public bool SawInvalidText { get; private set; }

    private bool HasRoom => Count - _contents < limits.MaxKeptAttributes;

    // Messages and documents come by the hundred: they have room of their own, so that they push out nothing that the analysis reads.
    private bool HasRoomForContent => _contents < limits.MaxKeptAttributes;

    /// <summary>Starts over for the next owner of attributes.</summary>
    public void Begin()
    {
        Count = _contents = 0;
        _mayContain = 0;
        _hasMarks = false;
        SawInvalidText = false;
    }

    /// <summary>All that was kept, in the order of its coming. Lives until the next call.</summary>
    public BatchAttributes Build()
    {
        if (_hasMarks)
        {
            Settle();
        }

        return new BatchAttributes(_codes.AsSpan(0, Count), _values);
    }

    /// <summary>The text of a key; empty if there is none.</summary>
    public ReadOnlySpan<byte> Text(int key)
    {
        int place = Find(key);
        bool isText = place != None && (AttributeType)(_codes[place] & 3) == AttributeType.Text && (_marks[place] & Mark.Empty) == 0;
        return isText ? texts.Table[(int)_values[place]] : default;
    }

    /// <summary>Whether a key has a value.</summary>
    public bool Has(int key) => Find(key) is not None and int place && (_marks[place] & Mark.Empty) == 0;

    /// <summary>The value at a place, if it is as it came.</summary>
    public bool TryGetPlain(int place, out uint code, out long value)
    {
        (code, value) = (_codes[place], _values[place]);
        return _marks[place] == Mark.None;
    }

    /// <summary>Keeps a value that is numbered already.</summary>
    public void Put(uint code, long value)
    {
        int place = PlaceOf((int)(code >> 2), weak: false, isContent: false);
        if (place != None)
        {
            _codes[place] = code;
            _values[place] = value;
            _marks[place] = Mark.None;
        }
    }

    /// <summary>Keeps a value under the number of its key. Content has room of its own.</summary>
    public void Put(int key, in RawValue value, bool weak, bool isContent = false)
    {
        int place = PlaceOf(key, weak, isContent);
        if (place != None)
        {
            Fill(place, key, value, weak ? Mark.Weak : Mark.None);
        }
    }

    // Where the value of a key goes; nowhere if there is no room, or a strong value for a weak one.
    private int PlaceOf(int key, bool weak, bool isContent)
    {
        int place = Find(key);
        if (place != None)
        {
            return weak && (_marks[place] & Mark.Weak) == 0 ? None : place;
        }

        if (!(isContent ? HasRoomForContent : HasRoom))
        {
            Tally.AttributesNotKept++;
            return None;
        }

        _contents += isContent ? 1 : 0;
        return NewPlace(key);
    }

    // Counts the defects of what is kept, and leaves out what is empty.
    private void Settle()
    {
        int kept = 0;
        for (int place = 0; place < Count; place++)
        {
            if ((_marks[place] & Mark.Empty) == 0)
            {
                (_codes[kept], _values[kept], _marks[kept]) = (_codes[place], _values[place], _marks[place]);
                kept++;
                CountDefects((TextDefects)(_marks[place] & Mark.Defects));
            }
        }

        Tally.AttributesNotKept += Count - kept;
        Count = kept;
    }

    private int Find(int key)
    {
        if ((_mayContain >> key & 1) == 0)
        {
            return None;
        }

        for (int place = 0; place < Count; place++)
        {
            if (_codes[place] >> 2 == (uint)key)
            {
                return place;
            }
        }

        return None;
    }

    private int NewPlace(int key)
    {
        if (Count == _codes.Length)
        {
            Array.Resize(ref _codes, Count * 2);
            Array.Resize(ref _values, Count * 2);
            Array.Resize(ref _marks, Count * 2);
        }

        _mayContain |= 1UL << key;
        return Count++;
    }

    private void Fill(int place, int key, in RawValue raw, Mark mark)
    {
        AttributeType type = AttributeType.Text;
        TextDefects defects = TextDefects.None;
        switch (raw.Kind)
        {
            case RawKind.Text or RawKind.Json or RawKind.Base64:
                _values[place] = texts.Add(raw.Utf8, limits.MaxValueChars, out defects);
                break;
            case RawKind.Bytes:
                _values[place] = AddBase64(raw.Utf8, out defects);
                break;
            case RawKind.Empty:
                mark |= Mark.Empty;
                break;
            default:
                _values[place] = raw.Bits;
                type = raw.Kind switch { RawKind.Integer => AttributeType.Integer, RawKind.Double => AttributeType.Double, _ => AttributeType.Boolean };
                break;
        }

        mark |= (Mark)defects;
        _codes[place] = BatchAttributes.Code(key, type);
        _marks[place] = mark;
        _hasMarks |= mark != Mark.None;
    }

    private int AddBase64(ReadOnlySpan<byte> bytes, out TextDefects defects)
    {
        // Three bytes make four digits: what cannot be kept is not encoded.
        ReadOnlySpan<byte> head = bytes[..Math.Min(bytes.Length, (limits.MaxValueChars / 4 * 3) + 3)];
        byte[] digits = new byte[Base64.GetMaxEncodedToUtf8Length(head.Length)];
        Base64.EncodeToUtf8(head, digits, out _, out int written);
        return texts.Add(digits.AsSpan(0, written), limits.MaxValueChars, out defects);
    }

    public void CountDefects(TextDefects defects)
    {
        if (defects != TextDefects.None)
        {
            Tally.ValuesCapped += (defects & TextDefects.Capped) != 0 ? 1 : 0;
            Tally.InvalidTexts += (defects & TextDefects.Invalid) != 0 ? 1 : 0;
            SawInvalidText |= (defects & TextDefects.Invalid) != 0;
        }
    }

    [Flags]
    private enum Mark : byte
    {
        None = 0,

        /// <summary>What of it are <see cref="TextDefects"/>.</summary>
        Defects = TextDefects.Capped | TextDefects.Invalid,

        /// <summary>It was lifted from an event.</summary>
        Weak = 4,

        /// <summary>An empty value says that there is none: it holds its place, so that it wins over what came before and over a weak one.</summary>
        Empty = 8,
    }
}
