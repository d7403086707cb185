using System.Buffers.Binary;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>The columns of a span block, each with its own reader; all move on together, a span at a time.</summary>
internal ref struct SpanColumns
{
    private const int LargestKind = (int)SpanKind.Signal;
    private const int LargestStatus = (int)SpanStatus.Error;

    private const ulong FirstOfShape = SpanRow.OtherPlace | SpanRow.OtherName | (ulong.MaxValue << SpanRow.FirstValueBit);

    private readonly TextTable _texts;
    private readonly TextTable _valueTexts;
    private readonly AttributeShapes _shapes;
    private readonly ResourceRecord[] _resources;
    private readonly ScopeRecord[] _scopes;
    private readonly (int Resource, int Scope)[] _origins;
    private readonly LastRow[] _lastOfShape;
    private readonly ReadOnlySpan<byte> _traceIds;
    private readonly ReadOnlySpan<byte> _spanIds;
    private ByteReader _parentIds;
    private ByteReader _times;
    private ByteReader _rows;
    private ByteReader _places;
    private ByteReader _textValues;
    private ByteReader _numbers;
    private long _lastStart;
    private long _lastEnd;

    /// <param name="plain">The plain part.</param>
    /// <param name="body">The body.</param>
    /// <param name="standsAlone">True if the ids of the traces are in it.</param>
    public SpanColumns(ReadOnlySpan<byte> plain, ReadOnlySpan<byte> body, bool standsAlone)
    {
        ByteReader reader = new(body);
        _texts = TextTable.ReadFrom(ref reader);
        ByteReader plainReader = new(plain);
        ByteReader valueTexts = new(BlobFrame.ReadPart(ref plainReader).Span);
        _valueTexts = TextTable.ReadFrom(ref valueTexts);
        valueTexts.ExpectEnd();
        if (plainReader.Error != CodecError.None || valueTexts.Error != CodecError.None)
        {
            reader.Fail(plainReader.Error != CodecError.None ? plainReader.Error : valueTexts.Error);
        }

        plain = plain[^plainReader.Remaining..];
        AttributeShapes headerShapes = AttributeShapes.ReadFrom(ref reader, _texts);
        _shapes = AttributeShapes.ReadFrom(ref reader, _texts);
        _resources = ReadResources(ref reader, headerShapes);
        _scopes = ReadScopes(ref reader, headerShapes, _texts);
        _origins = ReadOrigins(ref reader, _resources.Length, _scopes.Length);
        _lastOfShape = new LastRow[_shapes.Count];
        Traces = reader.ReadInt32();
        Count = reader.ReadInt32();
        int parents = reader.ReadInt32();
        _rows = new ByteReader(reader.ReadPart());
        _places = new ByteReader(reader.ReadPart());
        _textValues = new ByteReader(reader.ReadPart());
        long traceBytes = standsAlone ? (long)Traces * TraceId.Size : 0;
        long spanBytes = (long)Count * SpanId.Size;
        long idBytes = traceBytes + spanBytes + ((long)parents * SpanId.Size);
        if (idBytes > plain.Length)
        {
            reader.Fail(CodecError.Truncated);
        }

        _numbers = reader;
        if (reader.Error == CodecError.None)
        {
            _traceIds = plain[..(int)traceBytes];
            _spanIds = plain.Slice((int)traceBytes, (int)spanBytes);
            _parentIds = new ByteReader(plain[(int)(traceBytes + spanBytes)..(int)idBytes]);
            _times = new ByteReader(plain[(int)idBytes..]);
        }
    }

    /// <summary>Number of traces.</summary>
    public int Traces { get; }

    /// <summary>Number of spans.</summary>
    public int Count { get; }

    /// <summary>The trace, by its place in the block, of the span that was read last.</summary>
    public long Trace { get; private set; }

    /// <summary>The first thing that was wrong in any column.</summary>
    public readonly CodecError Error
    {
        get
        {
            ReadOnlySpan<CodecError> errors = [_numbers.Error, _rows.Error, _places.Error, _textValues.Error, _times.Error, _parentIds.Error];
            int first = errors.IndexOfAnyExcept(CodecError.None);
            return first < 0 ? CodecError.None : errors[first];
        }
    }

    /// <summary>Fails if any column has bytes left over.</summary>
    public void ExpectEnd()
    {
        _numbers.ExpectEnd();
        _rows.ExpectEnd();
        _places.ExpectEnd();
        _textValues.ExpectEnd();
        _times.ExpectEnd();
        _parentIds.ExpectEnd();
    }

    /// <summary>False if no span of the block, no scope and no resource has this attribute. Looks at the texts alone; a value that may be a number or boolean is none.</summary>
    public readonly bool MayHave(AttributeFilter attribute) =>
        _texts.Has(attribute.Key) && (attribute.Value is not byte[] value || _valueTexts.Has(value) || _texts.Has(value));

    /// <summary>The id of a trace of a block that stands alone.</summary>
    public readonly TraceId TraceIdAt(long trace) => TraceId.FromBytes(_traceIds[(int)(trace * TraceId.Size)..]);

    /// <summary>Reads the next span, number <paramref name="index"/>.</summary>
    /// <param name="index">Its number.</param>
    /// <param name="wanted">Ids of the traces, by their place, whose spans are wanted; null for all, where the ids are in the block.</param>
    /// <returns>The span; null if it is not wanted, or broken.</returns>
    public SpanRecord? ReadSpan(int index, IReadOnlyDictionary<long, TraceId>? wanted)
    {
        int shape = _rows.ReadIndex(_shapes.Count);
        ulong mask = _rows.ReadVarint();
        if (_rows.Error != CodecError.None)
        {
            return null;
        }

        ref LastRow last = ref _lastOfShape[shape];
        if (last.Values is null)
        {
            // The first of a shape has nothing before it to be like.
            mask |= FirstOfShape;
            last.Values = new long[_shapes[shape].Length];
        }

        (long start, long end) = ReadTimes(mask);
        ReadTrace(mask);
        ReadPlace(mask, ref last);
        uint inputHash = (last.Facts & 1) != 0 ? _times.ReadFixed32() : 0;
        TraceId traceId = default;
        bool isWanted = Error == CodecError.None && (wanted is null || wanted.TryGetValue(Trace, out traceId));
        SpanRare rare = ReadRare(mask, isWanted);
        ReadValues(mask, shape, ref last);
        SpanId parent = ReadParent(index);
        if (!isWanted || !IsValid(last, start, end))
        {
            return null;
        }

        return new SpanRecord
        {
            TraceId = wanted is null ? TraceIdAt(Trace) : traceId,
            SpanId = SpanIdAt(index),
            ParentSpanId = parent,
            Name = _texts[last.Name],
            Kind = (SpanKind)KindOf(last.Head),
            Status = (SpanStatus)StatusOf(last.Head),
            Flags = last.Flags,
            StartUnixNanos = start,
            EndUnixNanos = end,
            Resource = _resources[_origins[last.Origin].Resource],
            Scope = _scopes[_origins[last.Origin].Scope],
            Attributes = AttributesOf(shape, last),
            Facts = (SpanFacts)(last.Facts >> 1),
            ExceptionType = rare.ExceptionType,
            ResultCount = rare.ResultCount,
            InputHash = inputHash,
            Weight = rare.Weight,
        };
    }

    private (long Start, long End) ReadTimes(ulong mask)
    {
        long start = unchecked(((mask & SpanRow.StartFromEnd) != 0 ? _lastEnd : _lastStart) + _times.ReadSigned());
        long end = unchecked(((mask & SpanRow.EndFromEnd) != 0 ? _lastEnd : start) + _times.ReadSigned());
        (_lastStart, _lastEnd) = (start, end);
        return (start, end);
    }

    private void ReadTrace(ulong mask)
    {
        if ((mask & SpanRow.OtherTrace) != 0)
        {
            // The sum of two hostile 64-bit numbers may wrap; wherever it ends, it must be the place of a trace.
            Trace = unchecked(Trace + _places.ReadSigned());
        }

        if ((ulong)Trace >= (ulong)Traces)
        {
            _places.Fail(CodecError.BadIndex);
        }
    }

    private void ReadPlace(ulong mask, ref LastRow last)
    {
        if ((mask & SpanRow.OtherPlace) != 0)
        {
            last.Origin = _places.ReadIndex(_origins.Length);
            last.Flags = (uint)ReadUpTo(uint.MaxValue);
            last.Facts = ReadUpTo(((ulong)uint.MaxValue << 1) | 1);
            last.Head = _places.ReadInt32();
        }

        if ((mask & SpanRow.OtherName) != 0)
        {
            last.Name = _places.ReadIndex(_texts.Count);
        }
    }

    private ulong ReadUpTo(ulong most)
    {
        ulong value = _places.ReadVarint();
        if (value > most)
        {
            _places.Fail(CodecError.BadValue);
            return 0;
        }

        return value;
    }

    private SpanRare ReadRare(ulong mask, bool wanted)
    {
        string? exceptionType = null;
        if ((mask & SpanRow.HasException) != 0)
        {
            int text = _places.ReadIndex(_texts.Count);
            exceptionType = wanted && _places.Error == CodecError.None ? _texts[text] : null;
        }

        int resultCount = (mask & SpanRow.HasResultCount) != 0 ? _numbers.ReadInt32() : -1;
        long weight = (mask & SpanRow.HasWeight) != 0 ? _numbers.ReadSigned() : SpanRecord.UnitWeight;
        return new SpanRare(exceptionType, resultCount, weight);
    }

    // Spans that are not wanted are read as well: those that come after differ from them.
    private void ReadValues(ulong mask, int shape, ref LastRow last)
    {
        ReadOnlySpan<(int Key, AttributeType Type)> keys = _shapes[shape];
        for (int i = 0; i < keys.Length; i++)
        {
            if (i >= SpanRow.ValueBits || (mask >> (SpanRow.FirstValueBit + i) & 1) != 0)
            {
                last.Values![i] = keys[i].Type switch
                {
                    AttributeType.Text => _valueTexts.ReadNext(ref _textValues),
                    AttributeType.Double => (long)_numbers.ReadFixed64(),
                    _ => _numbers.ReadSigned(),
                };
            }
        }
    }

    private readonly AttributeSet AttributesOf(int shape, in LastRow last)
    {
        ReadOnlySpan<(int Key, AttributeType Type)> keys = _shapes[shape];
        if (keys.IsEmpty)
        {
            return AttributeSet.Empty;
        }

        KeyValuePair<string, AttributeValue>[] items = new KeyValuePair<string, AttributeValue>[keys.Length];
        for (int i = 0; i < items.Length; i++)
        {
            long bits = last.Values![i];
            items[i] = new(
                _texts[keys[i].Key],
                keys[i].Type == AttributeType.Text ? AttributeValue.Of(_valueTexts[(int)bits]) : AttributeValue.FromBits(keys[i].Type, bits));
        }

        return new AttributeSet(items);
    }

    private SpanId ReadParent(int index)
    {
        ulong parent = _rows.ReadVarint();
        switch (parent)
        {
            case SpanBlockWriter.NoParent:
                return SpanId.None;
            case SpanBlockWriter.ParentElsewhere:
                return new SpanId(_parentIds.ReadFixed64());
            default:
                ulong zigzag = parent - SpanBlockWriter.FirstParentHere;
                long position = unchecked(index - ((long)(zigzag >> 1) ^ -(long)(zigzag & 1)));
                if ((ulong)position < (ulong)Count)
                {
                    return SpanIdAt((int)position);
                }

                _rows.Fail(CodecError.BadIndex);
                return SpanId.None;
        }
    }

    private bool IsValid(in LastRow last, long start, long end)
    {
        if (KindOf(last.Head) > LargestKind || StatusOf(last.Head) > LargestStatus)
        {
            _places.Fail(CodecError.BadValue);
        }

        if (start < 0 || end < 0)
        {
            _times.Fail(CodecError.BadValue);
        }

        return Error == CodecError.None;
    }

    private readonly SpanId SpanIdAt(int index) => new(BinaryPrimitives.ReadUInt64BigEndian(_spanIds[(index * SpanId.Size)..]));

    private static int KindOf(int head) => head & ((1 << SpanBlockWriter.StatusShift) - 1);

    private static int StatusOf(int head) => head >> SpanBlockWriter.StatusShift;

    private static ResourceRecord[] ReadResources(ref ByteReader reader, AttributeShapes shapes)
    {
        ResourceRecord[] resources = new ResourceRecord[reader.ReadCount()];
        for (int i = 0; i < resources.Length; i++)
        {
            resources[i] = new ResourceRecord(shapes.ReadSet(ref reader));
        }

        return resources;
    }

    private static ScopeRecord[] ReadScopes(ref ByteReader reader, AttributeShapes shapes, TextTable texts)
    {
        ScopeRecord[] scopes = new ScopeRecord[reader.ReadCount()];
        for (int i = 0; i < scopes.Length; i++)
        {
            scopes[i] = new ScopeRecord(texts.ReadText(ref reader), texts.ReadText(ref reader), shapes.ReadSet(ref reader));
        }

        return scopes;
    }

    private static (int Resource, int Scope)[] ReadOrigins(ref ByteReader reader, int resources, int scopes)
    {
        (int Resource, int Scope)[] origins = new (int, int)[reader.ReadCount()];
        for (int i = 0; i < origins.Length; i++)
        {
            origins[i] = (reader.ReadIndex(resources), reader.ReadIndex(scopes));
        }

        return origins;
    }

    /// <summary>The last span of a shape: what the next one does not differ in. Values are bits, or places among the texts of values.</summary>
    private struct LastRow
    {
        public int Origin;
        public uint Flags;
        public ulong Facts;
        public int Head;
        public int Name;
        public long[]? Values;
    }

    private readonly record struct SpanRare(string? ExceptionType, int ResultCount, long Weight);
}
