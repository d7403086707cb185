using Microsoft.Data.Sqlite;
using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>
/// Takes a sample in two passes: over the entries of the window, keeping the smallest hashes, and over the blocks that have their spans, each of which is unpacked once, for all of the sample
/// that it holds. The first costs by the traces of the window, the second by the size of the sample.
/// </summary>
internal sealed class TraceSampler
{
    private const string BlocksOfWindow = "SELECT id, marks, traces FROM trace_block WHERE max_end_ns >= $1 AND min_end_ns < $2 ORDER BY id";

    private static readonly Comparer<ulong> LargestFirst = Comparer<ulong>.Create(static (left, right) => right.CompareTo(left));

    private readonly PriorityQueue<(long Number, TraceEntry Trace), ulong> _smallest = new(LargestFirst);
    private readonly SampleQuery _query;
    private readonly HashSet<long> _keys;
    private readonly long _firstKept;
    private long _of;

    private TraceSampler(SqlSession session, SampleQuery query)
    {
        _query = query;
        _keys = [.. StoredKeys.Select(session, query.Workflow, query.Environment, query.Version, service: null).Where(static key => key.Key.HasRoot).Select(static key => key.Id)];
        _firstKept = BlockStore.FirstKept(session);
    }

    /// <summary>Chooses the traces.</summary>
    /// <returns>How many there are to choose from, and where the spans of the chosen ones are.</returns>
    public static (long Of, SampledSpans Chosen) Choose(SqlSession session, BlockStore blocks, SampleQuery query, CancellationToken stop)
    {
        TraceSampler sampler = new(session, query);
        using (SqliteDataReader rows = session.Query(BlocksOfWindow, query.FromUnixNanos, query.ToUnixNanos))
        {
            while (rows.Read())
            {
                stop.ThrowIfCancellationRequested();
                TraceMarks marks = new(rows.GetInt64(1));
                if ((marks.MayHave(TraceOutcome.Ok) || marks.MayHave(TraceOutcome.Failed)) && sampler._keys.Any(marks.MayHaveKey))
                {
                    sampler.Add(blocks.CurrentEntries(session, rows.GetInt64(0), rows.GetFieldValue<byte[]>(2)));
                }
            }
        }

        return (sampler._of, new SampledSpans(sampler._smallest.UnorderedItems.Select(static item => item.Element)));
    }

    private void Add(List<(long Number, TraceEntry Trace)> entries)
    {
        foreach ((long number, TraceEntry trace) in entries)
        {
            if (!Passes(trace))
            {
                continue;
            }

            _of++;
            if (trace.Earlier.All(earlier => earlier >= _firstKept))
            {
                Keep(number, trace, TraceHash.Of(trace.TraceId));
            }
        }
    }

    private void Keep(long number, TraceEntry trace, ulong hash)
    {
        if (_smallest.Count < _query.Size)
        {
            _smallest.Enqueue((number, trace), hash);
        }
        else if (_smallest.TryPeek(out _, out ulong largest) && hash < largest)
        {
            _smallest.DequeueEnqueue((number, trace), hash);
        }
    }

    private bool Passes(TraceEntry trace) =>
        trace is { FragmentOf: null, IsOutOfTime: false, Outcome: TraceOutcome.Ok or TraceOutcome.Failed }
        && trace.EndUnixNanos >= _query.FromUnixNanos
        && trace.EndUnixNanos < _query.ToUnixNanos
        && _keys.Contains(trace.Key);
}
