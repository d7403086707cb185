using Microsoft.Data.Sqlite;
using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>Reads blocks of traces, spans and contributions by the numbers of traces; what cannot be read is reported and left out.</summary>
internal sealed class BlockStore(string path, DamageLog damages)
{
    private const string BlockOfTrace = "SELECT id, traces FROM trace_block WHERE id <= $1 ORDER BY id DESC LIMIT 1";
    private const string BlockOfSpans = "SELECT id, spans FROM span_block WHERE id <= $1 ORDER BY id DESC LIMIT 1";
    private const string BlockOfContribution = "SELECT id, contributions FROM contribution_block WHERE id <= $1 ORDER BY id DESC LIMIT 1";
    private const string SupersededOfBlock = "SELECT id FROM superseded WHERE id >= $1 AND id < $2";

    /// <summary>The lowest number that retention has left.</summary>
    public static long FirstKept(SqlSession session) => session.Number("SELECT first_kept FROM store WHERE id = 1") ?? 0;

    /// <summary>The entry of a number; null if it is gone or cannot be read.</summary>
    public TraceEntry? Trace(SqlSession session, long number)
    {
        (long block, byte[]? blob) = ReadBlock(session, BlockOfTrace, number);
        if (blob is null && IsGone(session, number))
        {
            return null;
        }

        TraceEntry[] entries = blob is null ? [] : Entries(block, blob);
        if (number - block < entries.Length)
        {
            return entries[number - block];
        }

        Report("trace", number, CodecError.Truncated);
        return null;
    }

    /// <summary>All entries of a block, superseded ones too.</summary>
    public TraceEntry[] Entries(long block, byte[] blob)
    {
        CodecError error = TraceBlock.Read(blob, out TraceEntry[] entries);
        if (error != CodecError.None)
        {
            Report("trace block", block, error);
        }

        return entries;
    }

    /// <summary>The entries of a block that no later commit has made void, with their numbers.</summary>
    public List<(long Number, TraceEntry Trace)> CurrentEntries(SqlSession session, long block, byte[] blob)
    {
        TraceEntry[] entries = Entries(block, blob);
        HashSet<long> superseded = [];
        using (SqliteDataReader rows = session.Query(SupersededOfBlock, block, block + entries.Length))
        {
            while (rows.Read())
            {
                superseded.Add(rows.GetInt64(0));
            }
        }

        List<(long, TraceEntry)> current = new(entries.Length);
        for (int slot = 0; slot < entries.Length; slot++)
        {
            if (!superseded.Contains(block + slot))
            {
                current.Add((block + slot, entries[slot]));
            }
        }

        return current;
    }

    /// <summary>The spans of a trace that are stored under the given numbers of it; those that are gone are left out.</summary>
    public List<SpanRecord> Spans(SqlSession session, TraceId traceId, IEnumerable<long> numbers)
    {
        List<SpanRecord> spans = [];
        foreach (long number in numbers)
        {
            (long block, byte[]? blob) = ReadBlock(session, BlockOfSpans, number);
            if (blob is null && IsGone(session, number))
            {
                continue;
            }

            CodecError error = blob is null ? CodecError.Truncated : SpanBlock.Read(blob, traceId, number - block, spans);
            if (error != CodecError.None)
            {
                Report("span block", block, error);
            }
        }

        return spans;
    }

    /// <summary>The spans of some traces of a block, by their place in it; none if it cannot be read.</summary>
    public List<SpanRecord> SpansOf(long block, byte[] blob, IReadOnlyDictionary<long, TraceId> traces)
    {
        List<SpanRecord> spans = [];
        CodecError error = SpanBlock.Read(blob, traces, spans);
        if (error != CodecError.None)
        {
            Report("span block", block, error);
        }

        return spans;
    }

    /// <summary>Tells which of some attributes the spans have that are stored under a number and under the others of its block.</summary>
    /// <returns>The first number of the block, and from it on a bit for each attribute a number; none if it is gone or cannot be read.</returns>
    public (long Block, uint[] Found) FindAttributes(SqlSession session, long number, IReadOnlyList<AttributeFilter> attributes)
    {
        (long block, byte[]? blob) = ReadBlock(session, BlockOfSpans, number);
        if (blob is null)
        {
            return (number, []);
        }

        CodecError error = SpanBlock.Find(blob, attributes, out uint[] found);
        if (error != CodecError.None)
        {
            Report("span block", block, error);
        }

        return (block, found);
    }

    /// <summary>What is booked under a number; null if it cannot be read.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="number">The number.</param>
    /// <param name="opened">Keeps opened blocks for the next trace.</param>
    public TraceContribution? Contribution(SqlSession session, long number, OpenedContributions opened)
    {
        if (!opened.TryGet(number, out long block, out ContributionBlock? contributions))
        {
            (block, byte[]? blob) = ReadBlock(session, BlockOfContribution, number);
            contributions = Open(block, blob);
            opened.Keep(block, contributions);
        }

        TraceContribution? contribution = null;
        CodecError error = contributions?.Read(number - block, out contribution) ?? CodecError.None;
        if (error != CodecError.None)
        {
            Report("contribution block", block, error);
        }

        return contribution;
    }

    private ContributionBlock? Open(long number, byte[]? blob)
    {
        ContributionBlock? block = null;
        CodecError error = blob is null ? CodecError.Truncated : ContributionBlock.Open(blob, out block);
        if (error != CodecError.None)
        {
            Report("contribution block", number, error);
        }

        return block;
    }

    private static (long Block, byte[]? Blob) ReadBlock(SqlSession session, string sql, long number)
    {
        using SqliteDataReader row = session.Query(sql, number);
        return row.Read() ? (row.GetInt64(0), row.GetFieldValue<byte[]>(1)) : (number, null);
    }

    // Blocks go in order of number, so that where a number is gone there is no block before it.
    private static bool IsGone(SqlSession session, long number) => number < FirstKept(session);

    private void Report(string what, long number, CodecError error) => damages.Add(new StoreDamage(path, number, $"{what} {number} cannot be read: {error}"));
}
