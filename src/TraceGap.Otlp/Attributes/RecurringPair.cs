using TraceGap.Otlp.Wire;

namespace TraceGap.Otlp.Attributes;

/// <summary>What becomes of an attribute whose bytes recur.</summary>
internal enum PairUse : byte
{
    /// <summary>It is not remembered: facts are read from it, or it was not kept as it came.</summary>
    Unknown = 0,

    /// <summary>It is kept.</summary>
    Kept,

    /// <summary>It is counted as not kept.</summary>
    NotKept,

    /// <summary>It is counted as content that was dropped.</summary>
    ContentDropped,
}

/// <summary>The attribute that came last at its place in spans of one name, as bytes of the wire, and what became of it: the same bytes need not be taken apart again.</summary>
internal sealed class RecurringPair
{
    /// <summary>Longest attribute and longest kept text that are remembered, bytes: what is longer is content and does not recur.</summary>
    public const int MostBytes = 128;

    // Ids and counts differ each time: after some misses in a row only one in so many is tried.
    private const int MissesInARow = 4;
    private const int TryOneIn = 16;

    // Tag and length of the field, tag and length of the key, a byte each.
    private const int PlainKeyAt = 4;

    private byte[] _bytes = [];
    private byte[] _text = [];
    private int _length;
    private int _textLength;
    private int _keyStart;
    private int _keyLength;
    private byte _misses;
    private bool _isKeptPlainly;

    /// <summary>The rule of the key.</summary>
    public KeyRule? Rule { get; private set; }

    public PairUse Use { get; private set; }

    /// <summary>The type of the value that is kept.</summary>
    public AttributeType Type { get; private set; }

    /// <summary>The value where it is no text.</summary>
    public long Bits { get; private set; }

    /// <summary>The text that is kept, in UTF-8.</summary>
    public ReadOnlySpan<byte> Text => _text.AsSpan(0, _textLength);

    /// <summary>The same once the bytes have recurred.</summary>
    public RecurringText? SharedText { get; set; }

    /// <summary>Key and value in the batch of <see cref="Epoch"/>: code and number of the text, or bits.</summary>
    public uint Code { get; set; }

    /// <inheritdoc cref="Code"/>
    public long Value { get; set; }

    /// <inheritdoc cref="Code"/>
    public long Epoch { get; set; }

    public ReadOnlySpan<byte> Key => _bytes.AsSpan(_keyStart, _keyLength);

    /// <summary>The length of the whole field.</summary>
    public int Length => _length;

    // At the next miss, so that the try after it has something to compare with.
    private bool IsToBeLearned => (_misses + 1) % TryOneIn == 0;

    private bool IsWorthATry => _misses < MissesInARow || _misses % TryOneIn == 0;

    /// <summary>
    /// Takes the value of an attribute whose key is the same, where comparing the whole is not worth it: the bytes of an AnyValue. Nothing but key and value
    /// is in the field, whose length is given too.
    /// </summary>
    public bool TryTakeValue(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> value, out int length)
    {
        int valueAt = PlainKeyAt + _keyLength + 2;
        if (!_isKeptPlainly || IsWorthATry || IsToBeLearned || bytes.Length < valueAt || bytes[0] != _bytes[0] || bytes[1] >= 0x80)
        {
            value = default;
            length = 0;
            return false;
        }

        length = 2 + bytes[1];
        bool isPlain = length <= bytes.Length
            && valueAt + bytes[valueAt - 1] == length
            && bytes[valueAt - 1] < 0x80
            && bytes[2..(valueAt - 1)].SequenceEqual(_bytes.AsSpan(2, valueAt - 3));
        value = isPlain ? bytes[valueAt..length] : default;
        return isPlain;
    }

    public bool HasKey(ReadOnlySpan<byte> key) => _keyLength != 0 && key.SequenceEqual(Key);

    /// <summary>Whether the bytes come again at the start of <paramref name="bytes"/>. Not said where it is not worth the comparison.</summary>
    public bool Begins(ReadOnlySpan<byte> bytes)
    {
        if (Use == PairUse.Unknown || !IsWorthATry || bytes.Length < _length || !bytes[.._length].SequenceEqual(_bytes.AsSpan(0, _length)))
        {
            return false;
        }

        _misses = 0;
        return true;
    }

    /// <summary>Others came with the same key. True if they are worth remembering in their place.</summary>
    public bool Miss()
    {
        _misses++;
        return IsWorthATry;
    }

    /// <summary>Remembers other bytes, of which the key is a part.</summary>
    public void Become(ReadOnlySpan<byte> bytes, int keyStart, int keyLength, KeyRule? rule, PairUse use)
    {
        _misses = HasKey(bytes.Slice(keyStart, keyLength)) ? _misses : (byte)0;
        if (_bytes.Length < bytes.Length)
        {
            _bytes = new byte[MostBytes];
        }

        bytes.CopyTo(_bytes);
        (_length, _keyStart, _keyLength, Rule, Use, Epoch) = (bytes.Length, keyStart, keyLength, rule, use, 0);
        _isKeptPlainly = rule is { Use: KeyUse.Keep } && keyStart == PlainKeyAt && keyStart + keyLength < bytes.Length && bytes[keyStart + keyLength] == KeyValueField.Value;
    }

    /// <summary>Remembers what is kept of them, and where in the batch it stands.</summary>
    public void Keep(uint code, long value, long epoch, ReadOnlySpan<byte> text)
    {
        (Code, Value, Epoch, Type) = (code, value, epoch, (AttributeType)(code & 3));
        Bits = value;
        SharedText = null;
        if (Type == AttributeType.Text)
        {
            if (_text.Length < text.Length)
            {
                _text = new byte[MostBytes];
            }

            text.CopyTo(_text);
            _textLength = text.Length;
        }
    }
}
