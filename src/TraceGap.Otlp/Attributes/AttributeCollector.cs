using TraceGap.Otlp.Batches;
using TraceGap.Otlp.Wire;

namespace TraceGap.Otlp.Attributes;

/// <summary>Gathers the kept attributes of one span, scope or resource; of equal keys the last wins. Used over and over, one owner at a time.</summary>
/// <remarks>Keys and texts are numbers of the batch's texts from the moment they come, so nothing is allocated and nothing is compared twice.</remarks>
internal sealed class AttributeCollector(KeyTable keys, BatchTexts texts, DecodeLimits limits)
{
    private readonly KeyTexts _keyTexts = new(keys, texts);
    private readonly RecurringOwners _owners = new();
    private readonly RecurringTexts _recurringTexts = new();
    private readonly AttributeSlots _slots = new(texts, limits);

    /// <summary>What was cut so far in this request.</summary>
    public ref DecodeTally Tally => ref _slots.Tally;

    /// <summary>After <see cref="Build"/>: true if a kept text was not UTF-8.</summary>
    public bool SawInvalidText => _slots.SawInvalidText;

    /// <summary>Starts over for the next owner of attributes.</summary>
    public void Begin()
    {
        _slots.Begin();
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
        while (_owners.Peek() is RecurringPair pair && TryAdd(pair, request[position..end], out int length))
        {
            _owners.Pass();
            position += length;
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
            case KeyUse.Keep or KeyUse.KeepCount or KeyUse.KeepLabel:
                _slots.Put(_keyTexts.Of(rule.Rank), value, weak);
                break;
            case KeyUse.KeepUrl:
                _slots.Put(_keyTexts.Of(rule.Rank), value.IsText ? RawValue.Text(Urls.WithoutSecrets(value.Utf8)) : value, weak);
                break;
            case KeyUse.KeepPresence:
                PutNamed(rule, key, rule.KeepsContent ? value : Presence(value), weak);
                break;
            case KeyUse.KeepPrefix:
                PutNamed(rule, key, value, weak);
                break;
            case KeyUse.Documents when !rule.KeepsContent:
                Tally.ContentDropped++;
                _slots.Put(_keyTexts.Of(rule.Rank), RawValue.Text(default), weak);
                break;
            case >= KeyUse.Content and <= KeyUse.IndexedInput:
                AddContent(rule, key, value, weak);
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
        int before = _slots.Count;
        Add(rule, key, value);
        PairUse use = rule is null ? PairUse.NotKept : rule.Use switch
        {
            KeyUse.Drop => PairUse.NotKept,
            KeyUse.Content when !rule.KeepsContent && !rule.IsInput => PairUse.ContentDropped,
            KeyUse.Keep or KeyUse.KeepUrl or KeyUse.KeepPrefix => PairUse.Kept,
            _ => PairUse.Unknown,
        };
        if (use != PairUse.Kept)
        {
            pair.Become(bytes, keyStart, key.Length, rule, use);
            return;
        }

        if (_slots.Count == before + 1 && _slots.TryGetPlain(before, out uint code, out long kept))
        {
            ReadOnlySpan<byte> text = (AttributeType)(code & 3) == AttributeType.Text ? texts.Table[(int)kept] : default;
            use = text.Length <= RecurringPair.MostBytes ? use : PairUse.Unknown;
            pair.Become(bytes, keyStart, key.Length, rule, use);
            if (use == PairUse.Kept)
            {
                pair.Keep(code, kept, texts.Epoch, text);
            }
        }
        else
        {
            pair.Become(bytes, keyStart, key.Length, rule, PairUse.Unknown);
        }
    }

    /// <summary>The text kept under <paramref name="rule"/>, which is one for a single key; empty if there is none.</summary>
    public ReadOnlySpan<byte> Text(KeyRule rule) => _slots.Text(_keyTexts.Of(rule.Rank));

    /// <summary>Whether anything is kept under <paramref name="rule"/>, which is one for a single key.</summary>
    public bool Has(KeyRule rule) => _slots.Has(_keyTexts.Of(rule.Rank));

    /// <summary>The number of a name or type name, capped and counted.</summary>
    public int Name(ReadOnlySpan<byte> utf8)
    {
        int name = texts.Add(utf8, limits.MaxNameChars, out TextDefects defects);
        _slots.CountDefects(defects);
        return name;
    }

    /// <summary>All that was kept, in the order of its coming. Lives until the next call.</summary>
    public BatchAttributes Build() => _slots.Build();

    private bool TryAdd(RecurringPair pair, ReadOnlySpan<byte> bytes, out int length)
    {
        if (pair.Begins(bytes))
        {
            length = pair.Length;
            AddAgain(pair);
            return true;
        }

        return pair.TryTakeValue(bytes, out ReadOnlySpan<byte> value, out length) && TryAddValue(pair, value);
    }

    // A value that differs each time, in the shapes that ids and counts have.
    private bool TryAddValue(RecurringPair pair, ReadOnlySpan<byte> any)
    {
        WireRange whole = new(0, any.Length);
        RawValue value;
        if (WireShortcuts.TryTakeText(any, whole, out WireRange text))
        {
            value = RawValue.Text(any[text.Start..text.End]);
        }
        else if (WireShortcuts.TryTakeInteger(any, whole, out long integer))
        {
            value = RawValue.Integer(integer);
        }
        else
        {
            return false;
        }

        pair.Miss();
        _slots.Put(_keyTexts.Of(pair.Rule!.Rank), value, weak: false);
        return true;
    }

    private void AddAgain(RecurringPair pair)
    {
        switch (pair.Use)
        {
            case PairUse.Kept:
                if (pair.Epoch != texts.Epoch)
                {
                    Number(pair);
                }

                _slots.Put(pair.Code, pair.Value);
                break;
            case PairUse.ContentDropped:
                Tally.ContentDropped++;
                break;
            default:
                Tally.AttributesNotKept++;
                break;
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
            _slots.Put(_keyTexts.Of(rule.Rank), RawValue.Text(default), weak);
        }

        if (!rule.KeepsContent)
        {
            Tally.ContentDropped++;
        }
        else if (rule.Rank != KeyRule.NoRank && rule.Marker is null)
        {
            _slots.Put(_keyTexts.Of(rule.Rank), value, weak);
        }
        else
        {
            PutDynamic(key, value, weak, isContent: true);
        }
    }

    // A key that only its prefix allows has no place in the table: it is made of the wire's bytes, if they are worth it.
    private void PutNamed(KeyRule rule, ReadOnlySpan<byte> key, in RawValue value, bool weak)
    {
        if (rule.Rank != KeyRule.NoRank)
        {
            _slots.Put(_keyTexts.Of(rule.Rank), value, weak);
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

        _slots.Put(name, value, weak, isContent);
    }
}
