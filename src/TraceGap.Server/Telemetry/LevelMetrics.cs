using System.Diagnostics.Metrics;
using TraceGap.Server.Calls;
using TraceGap.Server.Ingest;
using TraceGap.Server.Security;
using TraceGap.Storage;

namespace TraceGap.Server.Telemetry;

/// <summary>How full everything is: gauges over the parts of a server, read when somebody asks.</summary>
internal static class LevelMetrics
{
    /// <summary>Makes the instruments.</summary>
    public static void Add(Meter meter, IngestPipeline pipeline, TraceStore store, InFlightBudget budget, ServerSecurity security, TimeProvider time)
    {
        Gauge("tracegap.ready", "", "1 while spans are taken and stored, else 0", () => pipeline.Problem is null ? 1 : 0);
        Gauge("tracegap.otlp.budget.used", "By", "Memory that requests being read or decoded hold", () => budget.Taken);
        Gauge("tracegap.otlp.budget.limit", "By", "Memory that they may hold; beyond it senders are asked to come again", () => budget.Capacity);
        Gauge("tracegap.queue.size", "By", "Durable spans that wait for the assembler, as encoded", () => pipeline.QueuedBytes);
        Gauge("tracegap.spans.in_flight", "{span}", "Spans that wait for the rest of their trace", () => pipeline.Levels.InFlightSpans);
        Gauge("tracegap.traces.in_flight", "{trace}", "Traces that spans in flight belong to", () => pipeline.Levels.InFlightTraces);
        Gauge("tracegap.traces.open", "{trace}", "Stored traces whose root is still waited for", () => pipeline.Levels.OpenTraces);
        Gauge("tracegap.storage.inbox", "By", "Accepted requests on disk, the write-ahead log of spans", () => store.InboxBytes);
        Gauge("tracegap.storage.database", "By", "Database on disk with its write-ahead log", () => store.DatabaseBytes);
        meter.CreateObservableGauge(
            "tracegap.storage.free", () => store.FreeBytes is long free ? [new Measurement<long>(free)] : Array.Empty<Measurement<long>>(), "By", "Free space where the data folder is");
        meter.CreateObservableCounter("tracegap.storage.damages", () => store.Damages.Count, "{place}", "Places in files that could not be read and were set aside");
        meter.CreateObservableGauge(
            "tracegap.traces.out_of_time", () => OutOfTime(store, time), "{trace}", "Traces that arrived today (UTC) with times too far from now to be in any report");
        meter.CreateObservableCounter("tracegap.storage.removed", () => store.RemovedTraces, "{trace}", "Traces that were removed because of their age or the size of the database");
        meter.CreateObservableGauge("tracegap.ingest.lag", () => Lag(pipeline, time), "s", "Age of the oldest span that is not stored with its trace yet; 0 if there is none");
        meter.CreateObservableGauge(
            "tracegap.tls.certificate.expiry_timestamp",
            () => security.CertificateExpiresAt is DateTimeOffset expiry ? [new Measurement<long>(expiry.ToUnixTimeSeconds())] : Array.Empty<Measurement<long>>(),
            "s",
            "When the TLS certificate in use expires, seconds since the Unix epoch");

        void Gauge(string name, string unit, string help, Func<long> read) => meter.CreateObservableGauge(name, read, unit, help);
    }

    private static Measurement<long>[] OutOfTime(TraceStore store, TimeProvider time)
    {
        try
        {
            return [new Measurement<long>(store.CountOutOfTime((time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick))];
        }
        catch (StorageUnavailableException)
        {
            return [];
        }
    }

    private static double Lag(IngestPipeline pipeline, TimeProvider time)
    {
        DateTimeOffset now = time.GetUtcNow();
        return pipeline.Levels.OldestArrivalUnixNanos is long oldest ? Math.Max(0, (now - DateTimeOffset.UnixEpoch).Ticks / 1e7 - (oldest / 1e9)) : 0;
    }
}
