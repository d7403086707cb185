using System.Buffers.Binary;

namespace TraceGap.Otlp.Batches;

/// <summary>
/// The layout of a batch. Fixed-width numbers are little-endian, ids as on the wire, <c>v</c> a varint, <c>z</c> a zig-zag varint; texts, shapes
/// and the like are named by their number in their list.
/// <code>
/// header    version (1 byte), numbers of spans, traces and texts, lengths of texts, bodies and tables (4 bytes each)
/// rows      for each span: span id, parent id, start, end (8 bytes each), flags, trace, offset of its body (4 bytes each), head (1 byte)
/// traces    16 bytes each
/// text ends for each text the offset at which it ends (4 bytes)
/// texts     UTF-8, one behind the other
/// bodies    for each span: name v, origin v, facts × 2 + has input hash v, shape v, its values; as the head says: exception type v, result count v, weight z; input hash v
/// tables    shapes: number v, for each: keys v, for each key: text × 4 + type v
///           resources: number v, for each: shape v, values
///           scopes: number v, for each: name v, version v, shape v, values
///           origins: number v, for each: resource v, scope v
/// values    text: v; integer: z; double: 8 bytes; boolean: v
/// head      kind (3 bits), status (2 bits), has exception type, has result count, has weight
/// </code>
/// Bodies follow each other in the order of the spans without gaps. The keys of a shape are in any order.
/// </summary>
internal readonly struct BatchLayout
{
    public const byte Version = 2;
    public const int HeaderLength = 1 + (6 * sizeof(uint));

    public const int RowLength = (4 * sizeof(long)) + (3 * sizeof(uint)) + 1;
    public const int ParentAt = sizeof(long);
    public const int StartAt = 2 * sizeof(long);
    public const int EndAt = 3 * sizeof(long);
    public const int FlagsAt = 4 * sizeof(long);
    public const int TraceAt = FlagsAt + sizeof(uint);
    public const int BodyAt = TraceAt + sizeof(uint);
    public const int HeadAt = BodyAt + sizeof(uint);

    public const int StatusShift = 3;
    public const int ExceptionFlag = 1 << 5;
    public const int ResultCountFlag = 1 << 6;
    public const int WeightFlag = 1 << 7;

    private BatchLayout(int spans, int traces, int texts, int textBytes, int bodyBytes, int tableBytes)
    {
        (Spans, Traces, Texts) = (spans, traces, texts);
        TracesAt = HeaderLength + (spans * RowLength);
        TextEndsAt = TracesAt + (traces * TraceId.Size);
        TextsAt = TextEndsAt + (texts * sizeof(uint));
        BodiesAt = TextsAt + textBytes;
        TablesAt = BodiesAt + bodyBytes;
        Length = TablesAt + tableBytes;
    }

    public int Spans { get; }

    public int Traces { get; }

    public int Texts { get; }

    public int TracesAt { get; }

    public int TextEndsAt { get; }

    public int TextsAt { get; }

    public int BodiesAt { get; }

    public int TablesAt { get; }

    public int Length { get; }

    /// <summary>Facts as a body has them: the lowest bit says whether an input hash follows.</summary>
    public static ulong FactsWith(SpanFacts facts, uint inputHash) => ((ulong)(uint)facts << 1) | (inputHash != 0 ? 1UL : 0);

    /// <summary>The layout of a batch of these sizes.</summary>
    /// <exception cref="OverflowException">It would not fit an array.</exception>
    public static BatchLayout Of(int spans, int traces, int texts, int textBytes, int bodyBytes, int tableBytes)
    {
        BatchLayout layout = new(spans, traces, texts, textBytes, bodyBytes, tableBytes);
        return layout.Length == LengthOf([(uint)spans, (uint)traces, (uint)texts, (uint)textBytes, (uint)bodyBytes, (uint)tableBytes])
            ? layout
            : throw new OverflowException("A batch of more than 2 GiB.");
    }

    /// <summary>The layout that the header of <paramref name="bytes"/> tells, if it is whole, known, and agrees with their number.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out BatchLayout layout, out string problem)
    {
        layout = default;
        if (bytes.Length < HeaderLength)
        {
            problem = $"a batch of {bytes.Length} bytes has no header";
            return false;
        }

        if (bytes[0] != Version)
        {
            problem = $"batch of unknown version {bytes[0]}";
            return false;
        }

        Span<uint> sizes = stackalloc uint[6];
        for (int index = 0; index < sizes.Length; index++)
        {
            sizes[index] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(1 + (index * sizeof(uint)))..]);
        }

        if (LengthOf(sizes) != bytes.Length)
        {
            problem = $"a batch of {bytes.Length} bytes says that it has {LengthOf(sizes)}";
            return false;
        }

        // Each is at most the length, so none is lost as a signed number.
        layout = new BatchLayout((int)sizes[0], (int)sizes[1], (int)sizes[2], (int)sizes[3], (int)sizes[4], (int)sizes[5]);
        problem = "";
        return true;
    }

    /// <summary>Writes the header.</summary>
    public void WriteTo(Span<byte> batch)
    {
        batch[0] = Version;
        ReadOnlySpan<int> sizes = [Spans, Traces, Texts, BodiesAt - TextsAt, TablesAt - BodiesAt, Length - TablesAt];
        for (int index = 0; index < sizes.Length; index++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(batch[(1 + (index * sizeof(uint)))..], sizes[index]);
        }
    }

    private static long LengthOf(ReadOnlySpan<uint> sizes) =>
        HeaderLength + ((long)sizes[0] * RowLength) + ((long)sizes[1] * TraceId.Size) + ((long)sizes[2] * sizeof(uint)) + sizes[3] + sizes[4] + sizes[5];
}
