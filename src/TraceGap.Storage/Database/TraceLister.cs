using Microsoft.Data.Sqlite;
using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>
/// Lists traces, latest end first. The one index on ends is by key and outcome, so that each commit appends to it; a list is merged from the newest rows of every key and outcome
/// that are asked for, and what lies before the oldest row of a full page is not read.
/// </summary>
internal static class TraceLister
{
    private const string Newest = """
        SELECT t.trace_id, t.source, t.end_ns, t.duration_ns, t.spans, t.revision, f.failure
        FROM trace t LEFT JOIN failure_key f ON f.id = t.failure
        WHERE t.key = $1 AND t.outcome = $2 AND t.end_ns >= $3 AND t.end_ns <= $4
          AND (t.end_ns < $5 OR t.trace_id > $6)
          AND t.duration_ns >= $7 AND ($8 IS NULL OR f.layer = $8)
        ORDER BY t.end_ns DESC, t.trace_id LIMIT $9
        """;

    private static readonly TraceOutcome[] AllOutcomes = Enum.GetValues<TraceOutcome>();

    public static TracePage List(SqlSession session, TraceQuery query)
    {
        // One more than the page tells whether there is a next one.
        int wanted = checked(Math.Max(query.Limit, 1) + 1);
        List<TraceSummary> page = [];
        foreach ((long id, RollupKey key) in StoredKeys.Select(session, query.Workflow, query.Environment, query.Version, service: null))
        {
            foreach (TraceOutcome outcome in query.Outcome is TraceOutcome only ? [only] : AllOutcomes)
            {
                long oldest = page.Count == wanted ? page[^1].EndUnixNanos : query.FromUnixNanos;
                ReadNewest(session, query, (id, key), outcome, Math.Max(oldest, query.FromUnixNanos), wanted, page);
            }
        }

        TraceCursor? next = null;
        if (page.Count == wanted)
        {
            page.RemoveAt(wanted - 1);
            next = new TraceCursor(page[^1].EndUnixNanos, page[^1].TraceId);
        }

        return new TracePage(page, next);
    }

    private static void ReadNewest(
        SqlSession session, TraceQuery query, (long Id, RollupKey Key) key, TraceOutcome outcome, long oldest, int wanted, List<TraceSummary> page)
    {
        long newest = query.ToUnixNanos - 1;
        TraceCursor cursor = query.Cursor ?? new TraceCursor(long.MaxValue, default);
        byte[] after = new byte[TraceId.Size];
        cursor.TraceId.WriteTo(after);
        int before = page.Count;
        using (SqliteDataReader rows = session.Query(
            Newest,
            key.Id,
            (long)outcome,
            oldest,
            Math.Min(newest, cursor.EndUnixNanos),
            cursor.EndUnixNanos,
            after,
            query.MinDurationNanos ?? long.MinValue,
            (long?)query.Layer,
            (long)wanted))
        {
            while (rows.Read())
            {
                page.Add(SummaryOf(rows, key.Key, outcome));
            }
        }

        if (page.Count > before)
        {
            page.Sort(static (left, right) => NewestFirst(left, right));
            page.RemoveRange(Math.Min(page.Count, wanted), page.Count - Math.Min(page.Count, wanted));
        }
    }

    private static int NewestFirst(TraceSummary left, TraceSummary right)
    {
        int byEnd = right.EndUnixNanos.CompareTo(left.EndUnixNanos);
        return byEnd != 0 ? byEnd : left.TraceId.CompareTo(right.TraceId);
    }

    private static TraceSummary SummaryOf(SqliteDataReader row, RollupKey key, TraceOutcome outcome)
    {
        FailureKey? failure = null;
        if (!row.IsDBNull(6) && KeyCodec.TryDecode(row.GetFieldValue<byte[]>(6), out FailureKey stored) == CodecError.None)
        {
            failure = stored;
        }

        long end = row.GetInt64(2);
        return new TraceSummary
        {
            TraceId = TraceId.FromBytes(row.GetFieldValue<byte[]>(0)),
            Key = key,
            Outcome = outcome,
            OutcomeSource = (OutcomeSource)row.GetInt64(1),
            StartUnixNanos = unchecked(end - row.GetInt64(3)),
            EndUnixNanos = end,
            Spans = row.GetInt32(4),
            Revision = row.GetInt32(5),
            Failure = failure,
        };
    }
}
