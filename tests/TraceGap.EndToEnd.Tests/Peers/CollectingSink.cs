using System.Collections.Concurrent;
using TraceGap.Otlp;
using TraceGap.Server.Otlp;

namespace TraceGap.EndToEnd.Tests.Peers;

/// <summary>Keeps spans in memory, or answers what the test wants.</summary>
internal sealed class CollectingSink : ISpanSink
{
    public ConcurrentQueue<SpanRecord> Spans { get; } = new();

    /// <summary>What a request gets instead of being kept; null: it is kept.</summary>
    public Func<CancellationToken, ValueTask<SinkResult>>? Instead { get; set; }

    public ValueTask<SinkResult> AcceptAsync(SpanBatch spans, CancellationToken cancellationToken)
    {
        if (Instead is { } instead)
        {
            return instead(cancellationToken);
        }

        foreach (SpanRecord span in spans.ToRecords())
        {
            Spans.Enqueue(span);
        }

        return ValueTask.FromResult(SinkResult.Accepted);
    }
}
