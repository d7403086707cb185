using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>Reads blocks of spans and contributions; what cannot be read is reported and left out.</summary>
internal sealed class BlockStore(string path, DamageLog damages)
{
    private const string ReadContributions = "SELECT contributions FROM contribution_block WHERE id = $1";

    /// <summary>The spans of a trace, in the order of its blocks.</summary>
    public List<SpanRecord> Spans(SqlSession session, TraceId traceId, IReadOnlyList<long> blocks)
    {
        List<SpanRecord> spans = [];
        foreach (long block in blocks)
        {
            byte[]? blob = session.Blob("SELECT spans FROM span_block WHERE id = $1", block);
            CodecError error = blob is null ? CodecError.Truncated : SpanBlock.Read(blob, traceId, spans);
            if (error != CodecError.None)
            {
                Report("span block", block, error);
            }
        }

        return spans;
    }

    /// <summary>What is booked for a trace: the contribution in the last of its blocks; null if it cannot be read.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="traceId">The trace.</param>
    /// <param name="blocks">The trace's blocks.</param>
    /// <param name="opened">Keeps opened blocks for the next trace.</param>
    public TraceContribution? Contribution(SqlSession session, TraceId traceId, List<long> blocks, Dictionary<long, ContributionBlock?> opened)
    {
        if (blocks.Count == 0)
        {
            return null;
        }

        long number = blocks[^1];
        if (!opened.TryGetValue(number, out ContributionBlock? block))
        {
            block = Open(session, number);
            opened.Add(number, block);
        }

        TraceContribution? contribution = null;
        CodecError error = block?.Read(traceId, out contribution) ?? CodecError.None;
        if (error != CodecError.None)
        {
            Report("contribution block", number, error);
        }

        return contribution;
    }

    private ContributionBlock? Open(SqlSession session, long number)
    {
        ContributionBlock? block = null;
        byte[]? blob = session.Blob(ReadContributions, number);
        CodecError error = blob is null ? CodecError.Truncated : ContributionBlock.Open(blob, out block);
        if (error != CodecError.None)
        {
            Report("contribution block", number, error);
        }

        return block;
    }

    private void Report(string what, long number, CodecError error) => damages.Add(new StoreDamage(path, number, $"{what} {number} cannot be read: {error}"));
}
