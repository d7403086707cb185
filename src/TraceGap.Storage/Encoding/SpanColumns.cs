using System.Buffers.Binary;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>The columns of a span block, each with its own reader; all move on together, a span at a time.</summary>
internal ref struct SpanColumns
{
    private const int LargestKind = (int)SpanKind.Consumer;
    private const int LargestStatus = (int)SpanStatus.Error;

    private readonly TextTable _texts;
    private readonly AttributeShapes _shapes;
    private readonly ResourceRecord[] _resources;
    private readonly ScopeRecord[] _scopes;
    private readonly (int Resource, int Scope)[] _origins;
    private readonly ReadOnlySpan<byte> _traceIds;
    private readonly ReadOnlySpan<byte> _spanIds;
    private ByteReader _parentIds;
    private ByteReader _heads;
    private ByteReader _places;
    private ByteReader _times;
    private ByteReader _values;
    private ByteReader _rare;
    private long _lastStart;
    private long _lastTrace;

    public SpanColumns(ReadOnlySpan<byte> ids, ReadOnlySpan<byte> body)
    {
        ByteReader reader = new(body);
        _texts = TextTable.ReadFrom(ref reader);
        _shapes = AttributeShapes.ReadFrom(ref reader, _texts);
        _resources = ReadResources(ref reader, _shapes);
        _scopes = ReadScopes(ref reader, _shapes, _texts);
        _origins = ReadOrigins(ref reader, _resources.Length, _scopes.Length);
        long traces = reader.ReadInt32();
        Count = reader.ReadInt32();
        _heads = new ByteReader(reader.ReadPart());
        _places = new ByteReader(reader.ReadPart());
        _times = new ByteReader(reader.ReadPart());
        _values = new ByteReader(reader.ReadPart());
        long idBytes = (traces * TraceId.Size) + ((long)Count * SpanId.Size);
        if (idBytes > ids.Length)
        {
            reader.Fail(CodecError.Truncated);
        }

        _rare = reader;
        if (reader.Error == CodecError.None)
        {
            _traceIds = ids[..(int)(traces * TraceId.Size)];
            _spanIds = ids[_traceIds.Length..(int)idBytes];
            _parentIds = new ByteReader(ids[(int)idBytes..]);
        }
    }

    /// <summary>Number of spans.</summary>
    public int Count { get; }

    /// <summary>The first thing that was wrong in any column.</summary>
    public readonly CodecError Error
    {
        get
        {
            ReadOnlySpan<CodecError> errors = [_rare.Error, _heads.Error, _places.Error, _times.Error, _values.Error, _parentIds.Error];
            int first = errors.IndexOfAnyExcept(CodecError.None);
            return first < 0 ? CodecError.None : errors[first];
        }
    }

    /// <summary>Fails if any column has bytes left over.</summary>
    public void ExpectEnd()
    {
        _heads.ExpectEnd();
        _places.ExpectEnd();
        _times.ExpectEnd();
        _values.ExpectEnd();
        _rare.ExpectEnd();
        _parentIds.ExpectEnd();
    }

    /// <summary>Reads the next span, number <paramref name="index"/>; null if it is of another trace than the one wanted, or broken.</summary>
    public SpanRecord? ReadSpan(int index, TraceId? only)
    {
        SpanPlace place = ReadPlace();
        SpanId parent = ReadParent();
        uint flags = ReadUInt32();
        uint facts = ReadUInt32();
        TraceId traceId = Error == CodecError.None ? TraceId.FromBytes(_traceIds[(place.Trace * TraceId.Size)..]) : default;
        bool wanted = Error == CodecError.None && (only is null || only == traceId);
        AttributeSet attributes = ReadAttributes(wanted);
        long start = unchecked(_lastStart + _times.ReadSigned());
        long end = unchecked(start + _times.ReadSigned());
        _lastStart = start;
        int head = _heads.ReadByte();
        SpanRare rare = ReadRare(head, wanted);
        if (!wanted || !IsValid(head, start, end))
        {
            return null;
        }

        return new SpanRecord
        {
            TraceId = traceId,
            SpanId = SpanIdAt(index),
            ParentSpanId = parent,
            Name = _texts[place.Name],
            Kind = (SpanKind)KindOf(head),
            Status = (SpanStatus)StatusOf(head),
            Flags = flags,
            StartUnixNanos = start,
            EndUnixNanos = end,
            Resource = _resources[_origins[place.Origin].Resource],
            Scope = _scopes[_origins[place.Origin].Scope],
            Attributes = attributes,
            Facts = (SpanFacts)facts,
            ExceptionType = rare.ExceptionType,
            ResultCount = rare.ResultCount,
            Weight = rare.Weight,
        };
    }

    private SpanPlace ReadPlace()
    {
        // The sum of two hostile 64-bit numbers may wrap; wherever it ends, it must be the index of a trace.
        long trace = unchecked(_lastTrace + _places.ReadSigned());
        if ((ulong)trace >= (ulong)(_traceIds.Length / TraceId.Size))
        {
            _places.Fail(CodecError.BadIndex);
            return default;
        }

        _lastTrace = trace;
        return new SpanPlace((int)trace, _places.ReadIndex(_origins.Length), _places.ReadIndex(_texts.Count));
    }

    private SpanId ReadParent()
    {
        int parent = _places.ReadInt32();
        switch (parent)
        {
            case SpanBlockWriter.NoParent:
                return SpanId.None;
            case SpanBlockWriter.ParentElsewhere:
                return new SpanId(_parentIds.ReadFixed64());
            default:
                if (parent - SpanBlockWriter.FirstParentHere < Count)
                {
                    return SpanIdAt(parent - SpanBlockWriter.FirstParentHere);
                }

                _places.Fail(CodecError.BadIndex);
                return SpanId.None;
        }
    }

    private uint ReadUInt32()
    {
        ulong value = _places.ReadVarint();
        if (value > uint.MaxValue)
        {
            _places.Fail(CodecError.BadValue);
        }

        return (uint)value;
    }

    private AttributeSet ReadAttributes(bool wanted)
    {
        if (wanted)
        {
            return _shapes.ReadSet(ref _places, ref _values);
        }

        _shapes.SkipSet(ref _places, ref _values);
        return AttributeSet.Empty;
    }

    private SpanRare ReadRare(int head, bool wanted)
    {
        string? exceptionType = null;
        if ((head & SpanBlockWriter.ExceptionFlag) != 0)
        {
            int text = _rare.ReadIndex(_texts.Count);
            exceptionType = wanted && _rare.Error == CodecError.None ? _texts[text] : null;
        }

        int resultCount = (head & SpanBlockWriter.ResultCountFlag) != 0 ? _rare.ReadInt32() : -1;
        long weight = (head & SpanBlockWriter.WeightFlag) != 0 ? _rare.ReadSigned() : SpanRecord.UnitWeight;
        return new SpanRare(exceptionType, resultCount, weight);
    }

    private bool IsValid(int head, long start, long end)
    {
        if (KindOf(head) > LargestKind || StatusOf(head) > LargestStatus)
        {
            _heads.Fail(CodecError.BadValue);
        }

        if (start < 0 || end < 0)
        {
            _times.Fail(CodecError.BadValue);
        }

        return Error == CodecError.None;
    }

    private readonly SpanId SpanIdAt(int index) => new(BinaryPrimitives.ReadUInt64BigEndian(_spanIds[(index * SpanId.Size)..]));

    private static int KindOf(int head) => head & ((1 << SpanBlockWriter.StatusShift) - 1);

    private static int StatusOf(int head) => (head >> SpanBlockWriter.StatusShift) & 3;

    private static ResourceRecord[] ReadResources(ref ByteReader reader, AttributeShapes shapes)
    {
        ResourceRecord[] resources = new ResourceRecord[reader.ReadCount()];
        for (int i = 0; i < resources.Length; i++)
        {
            resources[i] = new ResourceRecord(shapes.ReadSet(ref reader, ref reader));
        }

        return resources;
    }

    private static ScopeRecord[] ReadScopes(ref ByteReader reader, AttributeShapes shapes, TextTable texts)
    {
        ScopeRecord[] scopes = new ScopeRecord[reader.ReadCount()];
        for (int i = 0; i < scopes.Length; i++)
        {
            scopes[i] = new ScopeRecord(texts.ReadText(ref reader), texts.ReadText(ref reader), shapes.ReadSet(ref reader, ref reader));
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

    private readonly record struct SpanPlace(int Trace, int Origin, int Name);

    private readonly record struct SpanRare(string? ExceptionType, int ResultCount, long Weight);
}
