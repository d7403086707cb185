using TraceGap.Otlp;

namespace TraceGap.Server.Otlp;

/// <summary>Takes spans over for good. Thread-safe.</summary>
public interface ISpanSink
{
    /// <summary>Makes <paramref name="spans"/> durable. Only <see cref="SinkOutcome.Accepted"/> lets the sender forget them.</summary>
    /// <param name="spans">Spans of one request, at least one.</param>
    /// <param name="cancellationToken">The sender gave up. Spans that were handed to the writer by then stay.</param>
    ValueTask<SinkResult> AcceptAsync(SpanBatch spans, CancellationToken cancellationToken);
}
