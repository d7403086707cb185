using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Logs.V1;
using OpenTelemetry.Proto.Resource.V1;

namespace TraceGap.Otlp.Tests.Signals;

/// <summary>Generators of requests of log records: about spans and about none, events of every kind and ordinary records, ids right and wrong.</summary>
internal static class LogRequests
{
    private static readonly Gen<string> Name = Gen.Elements(
        "", "", "gen_ai.evaluation.result", "exception", "gen_ai.client.operation.exception", "http.client.request.exception", "device.app.lifecycle", "exceptional", "naïve 🙂");

    private static readonly Gen<KeyValue> Attribute =
        from key in Gen.Elements(
            "event.name", "exception.type", "exception.message", "exception.escaped", "gen_ai.evaluation.name", "gen_ai.evaluation.score.label", "gen_ai.evaluation.score.value",
            "gen_ai.response.id", "error.type", "my.own", "")
        from value in Gen.OneOf(
            Gen.Elements("exception", "gen_ai.evaluation.result", "fail", "pass", "", "TimeoutError", "GraphInterrupt", "Task timed out").Select(static text => new AnyValue { StringValue = text }),
            OtlpRequests.Value)
        from hasValue in Gen.Frequency((9, Gen.Constant(true)), (1, Gen.Constant(false)))
        select hasValue ? new KeyValue { Key = key, Value = value.Clone() } : new KeyValue { Key = key };

    private static readonly Gen<ulong> Time = Gen.Elements(0UL, 1UL, 1_795_182_357_000_000_000UL, 1_795_182_357_123_456_789UL, (ulong)long.MaxValue, ulong.MaxValue);

    private static readonly Gen<LogRecord> Record =
        from traceId in Id(TraceId.Size)
        from spanId in Id(SpanId.Size)
        from time in Time
        from observed in Time
        from severity in Gen.Elements(0, 9, 13, 16, 17, 21, 24, 25, 99)
        from name in Name
        from body in OtlpRequests.Value
        from attributes in Gen.Choose(0, 6).SelectMany(Attribute.ListOf)
        select new LogRecord
        {
            TraceId = traceId, SpanId = spanId, TimeUnixNano = time, ObservedTimeUnixNano = observed, SeverityNumber = (SeverityNumber)severity, SeverityText = "ANY", EventName = name,
            Body = body.Clone(), Attributes = { attributes.Select(static attribute => attribute.Clone()) }, Flags = 1, DroppedAttributesCount = 2,
        };

    /// <summary>Any request of log records that a sender could build.</summary>
    public static Gen<ExportLogsServiceRequest> Request { get; } =
        from services in Gen.Elements<string[]>([], ["judge"], ["judge", "agent"])
        from records in Gen.Choose(0, 5).SelectMany(Record.ListOf)
        select new ExportLogsServiceRequest
        {
            ResourceLogs =
            {
                services.Select(service => new ResourceLogs
                {
                    Resource = new Resource { Attributes = { new KeyValue { Key = "service.name", Value = new AnyValue { StringValue = service } } } },
                    ScopeLogs = { new ScopeLogs { Scope = new InstrumentationScope { Name = "pydantic-evals" }, LogRecords = { records.Select(static record => record.Clone()) } } },
                }),
            },
        };

    private static Gen<ByteString> Id(int length) => Gen.Frequency(
        (12, ArbMap.Default.GeneratorFor<byte>().ArrayOf(length).Select(static bytes => ByteString.CopyFrom([0x7A, .. bytes[1..]]))),
        (1, Gen.Constant(ByteString.Empty)),
        (1, Gen.Constant(ByteString.CopyFrom(new byte[length]))),
        (1, Gen.Choose(0, length + 2).Select(static other => ByteString.CopyFrom([.. Enumerable.Repeat((byte)1, other)]))));
}
