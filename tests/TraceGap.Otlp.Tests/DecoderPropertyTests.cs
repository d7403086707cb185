using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;

namespace TraceGap.Otlp.Tests;

public sealed class DecoderPropertyTests
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(400);

    [Fact]
    public void Decodes_what_the_reference_implementation_encoded()
    {
        OtlpTraceDecoder decoder = new();
        Prop.ForAll(OtlpRequests.Request.ToArbitrary(), request =>
        {
            DecodeResult result = decoder.DecodeProtobuf(request.ToByteArray());
            (List<string> spans, int rejected) = SpanOracle.Expect(request);
            Assert.Null(result.Malformed);
            Assert.Equal(rejected, result.RejectedSpans);
            Assert.Equal(rejected > 0, result.RejectReason is not null);
            Assert.Equal(spans, result.OwnSpans.Select(SpanOracle.Text));
            Assert.Equal(SpanOracle.ExpectSignals(request), result.Signals.Select(SpanOracle.SignalText));
        }).Check(Runs);
    }

    [Fact]
    public void Json_and_protobuf_of_one_request_give_equal_records()
    {
        OtlpTraceDecoder fromProtobuf = new();
        OtlpTraceDecoder fromJson = new();
        Prop.ForAll(OtlpRequests.Request.ToArbitrary(), ArbMap.Default.ArbFor<int>(), (request, seed) =>
        {
            DecodeResult expected = fromProtobuf.DecodeProtobuf(request.ToByteArray());
            DecodeResult actual = fromJson.DecodeJson(OtlpJson.Write(request, seed));
            Assert.Null(actual.Malformed);
            Assert.Equal(SpanText.Of(expected.Spans), SpanText.Of(actual.Spans));
            Assert.Equal(expected.RejectedSpans, actual.RejectedSpans);
            Assert.Equal(expected.RejectReason is null, actual.RejectReason is null);
            Assert.Equal(
                (expected.AttributesNotKept, expected.ContentDropped, expected.ValuesCapped, expected.ValuesTooDeep, expected.InvalidTexts),
                (actual.AttributesNotKept, actual.ContentDropped, actual.ValuesCapped, actual.ValuesTooDeep, actual.InvalidTexts));
        }).Check(Runs);
    }

    [Fact]
    public void A_used_decoder_gives_what_a_fresh_one_gives()
    {
        OtlpTraceDecoder used = new();
        Prop.ForAll(OtlpRequests.Request.ToArbitrary(), request =>
        {
            byte[] bytes = request.ToByteArray();
            string fresh = SpanText.Of(new OtlpTraceDecoder().DecodeProtobuf(bytes).Spans);
            Assert.Equal(fresh, SpanText.Of(used.DecodeProtobuf(bytes).Spans));
            Assert.Equal(fresh, SpanText.Of(used.DecodeProtobuf(bytes).Spans));
        }).Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void Requests_back_to_back_are_one_request()
    {
        OtlpTraceDecoder decoder = new();
        Prop.ForAll(OtlpRequests.Request.ToArbitrary(), OtlpRequests.Request.ToArbitrary(), (first, second) =>
        {
            string apart = SpanText.Of([.. decoder.DecodeProtobuf(first.ToByteArray()).Spans, .. decoder.DecodeProtobuf(second.ToByteArray()).Spans]);
            Assert.Equal(apart, SpanText.Of(decoder.DecodeProtobuf([.. first.ToByteArray(), .. second.ToByteArray()]).Spans));
        }).Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void Random_changes_of_bytes_never_throw_and_what_the_reference_reads_is_read_alike()
    {
        OtlpTraceDecoder decoder = new();
        Random random = new(20261120);
        int compared = 0;
        int stricter = 0;
        Prop.ForAll(OtlpRequests.Request.ToArbitrary(), request =>
        {
            byte[] bytes = request.ToByteArray();
            for (int round = 0; round < 20 && bytes.Length > 0; round++)
            {
                byte[] changed = (byte[])bytes.Clone();
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
                DecodeResult result = decoder.DecodeProtobuf(changed);
                decoder.DecodeJson(changed);
                if (TryParse(changed) is not ExportTraceServiceRequest parsed)
                {
                    continue;
                }

                (List<string> spans, int rejected) = SpanOracle.Expect(parsed);
                compared++;
                if (result.Malformed is not null || result.OwnSpans.Length < spans.Count)
                {
                    stricter++;
                }
                else
                {
                    Assert.Equal((spans.Count, rejected), (result.OwnSpans.Length, result.RejectedSpans));
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

        // The reference cuts tags and lengths beyond 32 bits down to 32 and goes on with what is left; here that is damage.
        Assert.InRange(stricter, 0, compared / 200);
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        OtlpTraceDecoder decoder = new();
        Prop.ForAll<byte[]>(bytes =>
        {
            decoder.DecodeProtobuf(bytes);
            decoder.DecodeJson(bytes);
            decoder.DecodeProtobuf([0x0A, (byte)Math.Min(bytes.Length, 127), .. bytes]);
            decoder.DecodeLogsProtobuf(bytes);
            decoder.DecodeLogsJson(bytes);
            decoder.DecodeLogsProtobuf([0x0A, (byte)Math.Min(bytes.Length, 127), .. bytes]);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public void A_cut_at_every_byte_gives_a_result_with_a_reason_or_a_shorter_request()
    {
        OtlpTraceDecoder decoder = new();
        ExportTraceServiceRequest request = OtlpRequests.Request.Sample(200).Where(each => each.CalculateSize() < 8000).MaxBy(each => each.CalculateSize())!;
        byte[] bytes = request.ToByteArray();
        byte[] json = OtlpJson.Write(request, 1);
        for (int length = 0; length < bytes.Length; length++)
        {
            DecodeResult result = decoder.DecodeProtobuf(bytes.AsSpan(0, length));
            Assert.Equal(TryParse(bytes[..length]) is null, result.Malformed is not null);
        }

        for (int length = 0; length < json.Length; length += 7)
        {
            Assert.NotNull(decoder.DecodeJson(json.AsSpan(0, length)).Malformed);
        }
    }

    private static ExportTraceServiceRequest? TryParse(byte[] bytes)
    {
        try
        {
            return ExportTraceServiceRequest.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
