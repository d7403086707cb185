using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace TraceGap.Otlp.Batches;

/// <summary>The fields of a span that have a fixed place or are numbers already; texts are numbers of <see cref="BatchWriter.Texts"/>.</summary>
internal struct SpanRow
{
    public TraceId TraceId;
    public SpanId SpanId;
    public SpanId ParentSpanId;
    public long StartUnixNanos;
    public long EndUnixNanos;
    public uint Flags;
    public SpanKind Kind;
    public SpanStatus Status;
    public SpanFacts Facts;
    public int Name;
    public int Origin;

    /// <summary>−1 if there is none.</summary>
    public int ExceptionType;

    /// <summary>−1 if nothing says so.</summary>
    public int ResultCount;

    /// <summary>0 if nothing is known of the input.</summary>
    public uint InputHash;
    public long Weight;
}

/// <summary>The attributes of a span, scope or resource on their way into a batch.</summary>
/// <param name="codes">For each the number of the key's text × 4 + type: what a shape is made of.</param>
/// <param name="values">For each the number of a text, or the bits of anything else.</param>
internal readonly ref struct BatchAttributes(ReadOnlySpan<uint> codes, ReadOnlySpan<long> values)
{
    public ReadOnlySpan<uint> Codes { get; } = codes;

    public ReadOnlySpan<long> Values { get; } = values;

    public static uint Code(int key, AttributeType type) => ((uint)key << 2) | (uint)type;
}

/// <summary>Writes a batch as <see cref="BatchLayout"/> has it. Its buffers serve the next one too; one owner at a time.</summary>
internal sealed class BatchWriter
{
    private readonly ByteBuffer _rows = new();
    private readonly ByteBuffer _bodies = new();
    private readonly ByteBuffer _scratch = new();
    private readonly DistinctBytes _traces = new();
    private readonly DistinctBytes _shapes = new();
    private readonly DistinctBytes _resources = new();
    private readonly DistinctBytes _scopes = new();
    private readonly DistinctBytes _origins = new();
    private TraceId _lastTraceId;
    private int _lastTrace;
    private int _spans;

    public BatchTexts Texts { get; } = new();

    /// <summary>How long the batch is by now, less what its tables and tails of ids take.</summary>
    public long Length => (long)_rows.Length + _bodies.Length + Texts.Table.AllBytes.Length;

    public void Clear()
    {
        _rows.Clear();
        _bodies.Clear();
        _scratch.Clear();
        Texts.Table.Clear();
        _traces.Clear();
        _shapes.Clear();
        _resources.Clear();
        _scopes.Clear();
        _origins.Clear();
        (_lastTraceId, _lastTrace, _spans) = (default, 0, 0);
    }

    /// <summary>The number of a resource.</summary>
    public int AddResource(in BatchAttributes attributes)
    {
        Span<byte> room = _scratch.Room(MostBytes(attributes));
        return _resources.Add(room[..WriteAttributes(room, 0, attributes)]);
    }

    /// <summary>The number of an origin: the scope in a resource.</summary>
    public int AddOrigin(int resource, int name, int version, in BatchAttributes scopeAttributes)
    {
        Span<byte> room = _scratch.Room(MostBytes(scopeAttributes));
        int end = VarintWriter.Write(room, 0, (ulong)name);
        end = VarintWriter.Write(room, end, (ulong)version);
        end = WriteAttributes(room, end, scopeAttributes);
        int scope = _scopes.Add(room[..end]);
        end = VarintWriter.Write(room, 0, (ulong)resource);
        end = VarintWriter.Write(room, end, (ulong)scope);
        return _origins.Add(room[..end]);
    }

    public void AddSpan(in SpanRow row, in BatchAttributes attributes)
    {
        int head = (int)row.Kind | ((int)row.Status << BatchLayout.StatusShift);
        Span<byte> room = _bodies.Room(MostBytes(attributes));
        int end = VarintWriter.Write(room, 0, (ulong)row.Name);
        end = VarintWriter.Write(room, end, (ulong)row.Origin);
        end = VarintWriter.Write(room, end, BatchLayout.FactsWith(row.Facts, row.InputHash));
        end = WriteAttributes(room, end, attributes);
        if (row.ExceptionType >= 0)
        {
            head |= BatchLayout.ExceptionFlag;
            end = VarintWriter.Write(room, end, (ulong)row.ExceptionType);
        }

        if (row.ResultCount >= 0)
        {
            head |= BatchLayout.ResultCountFlag;
            end = VarintWriter.Write(room, end, (ulong)row.ResultCount);
        }

        if (row.Weight != SpanRecord.UnitWeight)
        {
            head |= BatchLayout.WeightFlag;
            end = VarintWriter.WriteZigZag(room, end, row.Weight);
        }

        if (row.InputHash != 0)
        {
            end = VarintWriter.Write(room, end, row.InputHash);
        }

        WriteRow(row, _bodies.Length, head);
        _bodies.Advance(end);
        _spans++;
    }

    /// <summary>The batch as it stands.</summary>
    public SpanBatch Build()
    {
        if (_spans == 0)
        {
            return SpanBatch.Empty;
        }

        ByteBuffer tables = WriteTables();
        DistinctBytes texts = Texts.Table;
        ReadOnlySpan<byte> textBytes = texts.AllBytes;
        BatchLayout layout = BatchLayout.Of(_spans, _traces.Count, texts.Count, textBytes.Length, _bodies.Length, tables.Length);
        byte[] bytes = GC.AllocateUninitializedArray<byte>(layout.Length);
        layout.WriteTo(bytes);
        _rows.Written.CopyTo(bytes.AsSpan(BatchLayout.HeaderLength));
        _traces.AllBytes.CopyTo(bytes.AsSpan(layout.TracesAt));
        for (int text = 0; text < texts.Count; text++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(layout.TextEndsAt + (text * sizeof(uint))), texts.EndOf(text));
        }

        textBytes.CopyTo(bytes.AsSpan(layout.TextsAt));
        _bodies.Written.CopyTo(bytes.AsSpan(layout.BodiesAt));
        tables.Written.CopyTo(bytes.AsSpan(layout.TablesAt));
        return new SpanBatch(bytes, layout);
    }

    private void WriteRow(in SpanRow row, int bodyAt, int head)
    {
        Span<byte> bytes = _rows.Room(BatchLayout.RowLength);
        BinaryPrimitives.WriteUInt64BigEndian(bytes, row.SpanId.Value);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[BatchLayout.ParentAt..], row.ParentSpanId.Value);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[BatchLayout.StartAt..], row.StartUnixNanos);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[BatchLayout.EndAt..], row.EndUnixNanos);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[BatchLayout.FlagsAt..], row.Flags);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[BatchLayout.TraceAt..], TraceOf(row.TraceId));
        BinaryPrimitives.WriteInt32LittleEndian(bytes[BatchLayout.BodyAt..], bodyAt);
        bytes[BatchLayout.HeadAt] = (byte)head;
        _rows.Advance(BatchLayout.RowLength);
    }

    // Spans of one trace tend to follow each other.
    private int TraceOf(TraceId id)
    {
        if (id != _lastTraceId || _spans == 0)
        {
            Span<byte> bytes = stackalloc byte[TraceId.Size];
            id.WriteTo(bytes);
            _lastTraceId = id;
            _lastTrace = _traces.Add(bytes);
        }

        return _lastTrace;
    }

    // Eight numbers around the values at most.
    private static int MostBytes(in BatchAttributes attributes) => (8 + attributes.Codes.Length) * VarintWriter.MaxBytes;

    private int WriteAttributes(Span<byte> room, int at, in BatchAttributes attributes)
    {
        ReadOnlySpan<uint> codes = attributes.Codes;
        ReadOnlySpan<long> values = attributes.Values[..codes.Length];
        at = VarintWriter.Write(room, at, (ulong)_shapes.Add(MemoryMarshal.AsBytes(codes)));
        for (int index = 0; index < codes.Length; index++)
        {
            at = (AttributeType)(codes[index] & 3) switch
            {
                AttributeType.Integer => VarintWriter.WriteZigZag(room, at, values[index]),
                AttributeType.Double => VarintWriter.WriteFixed64(room, at, values[index]),
                _ => VarintWriter.Write(room, at, (ulong)values[index]),
            };
        }

        return at;
    }

    private ByteBuffer WriteTables()
    {
        _scratch.Clear();
        _scratch.Varint((ulong)_shapes.Count);
        for (int shape = 0; shape < _shapes.Count; shape++)
        {
            ReadOnlySpan<uint> codes = MemoryMarshal.Cast<byte, uint>(_shapes[shape]);
            _scratch.Varint((ulong)codes.Length);
            foreach (uint code in codes)
            {
                _scratch.Varint(code);
            }
        }

        WriteTable(_resources);
        WriteTable(_scopes);
        WriteTable(_origins);
        return _scratch;
    }

    private void WriteTable(DistinctBytes table)
    {
        _scratch.Varint((ulong)table.Count);
        _scratch.Bytes(table.AllBytes);
    }
}
