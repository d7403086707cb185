using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>
/// Puts the traces of a batch into blocks. Several traces share a block, since their names and attributes are alike and pack well together; not too many, since a trace is read by
/// unpacking its block. Buffers and tables are kept for the next batch. One owner.
/// </summary>
internal sealed class BlockWriter(SqlSession session) : IDisposable
{
    /// <summary>Spans, or traces, with which a block is written.</summary>
    private const int Enough = 1024;

    // A trace larger than this goes to several blocks, so that no block grows beyond what its reader accepts.
    private const int MostSpans = 16384;

    private readonly SpanBlockWriter _spans = new();
    private readonly ContributionBlockWriter _contributions = new();
    private readonly TraceBlockWriter _traces = new();
    private long _block;
    private long _minEnd;
    private long _maxEnd;
    private TraceMarks _marks;

    /// <summary>The number that the next trace gets.</summary>
    public long Next => _block + _traces.Count;

    /// <summary>Starts a batch; what a batch before that failed left behind is forgotten.</summary>
    public void Begin(long next)
    {
        Clear();
        _block = next;
    }

    /// <summary>Adds a trace, and answers its number.</summary>
    public long Add(TraceCommit trace, TraceEntry entry)
    {
        int written = 0;
        List<long> earlier = [];
        for (; trace.NewSpans.Count - written > MostSpans; written += MostSpans)
        {
            earlier.Add(WriteAlone(trace, written));
        }

        int rest = trace.NewSpans.Count - written;
        if (_traces.Count > 0 && (_traces.Count == Enough || _spans.Count + rest > Enough))
        {
            Finish();
        }

        TraceEntry whole = earlier.Count == 0 ? entry : entry with { Earlier = [.. entry.Earlier, .. earlier] };
        long number = Next;
        _spans.AddTrace(trace.NewSpans, written, rest);
        _contributions.Add(trace.Contribution);
        Widen(whole, trace.Contribution.Failure?.Layer);
        _traces.Add(whole);
        return number;
    }

    /// <summary>Writes the block that is being filled.</summary>
    public void Finish()
    {
        if (_traces.Count == 0)
        {
            return;
        }

        session.Run("INSERT INTO span_block (id, spans) VALUES ($1, $2)", _block, _spans.ToBlob());
        session.Run("INSERT INTO contribution_block (id, contributions) VALUES ($1, $2)", _block, _contributions.ToBlob());
        session.Run(
            "INSERT INTO trace_block (id, min_end_ns, max_end_ns, marks, traces) VALUES ($1, $2, $3, $4, $5)", _block, _minEnd, _maxEnd, _marks.Bits, _traces.ToBlob());
        _block += _traces.Count;
        Clear();
    }

    public void Dispose()
    {
        _spans.Dispose();
        _contributions.Dispose();
        _traces.Dispose();
    }

    // A block of spans alone takes a number for itself.
    private long WriteAlone(TraceCommit trace, int first)
    {
        Finish();
        _spans.AddTrace(trace.NewSpans, first, MostSpans);
        session.Run("INSERT INTO span_block (id, spans) VALUES ($1, $2)", _block, _spans.ToBlob());
        _spans.Clear();
        return _block++;
    }

    private void Widen(TraceEntry trace, Layer? failureLayer)
    {
        TraceMarks marks = TraceMarks.Of(trace.Key, trace.Outcome, failureLayer, unchecked(trace.EndUnixNanos - trace.StartUnixNanos));
        bool isFirst = _traces.Count == 0;
        _minEnd = isFirst ? trace.EndUnixNanos : Math.Min(_minEnd, trace.EndUnixNanos);
        _maxEnd = isFirst ? trace.EndUnixNanos : Math.Max(_maxEnd, trace.EndUnixNanos);
        _marks = isFirst ? marks : _marks | marks;
    }

    private void Clear()
    {
        _spans.Clear();
        _contributions.Clear();
        _traces.Clear();
    }
}
