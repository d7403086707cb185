using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>
/// Encodes spans of any number of traces as one block, by column, since equal things side by side pack best:
/// <code>
/// plain     distinct strings of attribute values, packed by themselves; trace ids (only where the block stands alone), span ids, ids of parents that are not in the block; times: start
///           as distance from the start or the end of the span before, end as duration or as distance from the end of the span before, and the input hash where there is one (all but random, so packing is no use)
/// texts     distinct strings of names, keys and tables
/// tables    attribute shapes of resources and scopes, then of spans; resources, scopes, origins (resource, scope)
/// rows      per span: shape, mask of what differs from the last span of that shape (see <see cref="SpanRow"/>), parent as distance in spans
/// places    what differs: trace, origin, flags, facts × 2 + has input hash, kind and status, name, exception type
/// texts     of attribute values that differ, by their place among those of values
/// numbers   attribute values that differ, result counts, weights
/// </code>
/// One owner; dispose gives the buffers back.
/// </summary>
internal sealed class SpanBlockWriter : IDisposable
{
    /// <summary>No parent.</summary>
    public const int NoParent = 0;

    /// <summary>The parent's id is among the plain ids.</summary>
    public const int ParentElsewhere = 1;

    /// <summary>This and above: zigzag of how many spans before this one the parent is.</summary>
    public const int FirstParentHere = 2;

    /// <summary>Bit of a head at which the status starts; the kind is below it.</summary>
    public const int StatusShift = 3;

    private readonly TextTableWriter _texts = new();
    private readonly TextTableWriter _valueTexts = new();
    private readonly AttributeShapesWriter _headerShapes;
    private readonly AttributeShapesWriter _shapes;
    private readonly Dictionary<TraceId, int> _traces = [];
    private readonly EntryTableWriter _resources = new();
    private readonly EntryTableWriter _scopes = new();
    private readonly Dictionary<(int Resource, int Scope), int> _origins = [];
    private readonly ParentFinder _parents = new();
    private readonly List<SpanRow> _lastOfShape = [];
    private readonly ByteWriter _traceIds = new();
    private readonly ByteWriter _spanIds = new();
    private readonly ByteWriter _parentIds = new();
    private readonly ByteWriter _times = new();
    private readonly ByteWriter _originTable = new();
    private readonly ByteWriter _rows = new();
    private readonly ByteWriter _places = new();
    private readonly ByteWriter _textValues = new();
    private readonly ByteWriter _numbers = new();
    private readonly ByteWriter _shapeTable = new();
    private readonly ByteWriter _plain = new();
    private readonly ByteWriter _body = new();
    private int _traceCount;
    private int _parentsElsewhere;
    private int _lastShape = -1;
    private int _lastTrace;
    private long _lastStart;
    private long _lastEnd;
    private (TraceId Id, int Index) _traceInHand = (default, -1);
    private (ResourceRecord? Resource, ScopeRecord? Scope, int Index) _originInHand;

    public SpanBlockWriter()
    {
        _headerShapes = new AttributeShapesWriter(_texts);
        _shapes = new AttributeShapesWriter(_texts);
    }

    /// <summary>Number of spans.</summary>
    public int Count { get; private set; }

    private ByteWriter[] Parts =>
        [_traceIds, _spanIds, _parentIds, _times, _originTable, _rows, _places, _textValues, _numbers, _shapeTable, _plain, _body];

    /// <summary>Forgets all spans and keeps the memory, for the next block.</summary>
    public void Clear()
    {
        _texts.Clear();
        _valueTexts.Clear();
        _headerShapes.Clear();
        _shapes.Clear();
        _resources.Clear();
        _scopes.Clear();
        _traces.Clear();
        _origins.Clear();
        _parents.Clear();
        _lastOfShape.Clear();
        foreach (ByteWriter part in Parts)
        {
            part.Clear();
        }

        (Count, _traceCount, _parentsElsewhere, _lastShape, _lastTrace, _lastStart, _lastEnd) = (0, 0, 0, -1, 0, 0, 0);
        _traceInHand = (default, -1);
        _originInHand = default;
    }

    /// <summary>Adds spans of any traces, for a block that stands alone. Parents are found among the spans of the same call and of earlier ones.</summary>
    public void Add(IReadOnlyList<SpanRecord> spans)
    {
        for (int i = 0; i < spans.Count; i++)
        {
            _parents.Add(TraceIndexOf(spans[i].TraceId), spans[i].SpanId);
        }

        for (int i = 0; i < spans.Count; i++)
        {
            Add(TraceIndexOf(spans[i].TraceId), spans[i]);
        }
    }

    /// <summary>Adds a range of the spans of one trace, which may be empty, as the next trace of a block whose traces are named elsewhere.</summary>
    public void AddTrace(IReadOnlyList<SpanRecord> spans, int first, int count)
    {
        _parents.ForgetEarlier();
        for (int i = first; i < first + count; i++)
        {
            _parents.Add(_traceCount, spans[i].SpanId);
        }

        for (int i = first; i < first + count; i++)
        {
            Add(_traceCount, spans[i]);
        }

        _traceCount++;
    }

    /// <summary>The block, without the ids of its traces, as a framed, checksummed, packed blob.</summary>
    public byte[] ToBlob()
    {
        _plain.Clear();
        WritePlain(_plain, pack: true);
        _body.Clear();
        WriteBody(_body);
        return BlobFrame.Write(_plain.Written, _body.Written);
    }

    /// <summary>Writes the block with the ids of its traces as it is, for a place that has its own frame and checksum.</summary>
    public void WriteTo(ByteWriter writer)
    {
        _plain.Clear();
        WritePlain(_plain, pack: false);
        writer.WritePart(_plain);
        WriteBody(writer);
    }

    public void Dispose()
    {
        foreach (ByteWriter part in Parts)
        {
            part.Dispose();
        }

        _resources.Dispose();
        _scopes.Dispose();
    }

    private void Add(int trace, SpanRecord span)
    {
        _spanIds.WriteFixed64(span.SpanId.Value);
        int shape = _shapes.IndexOf(span.Attributes.Shape, _lastShape < 0 ? -1 : _lastOfShape[_lastShape].NextShape);
        ref SpanRow last = ref LastOf(shape);
        ulong mask = WriteTimes(span) | WriteTrace(trace) | WritePlace(ref last, span) | WriteName(ref last, span) | WriteRare(span) | WriteValues(ref last, span.Attributes);
        _rows.WriteCount(shape);
        _rows.WriteVarint(mask);
        WriteParent(trace, span.ParentSpanId);
        _lastShape = shape;
        Count++;
    }

    private ref SpanRow LastOf(int shape)
    {
        if (_lastShape >= 0)
        {
            CollectionsMarshal.AsSpan(_lastOfShape)[_lastShape].NextShape = shape;
        }

        if (shape == _lastOfShape.Count)
        {
            _lastOfShape.Add(new SpanRow { Name = "", NextShape = shape });
        }

        return ref CollectionsMarshal.AsSpan(_lastOfShape)[shape];
    }

    // Steps of an agent follow each other at short distances, and a parent ends with its last child; else distances of starts and durations are the shorter ones.
    private ulong WriteTimes(SpanRecord span)
    {
        bool startFromEnd = IsShorter(span.StartUnixNanos - _lastEnd, span.StartUnixNanos - _lastStart);
        bool endFromEnd = IsShorter(span.EndUnixNanos - _lastEnd, span.EndUnixNanos - span.StartUnixNanos);
        _times.WriteSigned(span.StartUnixNanos - (startFromEnd ? _lastEnd : _lastStart));
        _times.WriteSigned(span.EndUnixNanos - (endFromEnd ? _lastEnd : span.StartUnixNanos));
        (_lastStart, _lastEnd) = (span.StartUnixNanos, span.EndUnixNanos);
        return (startFromEnd ? SpanRow.StartFromEnd : 0) | (endFromEnd ? SpanRow.EndFromEnd : 0);
    }

    private static bool IsShorter(long distance, long than) =>
        BitOperations.LeadingZeroCount((ulong)(distance ^ (distance >> 63))) > BitOperations.LeadingZeroCount((ulong)(than ^ (than >> 63))) + 6;

    private ulong WriteTrace(int trace)
    {
        if (trace == _lastTrace)
        {
            return 0;
        }

        _places.WriteSigned(trace - _lastTrace);
        _lastTrace = trace;
        return SpanRow.OtherTrace;
    }

    private ulong WritePlace(ref SpanRow last, SpanRecord span)
    {
        int origin = OriginIndexOf(span);
        int head = KindOf(span) | (StatusOf(span) << StatusShift);
        ulong facts = ((ulong)(uint)span.Facts << 1) | (span.InputHash != 0 ? 1UL : 0);
        WriteInputHash(span.InputHash);
        if (last.Attributes is not null && last.Origin == origin && last.Head == head && last.Flags == span.Flags && last.Facts == facts)
        {
            return 0;
        }

        (last.Origin, last.Head, last.Flags, last.Facts) = (origin, head, span.Flags, facts);
        _places.WriteCount(origin);
        _places.WriteVarint(span.Flags);
        _places.WriteVarint(facts);
        _places.WriteCount(head);
        return SpanRow.OtherPlace;
    }

    // All random, as times nearly are.
    private void WriteInputHash(uint hash)
    {
        if (hash != 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(_times.Skip(sizeof(uint)), hash);
        }
    }

    private ulong WriteName(ref SpanRow last, SpanRecord span)
    {
        if (last.Attributes is not null && last.Name == span.Name)
        {
            return 0;
        }

        last.Name = span.Name;
        _places.WriteCount(_texts.IndexOf(span.Name));
        return SpanRow.OtherName;
    }

    private ulong WriteRare(SpanRecord span)
    {
        ulong mask = 0;
        if (span.ExceptionType is string exceptionType)
        {
            mask |= SpanRow.HasException;
            _places.WriteCount(_texts.IndexOf(exceptionType));
        }

        if (span.ResultCount >= 0)
        {
            mask |= SpanRow.HasResultCount;
            _numbers.WriteCount(span.ResultCount);
        }

        if (span.Weight != SpanRecord.UnitWeight)
        {
            mask |= SpanRow.HasWeight;
            _numbers.WriteSigned(span.Weight);
        }

        return mask;
    }

    private ulong WriteValues(ref SpanRow last, AttributeSet attributes)
    {
        ulong mask = 0;
        ReadOnlySpan<AttributeValue> values = attributes.Values;
        ReadOnlySpan<AttributeType> types = attributes.Shape.Types;
        ReadOnlySpan<AttributeValue> before = last.Attributes is null ? [] : last.Attributes.Values;
        for (int i = 0; i < values.Length; i++)
        {
            ref readonly AttributeValue value = ref values[i];
            if (i < SpanRow.ValueBits && i < before.Length && value.Equals(before[i]))
            {
                continue;
            }

            mask |= i < SpanRow.ValueBits ? 1UL << (SpanRow.FirstValueBit + i) : 0;
            WriteValue(value, types[i]);
        }

        last.Attributes = attributes;
        return mask;
    }

    private void WriteValue(in AttributeValue value, AttributeType type)
    {
        switch (type)
        {
            case AttributeType.Text:
                _textValues.WriteCount(_valueTexts.NextOf(value));
                break;
            case AttributeType.Double:
                _numbers.WriteFixed64((ulong)value.Bits);
                break;
            default:
                _numbers.WriteSigned(value.Bits);
                break;
        }
    }

    private void WriteParent(int trace, SpanId parent)
    {
        if (parent.IsNone)
        {
            _rows.WriteCount(NoParent);
            return;
        }

        int position = _parents.Find(trace, parent);
        if (position >= 0)
        {
            int distance = Count - position;
            _rows.WriteVarint(FirstParentHere + (ulong)(uint)((distance << 1) ^ (distance >> 31)));
            return;
        }

        _rows.WriteCount(ParentElsewhere);
        _parentIds.WriteFixed64(parent.Value);
        _parentsElsewhere++;
    }

    // A number that the enumerations do not name would run into the bits beside it; OTLP reads unknown numbers as "not said".
    private static int KindOf(SpanRecord span) => span.Kind <= SpanKind.Signal ? (int)span.Kind : (int)SpanKind.Unspecified;

    private static int StatusOf(SpanRecord span) => span.Status <= SpanStatus.Error ? (int)span.Status : (int)SpanStatus.Unset;

    private int TraceIndexOf(TraceId traceId)
    {
        // The spans of a trace, and of an origin, tend to come together.
        if (_traceInHand.Index >= 0 && _traceInHand.Id == traceId)
        {
            return _traceInHand.Index;
        }

        if (!_traces.TryGetValue(traceId, out int index))
        {
            index = _traceCount++;
            _traces.Add(traceId, index);
            traceId.WriteTo(_traceIds.Skip(TraceId.Size));
        }

        _traceInHand = (traceId, index);
        return index;
    }

    private int OriginIndexOf(SpanRecord span)
    {
        if (!ReferenceEquals(span.Resource, _originInHand.Resource) || !ReferenceEquals(span.Scope, _originInHand.Scope))
        {
            _originInHand = (span.Resource, span.Scope, FindOrigin(span));
        }

        return _originInHand.Index;
    }

    private int FindOrigin(SpanRecord span)
    {
        (int, int) origin = (ResourceIndexOf(span.Resource), ScopeIndexOf(span.Scope));
        if (!_origins.TryGetValue(origin, out int index))
        {
            index = _origins.Count;
            _origins.Add(origin, index);
            _originTable.WriteCount(origin.Item1);
            _originTable.WriteCount(origin.Item2);
        }

        return index;
    }

    private int ResourceIndexOf(ResourceRecord resource)
    {
        if (_resources.TryFind(resource, out int index))
        {
            return index;
        }

        _headerShapes.WriteSet(_resources.Start(), resource.Attributes);
        return _resources.Finish(resource);
    }

    private int ScopeIndexOf(ScopeRecord scope)
    {
        if (_scopes.TryFind(scope, out int index))
        {
            return index;
        }

        ByteWriter entry = _scopes.Start();
        entry.WriteCount(_texts.IndexOf(scope.Name));
        entry.WriteCount(_texts.IndexOf(scope.Version));
        _headerShapes.WriteSet(entry, scope.Attributes);
        return _scopes.Finish(scope);
    }

    private void WritePlain(ByteWriter writer, bool pack)
    {
        _body.Clear();
        _valueTexts.WriteTo(_body);
        BlobFrame.WritePart(writer, _body.Written, pack);
        writer.WriteBytes(_traceIds.Written);
        writer.WriteBytes(_spanIds.Written);
        writer.WriteBytes(_parentIds.Written);
        writer.WriteBytes(_times.Written);
    }

    // Shapes name their keys by index into the texts, so they are written first, to be read second.
    private void WriteBody(ByteWriter writer)
    {
        _shapeTable.Clear();
        _headerShapes.WriteTo(_shapeTable);
        _shapes.WriteTo(_shapeTable);
        _texts.WriteTo(writer);
        writer.WriteBytes(_shapeTable.Written);
        _resources.WriteTo(writer);
        _scopes.WriteTo(writer);
        writer.WriteCount(_origins.Count);
        writer.WriteBytes(_originTable.Written);
        writer.WriteCount(_traceCount);
        writer.WriteCount(Count);
        writer.WriteCount(_parentsElsewhere);
        writer.WritePart(_rows);
        writer.WritePart(_places);
        writer.WritePart(_textValues);
        writer.WriteBytes(_numbers.Written);
    }
}
