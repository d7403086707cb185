using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>
/// Puts the spans and contributions of a batch into blocks. Several traces share a block, since their names and attributes are alike and pack well together; not too many, since a
/// trace is read by unpacking its block.
/// </summary>
internal sealed class BlockWriter(SqlSession session, long nextBlock) : IDisposable
{
    private const int EnoughSpans = 1024;

    // A trace larger than this goes to several blocks, so that no block grows beyond what its reader accepts.
    private const int MostSpans = 16384;

    private SpanBlockWriter? _spans;
    private ContributionBlockWriter? _contributions;

    /// <summary>Number of the next block to be started.</summary>
    public long NextBlock { get; private set; } = nextBlock;

    /// <summary>Adds a trace and answers the blocks that have its new spans; its contribution is in the last of them.</summary>
    public List<long> Add(TraceCommit trace)
    {
        List<long> blocks = [];
        int added = 0;
        do
        {
            List<SpanRecord> part = [.. trace.NewSpans.Skip(added).Take(MostSpans)];
            if (_spans is not null && _spans.Count + part.Count > EnoughSpans)
            {
                Finish();
            }

            if (_spans is null)
            {
                Start();
            }

            _spans!.Add(part);
            added += part.Count;
            blocks.Add(NextBlock - 1);
        }
        while (added < trace.NewSpans.Count);
        _contributions!.Add(trace.TraceId, trace.Contribution);
        return blocks;
    }

    /// <summary>Writes the block that is being filled.</summary>
    public void Finish()
    {
        if (_spans is not null)
        {
            session.Run("INSERT INTO span_block (id, spans) VALUES ($1, $2)", NextBlock - 1, _spans.ToBlob());
            session.Run("INSERT INTO contribution_block (id, contributions) VALUES ($1, $2)", NextBlock - 1, _contributions!.ToBlob());
            Dispose();
        }
    }

    public void Dispose()
    {
        _spans?.Dispose();
        _contributions?.Dispose();
        _spans = null;
        _contributions = null;
    }

    private void Start()
    {
        _spans = new SpanBlockWriter();
        _contributions = new ContributionBlockWriter();
        NextBlock++;
    }
}
