using System.Runtime.InteropServices;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>Finds the position of a parent among the spans of a block while it is written. One owner.</summary>
internal sealed class ParentFinder
{
    /// <summary>Ids up to which looking at all of them costs less than hashing them.</summary>
    private const int FewIds = 256;

    private readonly List<ulong> _ids = [];
    private readonly List<int> _traces = [];
    private readonly Dictionary<ulong, int> _positions = [];
    private int _first;
    private int _hashed;

    public void Clear()
    {
        _ids.Clear();
        _traces.Clear();
        _positions.Clear();
        _first = 0;
        _hashed = 0;
    }

    /// <summary>Starts over: what was added before is not found any more, but counts.</summary>
    public void ForgetEarlier()
    {
        _first = _ids.Count;
        _hashed = _first;
        _positions.Clear();
    }

    public void Add(int trace, SpanId id)
    {
        _ids.Add(id.Value);
        _traces.Add(trace);
    }

    /// <summary>The position of a span of a trace, or −1 if it is not here. Of spans of other traces with the same id only the first is seen; then it is not found, either.</summary>
    public int Find(int trace, SpanId id)
    {
        int position = _ids.Count - _first <= FewIds ? Scan(id.Value) : Look(id.Value);
        return position >= 0 && _traces[position] == trace ? position : -1;
    }

    private int Scan(ulong id)
    {
        int offset = CollectionsMarshal.AsSpan(_ids)[_first..].IndexOf(id);
        return offset < 0 ? -1 : _first + offset;
    }

    private int Look(ulong id)
    {
        for (; _hashed < _ids.Count; _hashed++)
        {
            _positions.TryAdd(_ids[_hashed], _hashed);
        }

        return _positions.GetValueOrDefault(id, -1);
    }
}
