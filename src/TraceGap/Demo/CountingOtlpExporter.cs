using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Exporter;

namespace TraceGap.Demo;

/// <summary>What happened to the batches of all services. Safe for concurrent use.</summary>
internal sealed class ExportCounts
{
    private long _sentSpans;
    private long _failedBatches;
    private long _failedSpans;

    public long SentSpans => Interlocked.Read(ref _sentSpans);

    public long FailedBatches => Interlocked.Read(ref _failedBatches);

    public long FailedSpans => Interlocked.Read(ref _failedSpans);

    public void Add(long spans, ExportResult result)
    {
        if (result == ExportResult.Success)
        {
            Interlocked.Add(ref _sentSpans, spans);
            return;
        }

        Interlocked.Increment(ref _failedBatches);
        Interlocked.Add(ref _failedSpans, spans);
    }
}

/// <summary>The SDK's OTLP exporter, which tells only its event source when a batch is lost; this one counts it.</summary>
/// <remarks>A subclass and no wrapper: the SDK tells the resource only to the exporter that the processor holds.</remarks>
internal sealed class CountingOtlpExporter(Uri endpoint, ExportCounts counts) : OtlpTraceExporter(OptionsFor(endpoint))
{
    /// <inheritdoc/>
    public override ExportResult Export(in Batch<Activity> activityBatch)
    {
        // Read before the export, which empties the batch.
        long spans = activityBatch.Count;
        ExportResult result = base.Export(activityBatch);
        counts.Add(spans, result);
        return result;
    }

    private static OtlpExporterOptions OptionsFor(Uri endpoint) => new()
    {
        Endpoint = endpoint,
        Protocol = OtlpExportProtocol.Grpc,
        TimeoutMilliseconds = 30_000,
    };
}
