using Microsoft.Data.Sqlite;
using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>A row of the trace table.</summary>
internal sealed record TraceRow
{
    private const string ById = """
        SELECT key, end_ns, first_arrival_after_end_ns, arrival_span_ns, revision, open, spans, blocks FROM trace WHERE id = $1
        """;

    private const string Upsert = """
        INSERT OR REPLACE INTO trace
          (id, trace_id, key, outcome, source, end_ns, duration_ns, first_arrival_after_end_ns, arrival_span_ns, revision, open, spans, failure, blocks)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        """;

    public required long Key { get; init; }

    public required long EndUnixNanos { get; init; }

    public required long FirstArrivalUnixNanos { get; init; }

    public required long LastArrivalUnixNanos { get; init; }

    public required int Revision { get; init; }

    public required bool IsOpen { get; init; }

    public required int Spans { get; init; }

    /// <summary>The blocks that have its spans; the last one has its contribution.</summary>
    public required List<long> Blocks { get; init; }

    public static TraceRow? Read(SqlSession session, long id)
    {
        using SqliteDataReader row = session.Query(ById, id);
        if (!row.Read())
        {
            return null;
        }

        // A list that cannot be read names blocks that are not there, which is then said where they are missed.
        _ = BlockList.TryDecode(row.GetFieldValue<byte[]>(7), out List<long> blocks);
        long end = row.GetInt64(1);
        long firstArrival = unchecked(end + row.GetInt64(2));
        return new TraceRow
        {
            Key = row.GetInt64(0),
            EndUnixNanos = end,
            FirstArrivalUnixNanos = firstArrival,
            LastArrivalUnixNanos = unchecked(firstArrival + row.GetInt64(3)),
            Revision = row.GetInt32(4),
            IsOpen = row.GetInt64(5) != 0,
            Spans = row.GetInt32(6),
            Blocks = blocks,
        };
    }

    public static void Write(SqlSession session, long id, byte[] traceId, TraceCommit trace, long key, long? failure, IReadOnlyList<long> blocks) => session.Run(
        Upsert,
        id,
        traceId,
        key,
        (long)trace.Contribution.Outcome.Outcome,
        (long)trace.OutcomeSource,
        trace.EndUnixNanos,
        unchecked(trace.EndUnixNanos - trace.StartUnixNanos),
        unchecked(trace.FirstArrivalUnixNanos - trace.EndUnixNanos),
        unchecked(trace.LastArrivalUnixNanos - trace.FirstArrivalUnixNanos),
        (long)trace.Revision,
        trace.IsOpen ? 1L : 0L,
        (long)trace.Contribution.Spans,
        failure,
        BlockList.Encode(blocks));
}
