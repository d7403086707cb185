using TraceGap.Otlp.Attributes;
using TraceGap.Otlp.Facts;

namespace TraceGap.Otlp.Signals;

/// <summary>The span id of a signal, made of what it says: the same said twice is one signal, on every machine. The order of attributes does not matter.</summary>
internal struct SignalId
{
    private ulong _sum;

    /// <summary>Adds one number that tells signals apart. These come in one order.</summary>
    public void Add(ulong number) => _sum = InputHash.Mix(_sum, number);

    /// <summary>Adds one text. These come in one order.</summary>
    public void Add(ReadOnlySpan<byte> text) => Add(Utf8Hash.Of(text));

    /// <summary>Adds an attribute; these come in any order, after all else.</summary>
    public void Add(ReadOnlySpan<byte> key, in RawValue value)
    {
        // Bytes are not the same in both encodings of OTLP, and nothing that is read is made of them.
        bool isBytes = value.Kind is RawKind.Bytes or RawKind.Base64;
        ulong said = isBytes ? (ulong)RawKind.Bytes : InputHash.Mix(Utf8Hash.Of(value.Utf8) + (ulong)value.Kind, (ulong)value.Bits);
        _sum += InputHash.Mix(Utf8Hash.Of(key), said);
    }

    /// <summary>The id, which names a span.</summary>
    public readonly SpanId ToSpanId() => new(Math.Max(1, InputHash.Mix(_sum, 0)));
}
