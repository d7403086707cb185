using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using TraceGap.Otlp.Batches;

namespace TraceGap.Otlp;

/// <summary>
/// The spans of one request in one compact encoding: as they come off the wire, as they lie on disk, and as they wait in memory. Identity and times
/// are read in place; a <see cref="SpanRecord"/> is made when it is asked for. Immutable, thread-safe.
/// </summary>
public sealed class SpanBatch
{
    private readonly byte[] _bytes;
    private readonly int _at;
    private readonly BatchLayout _layout;
    private BatchTables? _tables;

    internal SpanBatch(byte[] bytes, in BatchLayout layout)
        : this(bytes, 0, layout, null)
    {
    }

    private SpanBatch(byte[] bytes, int at, in BatchLayout layout, BatchTables? tables)
    {
        _bytes = bytes;
        _at = at;
        _layout = layout;
        _tables = tables;
    }

    /// <summary>The batch without spans.</summary>
    public static SpanBatch Empty { get; } = MakeEmpty();

    /// <summary>Number of spans.</summary>
    public int Count => _layout.Spans;

    /// <summary>The whole encoding, self-contained: what <see cref="TryParse"/> takes.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(_at, _layout.Length);

    private BatchTables Tables => _tables ??= BatchTables.Read(_bytes, _at, _layout) ?? throw new InvalidOperationException("A batch that was written here cannot be read.");

    /// <summary>The trace of a span.</summary>
    public TraceId TraceIdOf(int index)
    {
        int trace = BinaryPrimitives.ReadInt32LittleEndian(Row(index)[BatchLayout.TraceAt..]);
        return TraceId.FromBytes(_bytes.AsSpan(_at + _layout.TracesAt + (trace * TraceId.Size), TraceId.Size));
    }

    /// <summary>The id of a span within its trace.</summary>
    public SpanId SpanIdOf(int index) => new(BinaryPrimitives.ReadUInt64BigEndian(Row(index)));

    /// <summary>The id of a span's parent, or <see cref="SpanId.None"/>.</summary>
    public SpanId ParentSpanIdOf(int index) => new(BinaryPrimitives.ReadUInt64BigEndian(Row(index)[BatchLayout.ParentAt..]));

    /// <inheritdoc cref="SpanRecord.StartUnixNanos"/>
    public long StartUnixNanosOf(int index) => BinaryPrimitives.ReadInt64LittleEndian(Row(index)[BatchLayout.StartAt..]);

    /// <inheritdoc cref="SpanRecord.EndUnixNanos"/>
    public long EndUnixNanosOf(int index) => BinaryPrimitives.ReadInt64LittleEndian(Row(index)[BatchLayout.EndAt..]);

    /// <summary>Start of the span that began first, ns; <see cref="long.MaxValue"/> without spans.</summary>
    public long EarliestStartUnixNanos()
    {
        long earliest = long.MaxValue;
        for (int index = 0; index < Count; index++)
        {
            earliest = Math.Min(earliest, StartUnixNanosOf(index));
        }

        return earliest;
    }

    /// <inheritdoc cref="SpanRecord.Flags"/>
    public uint FlagsOf(int index) => BinaryPrimitives.ReadUInt32LittleEndian(Row(index)[BatchLayout.FlagsAt..]);

    /// <inheritdoc cref="SpanRecord.Kind"/>
    public SpanKind KindOf(int index) => KindIn(Row(index)[BatchLayout.HeadAt]);

    /// <summary>Makes the record of a span: a new one each time, though what it refers to is shared.</summary>
    public SpanRecord Read(int index)
    {
        ReadOnlySpan<byte> row = Row(index);
        int head = row[BatchLayout.HeadAt];
        BatchTables tables = Tables;
        BatchCursor body = new(Part(_layout.BodiesAt, _layout.TablesAt), BinaryPrimitives.ReadInt32LittleEndian(row[BatchLayout.BodyAt..]));
        string name = tables.Text((int)body.Varint());
        (ResourceRecord resource, ScopeRecord scope) = tables.Origin((int)body.Varint());
        ulong facts = body.Varint();
        return new SpanRecord
        {
            TraceId = TraceIdOf(index),
            SpanId = new SpanId(BinaryPrimitives.ReadUInt64BigEndian(row)),
            ParentSpanId = new SpanId(BinaryPrimitives.ReadUInt64BigEndian(row[BatchLayout.ParentAt..])),
            Name = name,
            Kind = KindIn(head),
            Status = StatusIn(head),
            Flags = BinaryPrimitives.ReadUInt32LittleEndian(row[BatchLayout.FlagsAt..]),
            StartUnixNanos = BinaryPrimitives.ReadInt64LittleEndian(row[BatchLayout.StartAt..]),
            EndUnixNanos = BinaryPrimitives.ReadInt64LittleEndian(row[BatchLayout.EndAt..]),
            Resource = resource,
            Scope = scope,
            Facts = (SpanFacts)(facts >> 1),
            Attributes = tables.Shapes[(int)body.Varint()].Read(ref body, tables),
            ExceptionType = (head & BatchLayout.ExceptionFlag) != 0 ? tables.Text((int)body.Varint()) : null,
            ResultCount = (head & BatchLayout.ResultCountFlag) != 0 ? (int)body.Varint() : -1,
            Weight = (head & BatchLayout.WeightFlag) != 0 ? body.ZigZag() : SpanRecord.UnitWeight,
            InputHash = (facts & 1) != 0 ? (uint)body.Varint() : 0,
        };
    }

    /// <summary>Makes the records of all spans.</summary>
    public SpanRecord[] ToRecords()
    {
        SpanRecord[] records = new SpanRecord[Count];
        for (int index = 0; index < records.Length; index++)
        {
            records[index] = Read(index);
        }

        return records;
    }

    /// <summary>
    /// Takes an encoded batch, whoever wrote it: all of it is checked, so that reading cannot fail later. The memory is kept and must not change.
    /// </summary>
    /// <param name="bytes">What <see cref="Bytes"/> gave.</param>
    /// <param name="batch">The batch, if it is whole.</param>
    /// <param name="problem">What is wrong with it, or empty.</param>
    public static bool TryParse(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out SpanBatch? batch, out string problem)
    {
        batch = null;
        if (!BatchLayout.TryRead(bytes.Span, out BatchLayout layout, out problem))
        {
            return false;
        }

        ArraySegment<byte> kept = MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> array) ? array : bytes.ToArray();
        if (!BatchCheck.TryCheck(kept.Array!, kept.Offset, layout, out BatchTables? tables, out problem))
        {
            return false;
        }

        batch = new SpanBatch(kept.Array!, kept.Offset, layout, tables);
        return true;
    }

    /// <summary>Encodes records. Not for the ingest path: there the decoder writes batches without making records.</summary>
    public static SpanBatch From(IReadOnlyList<SpanRecord> spans)
    {
        RecordEncoder encoder = new();
        foreach (SpanRecord span in spans)
        {
            encoder.Add(span);
        }

        return encoder.Build();
    }

    internal static SpanKind KindIn(int head) => (SpanKind)(head & ((1 << BatchLayout.StatusShift) - 1));

    internal static SpanStatus StatusIn(int head) => (SpanStatus)((head >> BatchLayout.StatusShift) & 3);

    private static SpanBatch MakeEmpty()
    {
        // Four tables of no entries.
        const int tables = 4;
        BatchLayout layout = BatchLayout.Of(0, 0, 0, 0, 0, tables);
        byte[] bytes = new byte[layout.Length];
        layout.WriteTo(bytes);
        return new SpanBatch(bytes, layout);
    }

    private ReadOnlySpan<byte> Row(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_layout.Spans, nameof(index));
        return _bytes.AsSpan(_at + BatchLayout.HeaderLength + (index * BatchLayout.RowLength), BatchLayout.RowLength);
    }

    private ReadOnlySpan<byte> Part(int start, int end) => _bytes.AsSpan(_at + start, end - start);
}
