using System.Globalization;

namespace TraceGap.Otlp;

/// <summary>The 8 bytes that name a span within its trace, big-endian as on the wire. Zero names no span ("no parent").</summary>
/// <param name="Value">The eight bytes.</param>
public readonly record struct SpanId(ulong Value) : IComparable<SpanId>
{
    /// <summary>Length on the wire, bytes.</summary>
    public const int Size = 8;

    /// <summary>No span: the parent of a root.</summary>
    public static SpanId None => default;

    /// <summary>True for the id that names no span.</summary>
    public bool IsNone => Value == 0;

    /// <summary>Reads 16 hexadecimal digits of either case.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out SpanId id)
    {
        bool read = ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value) && text.Length == 16;
        id = new SpanId(read ? value : 0);
        return read;
    }

    // Ids come from outside; seeded per process, so that nobody can choose ids that collide.
    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Value);

    /// <inheritdoc/>
    public int CompareTo(SpanId other) => Value.CompareTo(other.Value);

    /// <summary>16 lower-case hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}
