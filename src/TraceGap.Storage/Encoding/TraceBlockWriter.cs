using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>
/// Encodes the entries of traces that were committed together, by column:
/// <code>
/// plain   trace ids; per trace: end as distance from the trace before, duration, first arrival after the end, last arrival after the first (all but random, so packing is no use)
/// body    heads (outcome, which fields follow), outcome sources, keys, revisions, spans, failures, traces of fragments, earlier numbers as distances
/// </code>
/// One owner; dispose gives the buffers back.
/// </summary>
internal sealed class TraceBlockWriter : IDisposable
{
    /// <summary>Bits of a head that hold the outcome.</summary>
    public const int OutcomeMask = 7;

    /// <summary>Bit of a head: the trace is not closed.</summary>
    public const int OpenFlag = 8;

    /// <summary>Bit of a head: a failure follows.</summary>
    public const int FailureFlag = 16;

    /// <summary>Bit of a head: earlier numbers follow.</summary>
    public const int EarlierFlag = 32;

    /// <summary>Bit of a head: the trace counts as out of time.</summary>
    public const int OutOfTimeFlag = 64;

    /// <summary>Bit of a head: the number of the trace that the spans came too late for follows.</summary>
    public const int FragmentFlag = 128;

    private readonly ByteWriter _ids = new();
    private readonly ByteWriter _times = new();
    private readonly ByteWriter _heads = new();
    private readonly ByteWriter _sources = new();
    private readonly ByteWriter _keys = new();
    private readonly ByteWriter _revisions = new();
    private readonly ByteWriter _spans = new();
    private readonly ByteWriter _rare = new();
    private readonly ByteWriter _plain = new();
    private readonly ByteWriter _body = new();
    private long _lastEnd;

    /// <summary>Number of traces.</summary>
    public int Count { get; private set; }

    private ByteWriter[] Parts => [_ids, _times, _heads, _sources, _keys, _revisions, _spans, _rare, _plain, _body];

    /// <summary>Forgets all traces and keeps the memory, for the next block.</summary>
    public void Clear()
    {
        foreach (ByteWriter part in Parts)
        {
            part.Clear();
        }

        Count = 0;
        _lastEnd = 0;
    }

    public void Add(TraceEntry trace)
    {
        trace.TraceId.WriteTo(_ids.Skip(TraceId.Size));
        _times.WriteSigned(unchecked(trace.EndUnixNanos - _lastEnd));
        _times.WriteSigned(unchecked(trace.EndUnixNanos - trace.StartUnixNanos));
        _times.WriteSigned(unchecked(trace.FirstArrivalUnixNanos - trace.EndUnixNanos));
        _times.WriteSigned(unchecked(trace.LastArrivalUnixNanos - trace.FirstArrivalUnixNanos));
        _heads.WriteByte((byte)((int)trace.Outcome
            | (trace.IsOpen ? OpenFlag : 0) | (trace.Failure is null ? 0 : FailureFlag) | (trace.Earlier.Count == 0 ? 0 : EarlierFlag)
            | (trace.IsOutOfTime ? OutOfTimeFlag : 0) | (trace.FragmentOf is null ? 0 : FragmentFlag)));
        _sources.WriteByte((byte)trace.OutcomeSource);
        _keys.WriteSigned(trace.Key);
        _revisions.WriteCount(trace.Revision);
        _spans.WriteCount(trace.Spans);
        WriteRare(trace);
        _lastEnd = trace.EndUnixNanos;
        Count++;
    }

    /// <summary>The block as a framed, checksummed, packed blob.</summary>
    public byte[] ToBlob()
    {
        _plain.WriteBytes(_ids.Written);
        _plain.WriteBytes(_times.Written);
        _body.WriteCount(Count);
        _body.WriteBytes(_heads.Written);
        _body.WriteBytes(_sources.Written);
        _body.WritePart(_keys);
        _body.WritePart(_revisions);
        _body.WritePart(_spans);
        _body.WriteBytes(_rare.Written);
        return BlobFrame.Write(_plain.Written, _body.Written);
    }

    public void Dispose()
    {
        foreach (ByteWriter part in Parts)
        {
            part.Dispose();
        }
    }

    private void WriteRare(TraceEntry trace)
    {
        if (trace.Failure is long failure)
        {
            _rare.WriteSigned(failure);
        }

        if (trace.FragmentOf is long main)
        {
            _rare.WriteSigned(main);
        }

        if (trace.Earlier.Count == 0)
        {
            return;
        }

        _rare.WriteCount(trace.Earlier.Count);
        long last = 0;
        foreach (long number in trace.Earlier)
        {
            _rare.WriteSigned(number - last);
            last = number;
        }
    }
}
