using Microsoft.Data.Sqlite;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>Reads the spans of chosen traces, a block at a time, in order of number. A trace is handed on when the last of its parts is read, which is the one under its own number.</summary>
internal sealed class SampledSpans
{
    private const string BlockFrom = "SELECT id, spans, (SELECT min(id) FROM span_block WHERE id > $1) FROM span_block WHERE id <= $1 ORDER BY id DESC LIMIT 1";

    private readonly (long Number, TraceId Id, bool IsLast)[] _parts;
    private readonly Dictionary<TraceId, List<SpanRecord>> _unfinished = [];
    private int _next;

    /// <summary>Sorts what is to be read.</summary>
    public SampledSpans(IEnumerable<(long Number, TraceEntry Trace)> chosen) => _parts =
    [
        .. chosen
            .SelectMany(static it => it.Trace.Earlier.Select(earlier => (Number: earlier, it.Trace.TraceId, IsLast: false)).Append((it.Number, it.Trace.TraceId, true)))
            .OrderBy(static part => part.Number),
    ];

    /// <summary>Whether there is more to read.</summary>
    public bool HasMore => _next < _parts.Length;

    /// <summary>Reads the next block that has any of them.</summary>
    /// <returns>The spans of the traces that are complete with it.</returns>
    public List<IReadOnlyList<SpanRecord>> ReadBlock(SqlSession session, BlockStore blocks)
    {
        (long block, byte[]? blob, long following) = BlockOf(session, _parts[_next].Number);
        Dictionary<long, TraceId> wanted = [];
        List<TraceId> complete = [];
        for (; _next < _parts.Length && _parts[_next].Number < following; _next++)
        {
            wanted[_parts[_next].Number - block] = _parts[_next].Id;
            if (_parts[_next].IsLast)
            {
                complete.Add(_parts[_next].Id);
            }
        }

        foreach (SpanRecord span in blob is null ? [] : blocks.SpansOf(block, blob, wanted))
        {
            if (!_unfinished.TryGetValue(span.TraceId, out List<SpanRecord>? spans))
            {
                _unfinished.Add(span.TraceId, spans = []);
            }

            spans.Add(span);
        }

        // Of one whose block was removed or cannot be read there are none.
        return [.. complete.Select(id => _unfinished.Remove(id, out List<SpanRecord>? spans) ? spans : []).Where(static spans => spans.Count > 0)];
    }

    // Where the number is gone by now, the blocks after it are still of use.
    private static (long Block, byte[]? Blob, long Following) BlockOf(SqlSession session, long number)
    {
        using SqliteDataReader row = session.Query(BlockFrom, number);
        return row.Read() ? (row.GetInt64(0), row.GetFieldValue<byte[]>(1), row.IsDBNull(2) ? long.MaxValue : row.GetInt64(2)) : (number, null, number + 1);
    }
}
