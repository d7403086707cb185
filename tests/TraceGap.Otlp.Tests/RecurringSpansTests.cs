using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace TraceGap.Otlp.Tests;

/// <summary>What a decoder remembers of earlier spans to be quicker must not show in later ones.</summary>
public sealed class RecurringSpansTests
{
    private static readonly string[] Names = ["chat", "tool", "a name that is cut because it is longer " + new string('x', 300)];

    private static readonly string[] Keys =
    [
        "gen_ai.system", "gen_ai.request.model", "url.full", "tracegap.layer", "tracegap.other", "input.mime_type", "output.value", "my.own", "",
        "gen_ai.response.finish_reasons", "db.response.returned_rows", "db.vector.query.content", "retrieval.documents.1.document.score", "service.name",
    ];

    private static readonly AnyValue?[] Values =
    [
        new() { StringValue = "openai" }, new() { StringValue = "" }, new() { StringValue = "https://a.example/b?c" }, new() { StringValue = new string('v', 100) },
        new() { StringValue = new string('w', 300) }, new() { IntValue = 3 }, new() { IntValue = -1 }, new() { DoubleValue = 0.5 }, new() { BoolValue = true },
        new() { BytesValue = ByteString.CopyFromUtf8("bytes") }, new(), null, Requests.List("stop"), Nested(20),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_decoder_that_has_seen_much_gives_what_a_fresh_one_gives(int seed)
    {
        Random random = new(seed);
        Span[] kinds = [.. Enumerable.Range(0, 12).Select(_ => NewSpan(random))];
        OtlpTraceDecoder used = new();
        for (int round = 0; round < 400; round++)
        {
            byte[] request = NewRequest(random, kinds).ToByteArray();
            DecodeResult expected = new OtlpTraceDecoder().DecodeProtobuf(request);
            DecodeResult actual = used.DecodeProtobuf(request);
            Assert.Equal(SpanText.Of(expected.Spans), SpanText.Of(actual.Spans));
            Assert.Equal(
                (expected.RejectedSpans, expected.RejectReason, expected.AttributesNotKept, expected.ContentDropped, expected.ValuesCapped, expected.ValuesTooDeep, expected.InvalidTexts),
                (actual.RejectedSpans, actual.RejectReason, actual.AttributesNotKept, actual.ContentDropped, actual.ValuesCapped, actual.ValuesTooDeep, actual.InvalidTexts));
            Assert.True(SpanBatch.TryParse(actual.Batch.Bytes, out _, out string problem), problem);
        }
    }

    private static ExportTraceServiceRequest NewRequest(Random random, Span[] kinds)
    {
        ExportTraceServiceRequest request = new();
        for (int resource = random.Next(1, 4); resource > 0; resource--)
        {
            ScopeSpans scope = new() { Scope = new InstrumentationScope { Name = Pick(random, Names), Attributes = { NewAttribute(random) } } };
            for (int span = random.Next(6); span > 0; span--)
            {
                scope.Spans.Add(Altered(random, Pick(random, kinds).Clone()));
            }

            request.ResourceSpans.Add(new ResourceSpans { Resource = new Resource { Attributes = { NewAttribute(random), NewAttribute(random) } }, ScopeSpans = { scope } });
        }

        return request;
    }

    // A span as its kind has it, or a little other: a value, one attribute less, one twice, no id.
    private static Span Altered(Random random, Span span)
    {
        if (span.Attributes.Count == 0)
        {
            return span;
        }

        int place = random.Next(span.Attributes.Count);
        switch (random.Next(8))
        {
            case 0:
                span.Attributes[place] = NewAttribute(random);
                break;
            case 1:
                span.Attributes.RemoveAt(place);
                break;
            case 2:
                span.Attributes.Add(span.Attributes[place].Clone());
                break;
            case 3:
                span.SpanId = ByteString.Empty;
                break;
            case 4:
                span.Attributes[place].Value = Pick(random, Values)?.Clone();
                break;
            default:
                break;
        }

        return span;
    }

    private static Span NewSpan(Random random)
    {
        Span span = Requests.Span(Pick(random, Names));
        span.Attributes.Add(Enumerable.Range(0, random.Next(14)).Select(_ => NewAttribute(random)));
        return span;
    }

    private static KeyValue NewAttribute(Random random) => new() { Key = Pick(random, Keys), Value = Pick(random, Values)?.Clone() };

    private static AnyValue Nested(int depth) =>
        depth == 0 ? new AnyValue { IntValue = 1 } : new AnyValue { ArrayValue = new ArrayValue { Values = { Nested(depth - 1) } } };

    private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];
}
