namespace TraceGap.Otlp.Attributes;

/// <summary>What a <see cref="RawValue"/> holds.</summary>
internal enum RawKind : byte
{
    /// <summary>Nothing: an AnyValue without a field. Conventions read it as absent.</summary>
    Empty = 0,
    Text,
    Integer,
    Double,
    Boolean,

    /// <summary>Raw bytes; kept as their base64 text.</summary>
    Bytes,

    /// <summary>The same as base64 text, which is what OTLP/JSON carries.</summary>
    Base64,

    /// <summary>An array or a map, as compact JSON text.</summary>
    Json,
}

/// <summary>One attribute value as it came off the wire, before it is known whether it is kept. Its text lives in the request or in a scratch buffer.</summary>
internal readonly ref struct RawValue
{
    private RawValue(RawKind kind, ReadOnlySpan<byte> utf8, long bits)
    {
        Kind = kind;
        Utf8 = utf8;
        Bits = bits;
    }

    public RawKind Kind { get; }

    /// <summary>The text, JSON text or bytes.</summary>
    public ReadOnlySpan<byte> Utf8 { get; }

    /// <summary>The bits of a number or boolean.</summary>
    public long Bits { get; }

    /// <summary>True for what a reader of texts may look at.</summary>
    public bool IsText => Kind is RawKind.Text or RawKind.Json;

    /// <summary>A value that was kept apart in its parts.</summary>
    public static RawValue Of(RawKind kind, ReadOnlySpan<byte> utf8, long bits) => new(kind, utf8, bits);

    public static RawValue Text(ReadOnlySpan<byte> utf8) => new(RawKind.Text, utf8, 0);

    public static RawValue Bytes(ReadOnlySpan<byte> bytes) => new(RawKind.Bytes, bytes, 0);

    public static RawValue Base64(ReadOnlySpan<byte> digits) => new(RawKind.Base64, digits, 0);

    public static RawValue Json(ReadOnlySpan<byte> utf8) => new(RawKind.Json, utf8, 0);

    public static RawValue Integer(long value) => new(RawKind.Integer, default, value);

    public static RawValue Double(double value) => new(RawKind.Double, default, BitConverter.DoubleToInt64Bits(value));

    public static RawValue Boolean(bool value) => new(RawKind.Boolean, default, value ? 1 : 0);
}
