using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>
/// What the last span of an attribute shape was like while a block is written: the next one of its shape mostly differs in little, and only that is stored.
/// </summary>
internal struct SpanRow
{
    /// <summary>Bit of a row's mask: the start is stored as distance from the end of the span before, not from its start.</summary>
    public const ulong StartFromEnd = 1 << 0;

    /// <summary>Bit of a row's mask: the end is stored as distance from the end of the span before, not as duration.</summary>
    public const ulong EndFromEnd = 1 << 1;

    /// <summary>Bit of a row's mask: the trace is another than that of the span before.</summary>
    public const ulong OtherTrace = 1 << 2;

    /// <summary>Bit of a row's mask: origin, flags, facts, kind and status follow.</summary>
    public const ulong OtherPlace = 1 << 3;

    /// <summary>Bit of a row's mask: the name follows.</summary>
    public const ulong OtherName = 1 << 4;

    /// <summary>Bit of a row's mask: an exception type follows.</summary>
    public const ulong HasException = 1 << 5;

    /// <summary>Bit of a row's mask: a result count follows.</summary>
    public const ulong HasResultCount = 1 << 6;

    /// <summary>Bit of a row's mask: a weight follows.</summary>
    public const ulong HasWeight = 1 << 7;

    /// <summary>Bit of a row's mask from which on every bit says that an attribute value follows, in order of keys.</summary>
    public const int FirstValueBit = 8;

    /// <summary>Attributes that have a bit; the values of those behind them always follow.</summary>
    public const int ValueBits = 64 - FirstValueBit;

    /// <summary>Null if there was none yet.</summary>
    public AttributeSet? Attributes;

    public string Name;

    public int Origin;

    public uint Flags;

    /// <summary>Facts × 2 + whether it has an input hash.</summary>
    public ulong Facts;

    public int Head;

    /// <summary>The shape of the span that came after the last one.</summary>
    public int NextShape;
}
