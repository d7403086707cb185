using TraceGap.Otlp.Attributes;
using TraceGap.Otlp.Batches;

namespace TraceGap.Otlp.Signals;

/// <summary>One field of an evaluation.</summary>
internal enum EvaluationField : byte
{
    Name,
    Label,
    Score,
}

/// <summary>The evaluations of one span that do not stand in its own attributes: events, and attributes under an index. Used over and over, one owner at a time.</summary>
internal sealed class EvaluationList
{
    /// <summary>Most that are kept of one span; an evaluator with more questions than that is not known.</summary>
    public const int Most = 16;

    private const int Fields = 3;

    private readonly Entry[] _entries = new Entry[Most];
    private readonly Value[] _values = new Value[Most * Fields];
    private readonly ByteBuffer _bytes = new();
    private readonly int _mostBytes;
    private int _event;

    /// <param name="limits">How much of a value is kept.</param>
    public EvaluationList(DecodeLimits limits) => _mostBytes = (4 * limits.MaxValueChars) + 4;

    /// <summary>The attributes of an evaluation, in the order of <see cref="EvaluationField"/>.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["gen_ai.evaluation.name", "gen_ai.evaluation.score.label", "gen_ai.evaluation.score.value"];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Starts the next span.</summary>
    public void Clear()
    {
        if (Count > 0 || _event > 0)
        {
            (Count, _event) = (0, 0);
            Array.Clear(_entries);
            Array.Clear(_values);
            _bytes.Clear();
        }
    }

    /// <summary>An event begins that tells an evaluation.</summary>
    public void BeginEvent() => _event++;

    /// <summary>An attribute of the event at hand; of one that comes twice the last counts. False if there is no room.</summary>
    public bool TryAddOfEvent(EvaluationField field, in RawValue value) => TryAdd(new Entry(int.MaxValue, _event), field, value);

    /// <summary>The event at hand says that its evaluator failed: it is none.</summary>
    public void BreakEvent()
    {
        int place = Find(new Entry(int.MaxValue, _event));
        if (place >= 0)
        {
            _entries[place] = _entries[place] with { IsBroken = true };
        }
        else if (Count < Most)
        {
            _entries[Count++] = new Entry(int.MaxValue, _event) { IsBroken = true };
        }
    }

    /// <summary>An attribute under an index: <paramref name="field"/> is what follows the prefix of the list, <c>3.evaluation.score</c>. False if there is no room.</summary>
    public bool TryAddIndexed(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> field, in RawValue value)
    {
        if (!System.Buffers.Text.Utf8Parser.TryParse(field, out uint index, out int read) || index > int.MaxValue || read >= field.Length || field[read] != (byte)'.')
        {
            return true;
        }

        EvaluationField? known = field.EndsWith(".label"u8) ? EvaluationField.Label
            : field.EndsWith(".score"u8) ? EvaluationField.Score
            : field.EndsWith(".name"u8) ? EvaluationField.Name
            : null;

        // Prefixes of one length say the same of the same thing: annotations and evaluations, of the span or of the trace.
        return known is null || TryAdd(new Entry(prefix.Length, (int)index), known.Value, value);
    }

    /// <summary>Puts those that say anything first, in one order, and forgets the rest. After it <see cref="Field"/> may be asked.</summary>
    public void Settle()
    {
        int kept = 0;
        for (int place = 0; place < Count; place++)
        {
            if (!_entries[place].IsBroken)
            {
                Swap(place, kept++);
            }
        }

        Count = kept;
        for (int place = 1; place < Count; place++)
        {
            for (int at = place; at > 0 && _entries[at].CompareTo(_entries[at - 1]) < 0; at--)
            {
                Swap(at, at - 1);
            }
        }
    }

    /// <summary>A field of an evaluation. False if it has none.</summary>
    public bool Field(int place, EvaluationField field, out RawValue value)
    {
        Value kept = _values[(place * Fields) + (int)field];
        value = RawValue.Of(kept.Kind, _bytes.Written.Slice(kept.At, kept.Length), kept.Bits);
        return kept.IsThere;
    }

    private bool TryAdd(in Entry entry, EvaluationField field, in RawValue value)
    {
        int place = Find(entry);
        if (place < 0)
        {
            if (Count == Most)
            {
                return false;
            }

            place = Count++;
            _entries[place] = entry;
        }

        ReadOnlySpan<byte> bytes = value.Utf8[..Math.Min(value.Utf8.Length, _mostBytes)];
        _values[(place * Fields) + (int)field] = new Value(value.Kind, _bytes.Length, bytes.Length, value.Bits, IsThere: true);
        _bytes.Bytes(bytes);
        return true;
    }

    private int Find(in Entry entry)
    {
        for (int place = 0; place < Count; place++)
        {
            if (_entries[place].List == entry.List && _entries[place].Index == entry.Index)
            {
                return place;
            }
        }

        return -1;
    }

    private void Swap(int left, int right)
    {
        (_entries[left], _entries[right]) = (_entries[right], _entries[left]);
        for (int field = 0; field < Fields; field++)
        {
            (_values[(left * Fields) + field], _values[(right * Fields) + field]) = (_values[(right * Fields) + field], _values[(left * Fields) + field]);
        }
    }

    private readonly record struct Entry(int List, int Index) : IComparable<Entry>
    {
        public bool IsBroken { get; init; }

        public int CompareTo(Entry other) => List != other.List ? List.CompareTo(other.List) : Index.CompareTo(other.Index);
    }

    private readonly record struct Value(RawKind Kind, int At, int Length, long Bits, bool IsThere);
}
