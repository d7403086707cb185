using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace TraceGap.Otlp.Tests.Batches;

public sealed class SpanBatchTests
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(300);

    [Fact]
    public void Records_come_back_from_the_bytes_of_their_batch_as_they_were()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            List<SpanRecord> spans = new RandomSpans(seed).UpTo(12);
            SpanBatch batch = Parse(SpanBatch.From(spans).Bytes);
            Assert.Equal(SpanText.Of(spans), SpanText.Of(batch.ToRecords()));
        }).Check(Runs);
    }

    [Fact]
    public void What_is_read_in_place_is_what_the_record_says()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            SpanBatch batch = SpanBatch.From(new RandomSpans(seed).UpTo(12));
            SpanRecord[] records = batch.ToRecords();
            Assert.Equal(batch.Count, records.Length);
            for (int index = 0; index < records.Length; index++)
            {
                SpanRecord record = records[index];
                Assert.Equal((record.TraceId, record.SpanId, record.ParentSpanId), (batch.TraceIdOf(index), batch.SpanIdOf(index), batch.ParentSpanIdOf(index)));
                Assert.Equal(
                    (record.StartUnixNanos, record.EndUnixNanos, record.Flags, record.Kind),
                    (batch.StartUnixNanosOf(index), batch.EndUnixNanosOf(index), batch.FlagsOf(index), batch.KindOf(index)));
            }
        }).Check(Runs);
    }

    [Fact]
    public void The_batch_of_a_request_passes_the_check_of_bytes_from_outside()
    {
        OtlpTraceDecoder decoder = new();
        Prop.ForAll(OtlpRequests.Request.ToArbitrary(), request =>
        {
            SpanBatch decoded = decoder.DecodeProtobuf(request.ToByteArray()).Batch;
            Assert.Equal(SpanText.Of(decoded.ToRecords()), SpanText.Of(Parse(decoded.Bytes).ToRecords()));
        }).Check(Runs);
    }

    [Fact]
    public void Bytes_in_the_middle_of_a_buffer_are_read_where_they_are()
    {
        List<SpanRecord> spans = new RandomSpans(7).UpTo(12);
        ReadOnlyMemory<byte> bytes = SpanBatch.From(spans).Bytes;
        byte[] around = [.. Enumerable.Repeat((byte)0xFF, 17), .. bytes.Span, 1, 2, 3];
        SpanBatch batch = Parse(around.AsMemory(17, bytes.Length));
        Assert.Equal(SpanText.Of(spans), SpanText.Of(batch.ToRecords()));
        Assert.True(batch.Bytes.Span.SequenceEqual(bytes.Span));
    }

    [Fact]
    public void Whatever_is_changed_in_the_bytes_either_they_are_refused_or_every_span_can_be_read()
    {
        Random random = new(20261121);
        int refused = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            byte[] bytes = SpanBatch.From(new RandomSpans(seed).UpTo(8)).Bytes.ToArray();
            for (int round = 0; round < 300; round++)
            {
                byte[] changed = (byte[])bytes.Clone();
                for (int change = random.Next(3); change >= 0; change--)
                {
                    changed[random.Next(changed.Length)] = (byte)random.Next(256);
                }

                refused += IsRefusedOrReadable(changed) ? 1 : 0;
            }
        }

        Assert.InRange(refused, 1000, (60 * 300) - 1000);
    }

    [Fact]
    public void A_batch_cut_at_any_byte_or_followed_by_one_is_refused()
    {
        byte[] bytes = SpanBatch.From(new RandomSpans(3).UpTo(12)).Bytes.ToArray();
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.True(IsRefusedOrReadable(bytes[..length]), $"cut at {length}");
        }

        Assert.True(IsRefusedOrReadable([.. bytes, 0]));
    }

    [Fact]
    public void The_empty_batch_is_its_bytes_again()
    {
        Assert.Equal((0, 0), (SpanBatch.Empty.Count, Parse(SpanBatch.Empty.Bytes).Count));
        Assert.Equal(SpanBatch.Empty.Bytes.ToArray(), SpanBatch.From([]).Bytes.ToArray());
    }

    [Fact]
    public void An_index_that_is_no_span_is_named()
    {
        Assert.Throws<ArgumentOutOfRangeException>("index", () => SpanBatch.Empty.Read(0));
        Assert.Throws<ArgumentOutOfRangeException>("index", () => SpanBatch.Empty.KindOf(-1));
    }

    [Fact]
    public void A_version_that_is_not_known_is_named()
    {
        byte[] bytes = SpanBatch.Empty.Bytes.ToArray();
        bytes[0] = 9;
        Assert.False(SpanBatch.TryParse(bytes, out _, out string problem));
        Assert.Equal("batch of unknown version 9", problem);
    }

    // The bytes lie on disk: a change of them is a new version, and this one must still be read.
    [Fact]
    public void The_bytes_of_a_batch_are_these()
    {
        AttributeSet attributes = AttributeSet.From(
        [
            new("b", AttributeValue.Of(true)), new("d", AttributeValue.Of(1.5)), new("i", AttributeValue.Of(-3L)), new("t", AttributeValue.Of("work")),
        ]);
        SpanRecord span = new()
        {
            TraceId = new TraceId(0x0102030405060708, 0x090A0B0C0D0E0F10),
            SpanId = new SpanId(0x2122232425262728),
            ParentSpanId = new SpanId(0x3132333435363738),
            Name = "work",
            Kind = SpanKind.Client,
            Status = SpanStatus.Error,
            Flags = 0x101,
            StartUnixNanos = 1000,
            EndUnixNanos = 2000,
            Resource = new ResourceRecord(AttributeSet.From([new("service.name", AttributeValue.Of("agent"))])),
            Scope = new ScopeRecord("s", "", AttributeSet.Empty),
            Attributes = attributes,
            Facts = SpanFacts.Abort,
            ExceptionType = "E",
            ResultCount = 300,
            Weight = 2 * SpanRecord.UnitWeight,
            InputHash = 0x12345678,
        };
        string expected = string.Concat(
            "02", "01000000", "01000000", "0A000000", "1B000000", "1A000000", "13000000",
            "2122232425262728", "3132333435363738", "E803000000000000", "D007000000000000", "01010000", "00000000", "00000000", "F3",
            "0102030405060708090A0B0C0D0E0F10",
            "0C000000", "11000000", "12000000", "12000000", "16000000", "17000000", "18000000", "19000000", "1A000000", "1B000000",
            Convert.ToHexString("service.nameagentsworkEbdit"u8),
            // Name, origin, facts with the bit of the input hash, and shape; the values of b, d, i, t; exception type, result count, weight, input hash.
            "04", "00", "05", "02", "01", "000000000000F83F", "05", "04", "05", "AC02", "808010", "F8ACD19101",
            // Shapes, resources, scopes, origins.
            "03", "0100", "00", "041B1E2124", "01", "0001", "01", "020301", "01", "0000");
        Assert.Equal(expected, Convert.ToHexString(SpanBatch.From([span]).Bytes.Span));
    }

    [Fact]
    public void Equal_resources_scopes_and_keys_of_two_requests_are_one_object()
    {
        byte[] request = Request("plan");
        SpanRecord first = new OtlpTraceDecoder().DecodeProtobuf(request).Spans[0];
        SpanRecord second = new OtlpTraceDecoder().DecodeProtobuf(request).Spans[0];
        SpanRecord third = new OtlpTraceDecoder().DecodeProtobuf(request).Spans[0];
        Assert.Same(second.Resource, third.Resource);
        Assert.Same(second.Scope, third.Scope);
        Assert.Same(second.Attributes.Shape, third.Attributes.Shape);
        Assert.NotSame(first, second);
    }

    [Fact]
    public void A_text_of_a_rejected_span_is_nowhere_in_the_batch()
    {
        Span rejected = Requests.Span("of the rejected").With("gen_ai.system", "of the rejected");
        rejected.SpanId = ByteString.Empty;
        DecodeResult result = new OtlpTraceDecoder().DecodeProtobuf(Requests.Of(Requests.Span("a"), rejected, Requests.Span("b").With("gen_ai.system", "openai")).ToByteArray());
        Assert.Equal(["a", "b"], result.Spans.Select(span => span.Name));
        Assert.Equal("openai", result.Spans[1].Attributes.Text("gen_ai.system"));
        Assert.Equal(-1, result.Batch.Bytes.Span.IndexOf("of the rejected"u8));
    }

    [Fact]
    public void Texts_that_recur_are_in_a_batch_once()
    {
        Span[] spans = [.. Enumerable.Range(0, 500).Select(index => Requests.Span("plan").With("gen_ai.request.model", "gpt-4o-mini").With("gen_ai.response.id", $"id-{index}"))];
        SpanBatch batch = new OtlpTraceDecoder().DecodeProtobuf(Requests.Of(spans).ToByteArray()).Batch;
        Assert.Equal(500, batch.Count);
        Assert.Equal("id-499", batch.Read(499).Attributes.Text("gen_ai.response.id"));
        ReadOnlySpan<byte> bytes = batch.Bytes.Span;
        Assert.Equal(bytes.IndexOf("gpt-4o-mini"u8), bytes.LastIndexOf("gpt-4o-mini"u8));
        Assert.InRange(bytes.Length, 1, 500 * 80);
    }

    private static byte[] Request(string name)
    {
        ExportTraceServiceRequest request = Requests.Of(Requests.Span(name).With("gen_ai.system", "openai"));
        request.ResourceSpans[0].Resource = new() { Attributes = { new OpenTelemetry.Proto.Common.V1.KeyValue { Key = "service.name", Value = new() { StringValue = "agent" } } } };
        request.ResourceSpans[0].ScopeSpans[0].Scope = new() { Name = "scope", Version = "1" };
        return request.ToByteArray();
    }

    private static SpanBatch Parse(ReadOnlyMemory<byte> bytes)
    {
        Assert.True(SpanBatch.TryParse(bytes, out SpanBatch? batch, out string problem), problem);
        return batch;
    }

    private static bool IsRefusedOrReadable(byte[] bytes)
    {
        if (!SpanBatch.TryParse(bytes, out SpanBatch? batch, out string problem))
        {
            Assert.NotEmpty(problem);
            return true;
        }

        batch.ToRecords();
        return false;
    }
}
