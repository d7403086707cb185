using System.Buffers.Text;
using System.Numerics;

namespace TraceGap.Otlp.Attributes;

/// <summary>Gathers the kept attributes of one span, scope or resource; of equal keys the last wins. Used over and over, one owner at a time.</summary>
/// <remarks>
/// A key of the table has its rank among all keys in ordinal order: its value is put at that place and its bit set, so that no key is looked
/// for twice and reading the bits from low to high gives the order. Keys that only their prefix allows are few and are merged in at the end.
/// Nothing is allocated before <see cref="Build"/> but texts that were not seen before.
/// </remarks>
internal sealed class AttributeCollector(KeyTable keys, TextCache texts, DecodeLimits limits)
{
    private const int WordBits = 64;

    private readonly Slot[] _slots = new Slot[keys.Ranked.Length];
    private readonly ulong[] _present = new ulong[(keys.Ranked.Length + WordBits - 1) / WordBits];
    private readonly SortedList<string, Slot> _dynamic = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>What was cut so far in this request.</summary>
    public DecodeTally Tally;

    /// <summary>After <see cref="Build"/>: true if a kept text was not UTF-8.</summary>
    public bool SawInvalidText { get; private set; }

    /// <summary>Starts over for the next owner of attributes.</summary>
    public void Begin()
    {
        Array.Clear(_present);
        _dynamic.Clear();
        _count = 0;
        SawInvalidText = false;
    }

    /// <summary>
    /// Takes an attribute: keeps of it what the rule of its key says, and counts it where that is nothing. A weak value (one lifted from an
    /// event) never replaces a strong one.
    /// </summary>
    public void Add(KeyRule? rule, ReadOnlySpan<byte> key, in RawValue value, bool weak = false)
    {
        switch (rule?.Use)
        {
            case KeyUse.Keep or KeyUse.KeepCount:
                Put(rule.Rank, value, weak);
                break;
            case KeyUse.KeepUrl:
                Put(rule.Rank, value.IsText ? RawValue.Text(Urls.WithoutSecrets(value.Utf8)) : value, weak);
                break;
            case KeyUse.KeepPresence:
                PutNamed(rule, key, value.Kind is RawKind.Integer or RawKind.Double or RawKind.Boolean or RawKind.Empty ? value : RawValue.Text(default), weak);
                break;
            case KeyUse.Documents or KeyUse.IndexedDocument or KeyUse.IndexedReranked or KeyUse.IndexedInput:
                Put(rule.Rank, RawValue.Text(default), weak);
                break;
            case KeyUse.KeepPrefix:
                PutNamed(rule, key, value, weak);
                break;
            default:
                Tally.AttributesNotKept++;
                break;
        }
    }

    /// <summary>The value kept under <paramref name="rule"/>, which is one for a single key.</summary>
    public bool TryGet(KeyRule rule, out AttributeValue value)
    {
        bool found = Has(rule.Rank) && !_slots[rule.Rank].IsEmpty;
        value = found ? _slots[rule.Rank].Value() : default;
        return found;
    }

    /// <summary>A name or type name, capped and counted.</summary>
    public string Name(ReadOnlySpan<byte> utf8)
    {
        string name = texts.Get(utf8, limits.MaxNameChars, out TextDefects defects);
        CountDefects(defects);
        return name;
    }

    /// <summary>The set of all that was kept.</summary>
    public AttributeSet Build()
    {
        if (_count == 0)
        {
            return AttributeSet.Empty;
        }

        var items = new KeyValuePair<string, AttributeValue>[_count];
        int kept = CollectRanked(items);
        if (_dynamic.Count > 0)
        {
            kept = MergeDynamic(items, kept);
        }

        Tally.AttributesNotKept += _count - kept;
        return kept == 0 ? AttributeSet.Empty : new AttributeSet(kept == _count ? items : items[..kept]);
    }

    private int CollectRanked(KeyValuePair<string, AttributeValue>[] items)
    {
        int kept = 0;
        for (int word = 0; word < _present.Length; word++)
        {
            for (ulong bits = _present[word]; bits != 0; bits &= bits - 1)
            {
                int rank = (word * WordBits) + BitOperations.TrailingZeroCount(bits);
                ref readonly Slot slot = ref _slots[rank];
                if (!slot.IsEmpty)
                {
                    items[kept++] = new(keys.Ranked[rank], slot.Value());
                    CountDefects(slot.Defects);
                }
            }
        }

        return kept;
    }

    private int MergeDynamic(KeyValuePair<string, AttributeValue>[] items, int kept)
    {
        foreach ((string key, Slot slot) in _dynamic)
        {
            if (!slot.IsEmpty)
            {
                items[kept++] = new(key, slot.Value());
                CountDefects(slot.Defects);
            }
        }

        Array.Sort(items, 0, kept, ByKey.Instance);
        return kept;
    }

    // A key that only its prefix allows has no place in the table: it is made of the wire's bytes, if they are worth it.
    private void PutNamed(KeyRule rule, ReadOnlySpan<byte> key, in RawValue value, bool weak)
    {
        if (rule.Rank != KeyRule.NoRank)
        {
            Put(rule.Rank, value, weak);
            return;
        }

        string name = texts.Get(key, limits.MaxNameChars, out TextDefects defects);
        bool known = _dynamic.TryGetValue(name, out Slot slot);
        if (known && weak && !slot.Weak)
        {
            return;
        }

        if (defects != TextDefects.None || (!known && !MakeRoom()))
        {
            Tally.AttributesNotKept++;
            return;
        }

        Fill(ref slot, value, weak);
        _dynamic[name] = slot;
    }

    private void Put(int rank, in RawValue value, bool weak)
    {
        bool known = Has(rank);
        if (known && weak && !_slots[rank].Weak)
        {
            return;
        }

        if (!known && !MakeRoom())
        {
            Tally.AttributesNotKept++;
            return;
        }

        _present[rank / WordBits] |= 1UL << (rank % WordBits);
        Fill(ref _slots[rank], value, weak);
    }

    private bool Has(int rank) => (_present[rank / WordBits] >> (rank % WordBits) & 1) != 0;

    private bool MakeRoom()
    {
        bool fits = _count < limits.MaxKeptAttributes;
        _count += fits ? 1 : 0;
        return fits;
    }

    // Field by field: copying a structure that was just put together waits for each of its parts to arrive.
    private void Fill(ref Slot slot, in RawValue raw, bool weak)
    {
        slot.Weak = weak;
        slot.Bits = raw.Bits;
        slot.Kind = raw.Kind;
        slot.Defects = TextDefects.None;
        slot.Text = raw.Kind switch
        {
            RawKind.Text or RawKind.Json or RawKind.Base64 => texts.Get(raw.Utf8, limits.MaxValueChars, out slot.Defects),
            RawKind.Bytes => Base64Text(raw.Utf8, out slot.Defects),
            _ => null,
        };
    }

    private string Base64Text(ReadOnlySpan<byte> bytes, out TextDefects defects)
    {
        // Three bytes make four digits: what cannot be kept is not encoded.
        ReadOnlySpan<byte> head = bytes[..Math.Min(bytes.Length, (limits.MaxValueChars / 4 * 3) + 3)];
        byte[] digits = new byte[Base64.GetMaxEncodedToUtf8Length(head.Length)];
        Base64.EncodeToUtf8(head, digits, out _, out int written);
        return texts.Get(digits.AsSpan(0, written), limits.MaxValueChars, out defects);
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

    private struct Slot
    {
        public string? Text;
        public long Bits;
        public RawKind Kind;
        public bool Weak;
        public TextDefects Defects;

        // An empty value says that there is none: it holds its place, so that it wins over what came before and over a weak one.
        public readonly bool IsEmpty => Kind == RawKind.Empty;

        public readonly AttributeValue Value() => Text is not null
            ? AttributeValue.Of(Text)
            : AttributeValue.FromBits(
                Kind switch { RawKind.Integer => AttributeType.Integer, RawKind.Double => AttributeType.Double, _ => AttributeType.Boolean }, Bits);
    }

    private sealed class ByKey : IComparer<KeyValuePair<string, AttributeValue>>
    {
        public static readonly ByKey Instance = new();

        public int Compare(KeyValuePair<string, AttributeValue> left, KeyValuePair<string, AttributeValue> right) =>
            string.CompareOrdinal(left.Key, right.Key);
    }
}
