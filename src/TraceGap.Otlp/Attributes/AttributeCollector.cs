using System.Buffers.Text;
using TraceGap.Otlp.Batches;

namespace TraceGap.Otlp.Attributes;

/// <summary>Gathers the kept attributes of one span, scope or resource; of equal keys the last wins. Used over and over, one owner at a time.</summary>
/// <remarks>Keys and texts are numbers of the batch's texts from the moment they come, so nothing is allocated and nothing is compared twice.</remarks>
internal sealed class AttributeCollector(KeyTable keys, BatchTexts texts, DecodeLimits limits)
{
    private const int None = -1;

    private readonly KeyTexts _keyTexts = new(keys, texts);
    private readonly RecurringOwners _owners = new();
    private readonly RecurringTexts _recurringTexts = new();
    private uint[] _codes = new uint[32];
    private long[] _values = new long[32];
    private Mark[] _marks = new Mark[32];
    private int _count;
    private int _contents;
    private ulong _mayContain;
    private bool _hasMarks;

    /// <summary>What was cut so far in this request.</summary>
    public DecodeTally Tally;

    /// <summary>After <see cref="Build"/>: true if a kept text was not UTF-8.</summary>
    public bool SawInvalidText { get; private set; }

    private bool HasRoom => _count - _contents < limits.MaxKeptAttributes;

    // Messages and documents come by the hundred: they have room of their own, so that they push out nothing that the analysis reads.
    private bool HasRoomForContent => _contents < limits.MaxKeptAttributes;

    /// <summary>Starts over for the next owner of attributes.</summary>
    public void Begin()
    {
        _count = _contents = 0;
        _mayContain = 0;
        _hasMarks = false;
        SawInvalidText = false;
        _owners.Begin();
    }

    /// <summary>The rule for a key, or null if the attribute is of no interest.</summary>
    public KeyRule? RuleOf(ReadOnlySpan<byte> key) => keys.Find(key);

    /// <summary>The attributes of the owner that follow are expected to be like those of the last one that began with the same bytes.</summary>
    public void Expect(ReadOnlySpan<byte> beginning) => _owners.Begin(beginning);

    /// <summary>The number of the owner's name, which also says what attributes are expected.</summary>
    public int NameOfOwner(ReadOnlySpan<byte> utf8)
    {
        _owners.Begin(utf8);
        if (_owners.TryGetNumber(texts.Epoch, out int number))
        {
            return number;
        }

        number = Name(utf8);
        // A name that was cut or repaired is counted each time.
        if (utf8.SequenceEqual(texts.Table[number]))
        {
            _owners.Number(texts.Epoch, number);
        }

        return number;
    }

    /// <summary>Takes the attributes that stand from <paramref name="start"/> on, tag and all, as long as they are the expected ones. Gives where the first other begins.</summary>
    public int PassRecurring(ReadOnlySpan<byte> request, int start, int end)
    {
        int position = start;
        while (_owners.Pass(request[position..end]) is RecurringPair pair)
        {
            AddAgain(pair);
            position += pair.Length;
        }

        return position;
    }

    /// <summary>What was expected as the next attribute and did not come; null if nothing was.</summary>
    public RecurringPair? Expected() => _owners.Next();

    /// <summary>
    /// Takes an attribute: keeps of it what the rule of its key says, and counts it where that is nothing. A weak value (one lifted from an
    /// event) never replaces a strong one.
    /// </summary>
    public void Add(KeyRule? rule, ReadOnlySpan<byte> key, in RawValue value, bool weak = false)
    {
        switch (rule?.Use)
        {
            case KeyUse.Keep or KeyUse.KeepCount:
                Put(_keyTexts.Of(rule.Rank), value, weak);
                break;
            case KeyUse.KeepUrl:
                Put(_keyTexts.Of(rule.Rank), value.IsText ? RawValue.Text(Urls.WithoutSecrets(value.Utf8)) : value, weak);
                break;
            case KeyUse.KeepPresence:
                PutNamed(rule, key, rule.KeepsContent ? value : Presence(value), weak);
                break;
            case KeyUse.KeepPrefix:
                PutNamed(rule, key, value, weak);
                break;
            case KeyUse.Documents when !rule.KeepsContent:
                Tally.ContentDropped++;
                Put(_keyTexts.Of(rule.Rank), RawValue.Text(default), weak);
                break;
            case >= KeyUse.Content and <= KeyUse.IndexedInput:
                AddContent(rule, key, value, weak);
                break;
            default:
                Tally.AttributesNotKept++;
                break;
        }
    }

    private void AddAgain(RecurringPair pair)
    {
        switch (pair.Use)
        {
            case PairUse.Kept:
                PutAgain(pair);
                break;
            case PairUse.ContentDropped:
                Tally.ContentDropped++;
                break;
            default:
                Tally.AttributesNotKept++;
                break;
        }
    }

    /// <summary>Takes an attribute, and lets <paramref name="pair"/> remember it if its bytes alone tell what becomes of it.</summary>
    /// <param name="rule">The rule of the key.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="bytes">The bytes of the attribute's field, tag and all.</param>
    /// <param name="keyStart">Where in them the key begins.</param>
    /// <param name="pair">Remembers.</param>
    public void AddAndLearn(KeyRule? rule, ReadOnlySpan<byte> key, in RawValue value, ReadOnlySpan<byte> bytes, int keyStart, RecurringPair pair)
    {
        int places = _count;
        Add(rule, key, value);
        PairUse use = rule is null ? PairUse.NotKept : rule.Use switch
        {
            KeyUse.Drop => PairUse.NotKept,
            KeyUse.Content when !rule.KeepsContent => PairUse.ContentDropped,
            KeyUse.Keep or KeyUse.KeepUrl or KeyUse.KeepPrefix => PairUse.Kept,
            _ => PairUse.Unknown,
        };
        if (use != PairUse.Kept)
        {
            pair.Become(bytes, keyStart, key.Length, rule, use);
            return;
        }

        bool isPlain = _count == places + 1 && _marks[places] == Mark.None;
        ReadOnlySpan<byte> text = isPlain && (AttributeType)(_codes[places] & 3) == AttributeType.Text ? texts.Table[(int)_values[places]] : default;
        isPlain &= text.Length <= RecurringPair.MostBytes;
        pair.Become(bytes, keyStart, key.Length, rule, isPlain ? PairUse.Kept : PairUse.Unknown);
        if (isPlain)
        {
            pair.Keep(_codes[places], _values[places], texts.Epoch, text);
        }
    }

    private void PutAgain(RecurringPair pair)
    {
        if (pair.Epoch != texts.Epoch)
        {
            Number(pair);
        }

        int place = PlaceOf((int)(pair.Code >> 2), weak: false, isContent: false);
        if (place != None)
        {
            _codes[place] = pair.Code;
            _values[place] = pair.Value;
            _marks[place] = Mark.None;
        }
    }

    private void Number(RecurringPair pair)
    {
        int key = pair.Rule!.Rank != KeyRule.NoRank ? _keyTexts.Of(pair.Rule.Rank) : texts.Add(pair.Key);
        pair.Code = BatchAttributes.Code(key, pair.Type);
        pair.Value = pair.Type == AttributeType.Text ? (pair.SharedText ??= _recurringTexts.Of(pair.Text)).NumberIn(texts) : pair.Bits;
        pair.Epoch = texts.Epoch;
    }

    private RawValue Presence(in RawValue value)
    {
        if (value.Kind is RawKind.Integer or RawKind.Double or RawKind.Boolean or RawKind.Empty)
        {
            return value;
        }

        Tally.ContentDropped++;
        return RawValue.Text(default);
    }

    private void AddContent(KeyRule rule, ReadOnlySpan<byte> key, in RawValue value, bool weak)
    {
        if (rule.Marker is not null)
        {
            Put(_keyTexts.Of(rule.Rank), RawValue.Text(default), weak);
        }

        if (!rule.KeepsContent)
        {
            Tally.ContentDropped++;
        }
        else if (rule.Rank != KeyRule.NoRank && rule.Marker is null)
        {
            Put(_keyTexts.Of(rule.Rank), value, weak);
        }
        else
        {
            PutDynamic(key, value, weak, isContent: true);
        }
    }

    /// <summary>The text kept under <paramref name="rule"/>, which is one for a single key; empty if there is none.</summary>
    public ReadOnlySpan<byte> Text(KeyRule rule)
    {
        int place = Find(_keyTexts.Of(rule.Rank));
        bool isText = place != None && (AttributeType)(_codes[place] & 3) == AttributeType.Text && (_marks[place] & Mark.Empty) == 0;
        return isText ? texts.Table[(int)_values[place]] : default;
    }

    /// <summary>The number of a name or type name, capped and counted.</summary>
    public int Name(ReadOnlySpan<byte> utf8)
    {
        int name = texts.Add(utf8, limits.MaxNameChars, out TextDefects defects);
        CountDefects(defects);
        return name;
    }

    /// <summary>All that was kept, in the order of its coming. Lives until the next call.</summary>
    public BatchAttributes Build()
    {
        if (_hasMarks)
        {
            Settle();
        }

        return new BatchAttributes(_codes.AsSpan(0, _count), _values);
    }

    // Counts the defects of what is kept, and leaves out what is empty.
    private void Settle()
    {
        int kept = 0;
        for (int place = 0; place < _count; place++)
        {
            if ((_marks[place] & Mark.Empty) == 0)
            {
                (_codes[kept], _values[kept], _marks[kept]) = (_codes[place], _values[place], _marks[place]);
                kept++;
                CountDefects((TextDefects)(_marks[place] & Mark.Defects));
            }
        }

        Tally.AttributesNotKept += _count - kept;
        _count = kept;
    }

    // A key that only its prefix allows has no place in the table: it is made of the wire's bytes, if they are worth it.
    private void PutNamed(KeyRule rule, ReadOnlySpan<byte> key, in RawValue value, bool weak)
    {
        if (rule.Rank != KeyRule.NoRank)
        {
            Put(_keyTexts.Of(rule.Rank), value, weak);
        }
        else
        {
            PutDynamic(key, value, weak);
        }
    }

    private void PutDynamic(ReadOnlySpan<byte> key, in RawValue value, bool weak, bool isContent = false)
    {
        int name = texts.Add(key, limits.MaxNameChars, out TextDefects defects);
        if (defects != TextDefects.None)
        {
            Tally.AttributesNotKept++;
            return;
        }

        Put(name, value, weak, isContent);
    }

    private void Put(int key, in RawValue value, bool weak, bool isContent = false)
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

    private int Find(int key)
    {
        if ((_mayContain >> key & 1) == 0)
        {
            return None;
        }

        for (int place = 0; place < _count; place++)
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
        if (_count == _codes.Length)
        {
            Array.Resize(ref _codes, _count * 2);
            Array.Resize(ref _values, _count * 2);
            Array.Resize(ref _marks, _count * 2);
        }

        _mayContain |= 1UL << key;
        return _count++;
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

    private void CountDefects(TextDefects defects)
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
