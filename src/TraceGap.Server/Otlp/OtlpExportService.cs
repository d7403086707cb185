using System.Collections.Concurrent;
using TraceGap.Otlp;

namespace TraceGap.Server.Otlp;

/// <summary>
/// OTLP's Export without a transport, for every kind of telemetry that is taken: decode, hand the spans to the sink, say what came of it. Thread-safe; a transport is a file beside this one.
/// </summary>
/// <param name="makeDecoder">Makes a decoder; there are as many as requests are decoded at once, and they are kept for their caches.</param>
/// <param name="sink">Takes the spans.</param>
/// <param name="metrics">Counts what came; null if nobody asks.</param>
public sealed class OtlpExportService(Func<OtlpTraceDecoder> makeDecoder, ISpanSink sink, OtlpMetrics? metrics = null)
{
    private volatile ConcurrentBag<OtlpTraceDecoder> _idle = [];

    /// <summary>Takes a request in the Protocol Buffers wire format.</summary>
    /// <param name="signal">What is in it.</param>
    /// <param name="request">The export request; not used after the returned task completes.</param>
    /// <param name="cancellationToken">The sender gave up. Spans that the sink has by then stay.</param>
    public ValueTask<ExportResult> ExportProtobufAsync(OtlpSignal signal, ReadOnlyMemory<byte> request, CancellationToken cancellationToken) =>
        KeepAsync(Decode(signal.DecodeProtobuf, request.Span), cancellationToken);

    /// <summary>Takes a request in OTLP/JSON; all else as with <see cref="ExportProtobufAsync"/>.</summary>
    public ValueTask<ExportResult> ExportJsonAsync(OtlpSignal signal, ReadOnlyMemory<byte> request, CancellationToken cancellationToken) =>
        KeepAsync(Decode(signal.DecodeJson, request.Span), cancellationToken);

    /// <summary>Makes decoders anew: those that there are are not used for another request.</summary>
    public void RenewDecoders() => _idle = [];

    private DecodeResult Decode(Func<OtlpTraceDecoder, ReadOnlySpan<byte>, DecodeResult> read, ReadOnlySpan<byte> request)
    {
        // A decoder that was made before the last renewal goes back to where nobody takes it from.
        ConcurrentBag<OtlpTraceDecoder> idle = _idle;
        if (!idle.TryTake(out OtlpTraceDecoder? decoder))
        {
            decoder = makeDecoder();
        }

        // A decoder that threw is not taken back: its state is unknown.
        DecodeResult result = read(decoder, request);
        idle.Add(decoder);
        return result;
    }

    private async ValueTask<ExportResult> KeepAsync(DecodeResult decoded, CancellationToken cancellationToken)
    {
        if (decoded.Malformed is { } reason)
        {
            return ExportResult.Malformed(reason);
        }

        metrics?.Decoded(decoded);

        // An empty request is a success, and so is one of which nothing is to be kept.
        SinkResult kept = decoded.Batch.Count == 0 ? SinkResult.Accepted : await sink.AcceptAsync(decoded.Batch, cancellationToken);
        return kept.Outcome switch
        {
            SinkOutcome.Overloaded => new ExportResult(ExportOutcome.Overloaded, 0, kept.Reason, kept.RetryAfter),
            SinkOutcome.Unavailable => new ExportResult(ExportOutcome.Unavailable, 0, kept.Reason, kept.RetryAfter),
            _ => ExportResult.Accepted(decoded.RejectedSpans + decoded.LogRecords.Rejected, decoded.RejectReason),
        };
    }
}
