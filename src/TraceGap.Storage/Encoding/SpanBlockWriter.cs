using System.Runtime.InteropServices;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>
/// Encodes spans of any number of traces as one block, by column, since equal things side by side pack best:
/// <code>
/// ids       16 bytes a trace, 8 bytes a span, 8 bytes a parent that is not in the block (kept apart: random bytes do not pack)
/// texts     distinct strings
/// tables    attribute shapes; resources, scopes, origins (resource, scope)
/// heads     kind, status, and which rare fields follow
/// places    trace, origin, name, parent, flags, facts, shape
/// times     start as distance from the span before, duration
/// values    attribute values by shape
/// rare      exception type, result count, weight
/// </code>
/// One owner; dispose gives the buffers back.
/// </summary>
internal sealed class SpanBlockWriter : IDisposable
{
    /// <summary>No parent.</summary>
    public const int NoParent = 0;

    /// <summary>The parent's id is among the ids.</summary>
    public const int ParentElsewhere = 1;

    /// <summary>This and above: the parent is span number (value − this) of the block.</summary>
    public const int FirstParentHere = 2;

    /// <summary>Bit of a head at which the status starts; the kind is below it.</summary>
    public const int StatusShift = 3;

    /// <summary>Bit of a head: an exception type follows among the rare fields.</summary>
    public const int ExceptionFlag = 1 << 5;

    /// <summary>Bit of a head: a result count follows.</summary>
    public const int ResultCountFlag = 1 << 6;

    /// <summary>Bit of a head: a weight follows.</summary>
    public const int WeightFlag = 1 << 7;

    private readonly TextTableWriter _texts = new();
    private readonly AttributeShapesWriter _shapes;
    private readonly Dictionary<TraceId, int> _traces = [];
    private readonly EntryTableWriter _resources = new();
    private readonly EntryTableWriter _scopes = new();
    private readonly Dictionary<(int Resource, int Scope), int> _origins = [];
    private readonly Dictionary<(int Trace, SpanId Span), int> _positions = [];
    private readonly ByteWriter _traceIds = new();
    private readonly ByteWriter _spanIds = new();
    private readonly ByteWriter _parentIds = new();
    private readonly ByteWriter _originTable = new();
    private readonly ByteWriter _heads = new();
    private readonly ByteWriter _places = new();
    private readonly ByteWriter _times = new();
    private readonly ByteWriter _values = new();
    private readonly ByteWriter _rare = new();
    private readonly Dictionary<int, int> _shapeByName = [];
    private long _lastStart;
    private int _lastTrace;
    private (TraceId Id, int Index) _traceInHand = (default, -1);
    private (ResourceRecord? Resource, ScopeRecord? Scope, int Index) _originInHand;

    public SpanBlockWriter() => _shapes = new AttributeShapesWriter(_texts);

    /// <summary>Number of spans.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets all spans and keeps the memory, for the next block.</summary>
    public void Clear()
    {
        _texts.Clear();
        _shapes.Clear();
        _resources.Clear();
        _scopes.Clear();
        _traces.Clear();
        _origins.Clear();
        _positions.Clear();
        _shapeByName.Clear();
        foreach (ByteWriter part in Parts)
        {
            part.Clear();
        }

        Count = 0;
        _lastStart = 0;
        _lastTrace = 0;
        _traceInHand = (default, -1);
        _originInHand = default;
    }

    /// <summary>Adds spans. Parents are found among the spans of the same call and of earlier ones.</summary>
    public void Add(IReadOnlyList<SpanRecord> spans)
    {
        for (int i = 0; i < spans.Count; i++)
        {
            _positions.TryAdd((TraceIndexOf(spans[i].TraceId), spans[i].SpanId), Count + i);
        }

        for (int i = 0; i < spans.Count; i++)
        {
            Add(spans[i]);
        }
    }

    /// <summary>The block as a framed, checksummed, packed blob.</summary>
    public byte[] ToBlob()
    {
        using ByteWriter ids = new(_traceIds.Length + _spanIds.Length + _parentIds.Length);
        using ByteWriter body = new(BodyCapacity);
        WriteIds(ids);
        WriteBody(body);
        return BlobFrame.Write(ids.Written, body.Written);
    }

    /// <summary>Writes the block as it is, for a place that has its own frame and checksum.</summary>
    public void WriteTo(ByteWriter writer)
    {
        writer.WriteCount(_traceIds.Length + _spanIds.Length + _parentIds.Length);
        WriteIds(writer);
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

    private ByteWriter[] Parts => [_traceIds, _spanIds, _parentIds, _originTable, _heads, _places, _times, _values, _rare];

    private int BodyCapacity => 1024 + _heads.Length + _places.Length + _times.Length + _values.Length + _rare.Length;

    private void Add(SpanRecord span)
    {
        int trace = TraceIndexOf(span.TraceId);
        _spanIds.WriteFixed64(span.SpanId.Value);
        _places.WriteSigned(trace - _lastTrace);
        _places.WriteCount(OriginIndexOf(span));
        int name = _texts.IndexOf(span.Name);
        _places.WriteCount(name);
        WriteParent(trace, span.ParentSpanId);
        _places.WriteVarint(span.Flags);
        _places.WriteVarint((uint)span.Facts);
        _places.WriteCount(ShapeIndexOf(name, span.Attributes));
        _shapes.WriteValues(_values, span.Attributes);
        _times.WriteSigned(span.StartUnixNanos - _lastStart);
        _times.WriteSigned(span.EndUnixNanos - span.StartUnixNanos);
        WriteHeadAndRare(span);
        _lastStart = span.StartUnixNanos;
        _lastTrace = trace;
        Count++;
    }

    private void WriteParent(int trace, SpanId parent)
    {
        if (parent.IsNone)
        {
            _places.WriteCount(NoParent);
        }
        else if (_positions.TryGetValue((trace, parent), out int position))
        {
            _places.WriteCount(FirstParentHere + position);
        }
        else
        {
            _places.WriteCount(ParentElsewhere);
            _parentIds.WriteFixed64(parent.Value);
        }
    }

    private void WriteHeadAndRare(SpanRecord span)
    {
        int head = KindOf(span) | (StatusOf(span) << StatusShift);
        if (span.ExceptionType is string exceptionType)
        {
            head |= ExceptionFlag;
            _rare.WriteCount(_texts.IndexOf(exceptionType));
        }

        if (span.ResultCount >= 0)
        {
            head |= ResultCountFlag;
            _rare.WriteCount(span.ResultCount);
        }

        if (span.Weight != SpanRecord.UnitWeight)
        {
            head |= WeightFlag;
            _rare.WriteSigned(span.Weight);
        }

        _heads.WriteByte((byte)head);
    }

    // A number that the enumerations do not name would run into the bits beside it; OTLP reads unknown numbers as "not said".
    private static int KindOf(SpanRecord span) => span.Kind <= SpanKind.Consumer ? (int)span.Kind : (int)SpanKind.Unspecified;

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
            index = _traces.Count;
            _traces.Add(traceId, index);
            traceId.WriteTo(_traceIds.Skip(TraceId.Size));
        }

        _traceInHand = (traceId, index);
        return index;
    }

    // Spans of one name mostly have the keys of the last one.
    private int ShapeIndexOf(int name, AttributeSet attributes)
    {
        ref int last = ref CollectionsMarshal.GetValueRefOrAddDefault(_shapeByName, name, out bool known);
        last = _shapes.IndexOf(attributes, known ? last : -1);
        return last;
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

        WriteSet(_resources.Start(), resource.Attributes);
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
        WriteSet(entry, scope.Attributes);
        return _scopes.Finish(scope);
    }

    private void WriteSet(ByteWriter writer, AttributeSet attributes)
    {
        writer.WriteCount(_shapes.IndexOf(attributes));
        _shapes.WriteValues(writer, attributes);
    }

    private void WriteIds(ByteWriter writer)
    {
        writer.WriteBytes(_traceIds.Written);
        writer.WriteBytes(_spanIds.Written);
        writer.WriteBytes(_parentIds.Written);
    }

    // Shapes name their keys by index into the texts, so they are written first, to be read second.
    private void WriteBody(ByteWriter writer)
    {
        using ByteWriter shapes = new();
        _shapes.WriteTo(shapes);
        _texts.WriteTo(writer);
        writer.WriteBytes(shapes.Written);
        _resources.WriteTo(writer);
        _scopes.WriteTo(writer);
        writer.WriteCount(_origins.Count);
        writer.WriteBytes(_originTable.Written);
        writer.WriteCount(_traces.Count);
        writer.WriteCount(Count);
        writer.WritePart(_heads);
        writer.WritePart(_places);
        writer.WritePart(_times);
        writer.WritePart(_values);
        writer.WriteBytes(_rare.Written);
    }
}
