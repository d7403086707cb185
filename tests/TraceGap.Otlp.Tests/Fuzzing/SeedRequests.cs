using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Collector.Trace.V1;
using TraceGap.Otlp.Tests.Batches;
using TraceGap.Otlp.Tests.Signals;

namespace TraceGap.Otlp.Tests.Fuzzing;

/// <summary>What changes start from: requests of a recorded agent, and generated ones of every shape, in both encodings.</summary>
internal static class SeedRequests
{
    private const int MaxSeedBytes = 4000;

    private static readonly ExportTraceServiceRequest[] Generated =
        [.. OtlpRequests.Request.Sample(50, new Rnd(1, 1), 400).Where(static request => request.CalculateSize() is > 0 and < MaxSeedBytes)];

    private static readonly ExportLogsServiceRequest[] Logs =
        [.. LogRequests.Request.Sample(50, new Rnd(2, 3), 100).Where(static request => request.CalculateSize() is > 0 and < MaxSeedBytes)];

    public static byte[][] Json { get; } = [.. RecordedRequests.Json, .. Generated.Select(static (request, index) => OtlpJson.Write(request, index))];

    public static byte[][] Protobuf { get; } = [.. RecordedRequests.Protobuf, .. Generated.Select(static request => request.ToByteArray())];

    public static byte[][] LogsJson { get; } = [.. Logs.Select(static (request, index) => OtlpJson.Write(request, index))];

    public static byte[][] LogsProtobuf { get; } = [.. Logs.Select(static request => request.ToByteArray())];

    public static byte[][] Batches { get; } =
        [.. Protobuf.Select(static request => new OtlpTraceDecoder().DecodeProtobuf(request).Batch.Bytes.ToArray()),
            .. Enumerable.Range(0, 40).Select(static seed => SpanBatch.From(new RandomSpans(seed).UpTo(8)).Bytes.ToArray())];
}
