using System.Buffers.Binary;
using System.Globalization;

namespace TraceGap.Otlp;

/// <summary>The 16 bytes that name a trace, big-endian as on the wire; ordered as its hexadecimal text is.</summary>
/// <remarks>All zero is not a trace id (W3C Trace Context, OTLP); the decoder rejects spans that carry one.</remarks>
/// <param name="High">The first eight bytes.</param>
/// <param name="Low">The last eight bytes.</param>
public readonly record struct TraceId(ulong High, ulong Low) : IComparable<TraceId>
{
    /// <summary>Length on the wire, bytes.</summary>
    public const int Size = 16;

    /// <summary>True for the id of all zeros, which names no trace.</summary>
    public bool IsZero => (High | Low) == 0;

    /// <summary>Reads an id from exactly <see cref="Size"/> bytes.</summary>
    public static TraceId FromBytes(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    /// <summary>Writes the id to the first <see cref="Size"/> bytes of <paramref name="destination"/>.</summary>
    public void WriteTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Low);
    }

    /// <summary>Reads 32 hexadecimal digits of either case.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TraceId id)
    {
        if (text.Length == 32
            && ulong.TryParse(text[..16], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong high)
            && ulong.TryParse(text[16..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong low))
        {
            id = new TraceId(high, low);
            return true;
        }

        id = default;
        return false;
    }

    // Ids come from outside; seeded per process, so that nobody can choose ids that collide.
    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(High, Low);

    /// <inheritdoc/>
    public int CompareTo(TraceId other) => High != other.High ? High.CompareTo(other.High) : Low.CompareTo(other.Low);

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{High:x16}{Low:x16}");
}
