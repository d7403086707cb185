using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;
using TraceGap.Otlp.Attributes;

namespace TraceGap.Otlp.Tests;

/// <summary>Generators of requests: valid ones, with ids that are wrong now and then, keys on and off the list, values of every shape.</summary>
internal static class OtlpRequests
{
    private static readonly string[] Texts =
        ["", " ", "chat", "execute_tool", "TOOL", "stop", "gpt-4o-mini", "naïve café", "日本語", "🙂🙃", "a\"b\\c\n\u0001\t", "null", "{}", "[]", "ERROR: no",
            "{\"isError\":true}", "{\"error\":\"x\"}", "This operation was aborted", "timed out"];

    private static readonly string[] Keys =
        [.. AttributeKeys.Kept.Where((_, index) => index % 7 == 0), "tracegap.layer", "tracegap.custom", "url.full", "url.path", "output.value", "input.value",
            "gen_ai.tool.call.result", "retrieval.documents.3.document.id", "db.vector.query.content", "db.response.returned_rows", "my.own", "",
            "openinference.span.kind", "gen_ai.operation.name", "gen_ai.response.finish_reasons"];

    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.Elements(Texts),
        Gen.Choose(0, 600).Select(length => new string('x', length)),
        Gen.Choose(0, 300).Select(length => string.Concat(Enumerable.Repeat("é🙂", length))));

    private static readonly Gen<AnyValue> Scalar = Gen.OneOf(
        Text.Select(text => new AnyValue { StringValue = text }),
        ArbMap.Default.GeneratorFor<bool>().Select(value => new AnyValue { BoolValue = value }),
        ArbMap.Default.GeneratorFor<long>().Select(value => new AnyValue { IntValue = value }),
        Gen.Elements(long.MinValue, long.MaxValue, -1L, 1L << 53).Select(value => new AnyValue { IntValue = value }),
        ArbMap.Default.GeneratorFor<double>().Select(value => new AnyValue { DoubleValue = value }),
        Gen.Choose(0, 400).Select(length => new AnyValue { BytesValue = ByteString.CopyFrom(new byte[length]) }),
        Gen.Constant(new AnyValue()));

    /// <summary>Any attribute value.</summary>
    public static Gen<AnyValue> Value { get; } = Nested(4);

    public static Gen<KeyValue> Attribute { get; } =
        from key in Gen.Elements(Keys)
        from value in Value
        from hasValue in Gen.Frequency((9, Gen.Constant(true)), (1, Gen.Constant(false)))
        select hasValue ? new KeyValue { Key = key, Value = value.Clone() } : new KeyValue { Key = key };

    private static readonly Gen<ulong> Time = Gen.Frequency(
        (8, Gen.Choose(0, int.MaxValue).Select(nanos => 1_795_182_357_000_000_000UL + (ulong)nanos)),
        (1, Gen.Elements(0UL, (ulong)long.MaxValue, (ulong)long.MaxValue + 1, ulong.MaxValue)));

    private static readonly Gen<Span.Types.Event> Event =
        from name in Gen.Elements("exception", "ai.stream.finish", "gen_ai.choice", "gen_ai.tool.message", "db.query.result", "log", "gen_ai.evaluation.result")
        from key in Gen.Elements("exception.type", "exception.message", "finish_reason", "content", "gen_ai.evaluation.score.label", "other")
        from value in Value
        from time in Time
        select new Span.Types.Event { Name = name, TimeUnixNano = time, Attributes = { new KeyValue { Key = key, Value = value.Clone() } } };

    private static readonly Gen<Span> AnySpan =
        from traceId in Id(TraceId.Size)
        from spanId in Id(SpanId.Size)
        from parent in Gen.Frequency((5, Id(SpanId.Size)), (3, Gen.Constant(ByteString.Empty)))
        from name in Text
        from kind in Gen.Choose(0, 7)
        from status in Gen.Choose(0, 3)
        from message in Text
        from start in Time
        from end in Time
        from flags in ArbMap.Default.GeneratorFor<uint>()
        from state in Gen.Elements("", "ot=th:8", "a=b, ot=rv:1;th:c", "ot=th:zz", "congo=t61rcWkgMzE")
        from attributes in UpTo(12, Attribute)
        from events in UpTo(3, Event)
        select new Span
        {
            TraceId = traceId, SpanId = spanId, ParentSpanId = parent, Name = name, Kind = (Span.Types.SpanKind)kind, TraceState = state, Flags = flags,
            StartTimeUnixNano = start, EndTimeUnixNano = end, Status = new Status { Code = (Status.Types.StatusCode)status, Message = message },
            Attributes = { attributes.Select(attribute => attribute.Clone()) }, Events = { events.Select(each => each.Clone()) },
            DroppedAttributesCount = 3, Links = { new Span.Types.Link { TraceId = traceId, SpanId = spanId, TraceState = "x=y" } },
        };

    private static readonly Gen<ScopeSpans> AnyScope =
        from hasScope in ArbMap.Default.GeneratorFor<bool>()
        from name in Text
        from attributes in UpTo(3, Attribute)
        from spans in UpTo(4, AnySpan)
        select new ScopeSpans
        {
            Scope = hasScope ? new InstrumentationScope { Name = name, Version = "1.2", Attributes = { attributes.Select(each => each.Clone()) } } : null,
            Spans = { spans.Select(span => span.Clone()) }, SchemaUrl = "https://opentelemetry.io/schemas/1.41.0",
        };

    private static readonly Gen<ResourceSpans> AnyResource =
        from hasResource in ArbMap.Default.GeneratorFor<bool>()
        from service in Text
        from attributes in UpTo(4, Attribute)
        from scopes in UpTo(3, AnyScope)
        select new ResourceSpans
        {
            Resource = hasResource
                ? new Resource
                {
                    Attributes =
                    {
                        attributes.Select(each => each.Clone())
                            .Prepend(new KeyValue { Key = "service.name", Value = new AnyValue { StringValue = service } }),
                    },
                }
                : null,
            ScopeSpans = { scopes.Select(scope => scope.Clone()) },
        };

    /// <summary>Any request that an OTLP sender could build, right or wrong.</summary>
    public static Gen<ExportTraceServiceRequest> Request { get; } =
        UpTo(3, AnyResource).Select(resources => new ExportTraceServiceRequest { ResourceSpans = { resources.Select(each => each.Clone()) } });

    private static Gen<AnyValue> Nested(int depth) =>
        depth == 0
            ? Scalar
            : Gen.Frequency(
                (6, Scalar),
                (1, UpTo(3, Nested(depth - 1)).Select(items => new AnyValue { ArrayValue = new ArrayValue { Values = { items.Select(item => item.Clone()) } } })),
                (1, from items in UpTo(3, Nested(depth - 1))
                    from key in Text
                    select new AnyValue
                    {
                        KvlistValue = new KeyValueList
                        {
                            Values = { items.Select((item, index) => new KeyValue { Key = key + index, Value = item.Clone() }) },
                        },
                    }));

    private static Gen<List<T>> UpTo<T>(int count, Gen<T> item) => Gen.Choose(0, count).SelectMany(item.ListOf);

    private static Gen<ByteString> Id(int length) => Gen.Frequency(
        (12, ArbMap.Default.GeneratorFor<byte>().ArrayOf(length).Select(bytes => ByteString.CopyFrom([0x7A, .. bytes[1..]]))),
        (1, Gen.Constant(ByteString.CopyFrom(new byte[length]))),
        (1, Gen.Choose(0, length + 2).Select(other => ByteString.CopyFrom(Enumerable.Repeat((byte)1, other).ToArray()))));
}
