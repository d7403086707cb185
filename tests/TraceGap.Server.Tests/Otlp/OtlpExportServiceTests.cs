using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Trace.V1;
using TraceGap.Otlp;
using TraceGap.Server.Otlp;

namespace TraceGap.Server.Tests.Otlp;

public sealed class OtlpExportServiceTests
{
    private readonly List<SpanRecord> _kept = [];
    private SinkResult _sinkAnswers = SinkResult.Accepted;
    private int _decoders;

    [Fact]
    public async Task Spans_go_to_the_sink()
    {
        ExportResult result = await ExportAsync(Request([1, 2, 3]));

        Assert.Equal(ExportResult.Accepted(0, null), result);
        Assert.Equal([1UL, 2UL, 3UL], _kept.Select(span => span.SpanId.Value));
    }

    [Fact]
    public async Task An_empty_request_is_a_success_that_bothers_no_sink()
    {
        _sinkAnswers = SinkResult.Unavailable("must not be asked");

        Assert.Equal(ExportOutcome.Accepted, (await ExportAsync(new ExportTraceServiceRequest())).Outcome);
    }

    [Fact]
    public async Task Spans_that_are_rejected_are_counted_and_the_rest_is_kept()
    {
        ExportResult result = await ExportAsync(Request([1, 0, 3, 0]));

        Assert.Equal((ExportOutcome.Accepted, 2), (result.Outcome, result.Rejected));
        Assert.Contains("span_id", result.Reason, StringComparison.Ordinal);
        Assert.Equal([1UL, 3UL], _kept.Select(span => span.SpanId.Value));
    }

    [Fact]
    public async Task A_request_of_rejected_spans_alone_is_a_success_that_bothers_no_sink()
    {
        _sinkAnswers = SinkResult.Unavailable("must not be asked");

        ExportResult result = await ExportAsync(Request([0]));

        Assert.Equal((ExportOutcome.Accepted, 1), (result.Outcome, result.Rejected));
    }

    [Fact]
    public async Task A_broken_request_is_malformed_and_nothing_of_it_is_kept()
    {
        byte[] broken = [.. Request([1]).ToByteArray(), 0x0a];

        ExportResult result = await Service().ExportProtobufAsync(OtlpSignal.Traces, broken, CancellationToken.None);

        Assert.Equal(ExportOutcome.Malformed, result.Outcome);
        Assert.NotEmpty(result.Reason);
        Assert.Empty(_kept);
    }

    [Fact]
    public async Task A_sink_that_is_full_or_broken_is_passed_on_without_partial_success()
    {
        _sinkAnswers = SinkResult.Overloaded(TimeSpan.FromSeconds(3));
        ExportResult overloaded = await ExportAsync(Request([1, 0]));
        _sinkAnswers = SinkResult.Unavailable("disk full");
        ExportResult unavailable = await ExportAsync(Request([1, 0]));

        Assert.Equal((ExportOutcome.Overloaded, TimeSpan.FromSeconds(3), 0), (overloaded.Outcome, overloaded.RetryAfter, overloaded.Rejected));
        Assert.Equal((ExportOutcome.Unavailable, "disk full", 0), (unavailable.Outcome, unavailable.Reason, unavailable.Rejected));
    }

    [Fact]
    public async Task A_decoder_serves_one_request_after_the_other()
    {
        OtlpExportService service = Service();
        for (int request = 0; request < 10; request++)
        {
            await service.ExportProtobufAsync(OtlpSignal.Traces, Request([1]).ToByteArray(), CancellationToken.None);
        }

        Assert.Equal(1, _decoders);
    }

    [Fact]
    public async Task Requests_at_once_do_not_share_a_decoder()
    {
        CountingSink sink = new();
        OtlpExportService service = new(() => new OtlpTraceDecoder(), sink);
        byte[][] requests = [.. Enumerable.Range(0, 500).Select(number => Request([.. Enumerable.Range(1 + (number * 20), 20).Select(id => (ulong)id)]).ToByteArray())];

        await Parallel.ForEachAsync(requests, async (request, token) => await service.ExportProtobufAsync(OtlpSignal.Traces, request, token));

        Assert.Equal(Enumerable.Range(1, 10_000).Select(id => (ulong)id), sink.Ids.Order());
    }

    [Fact]
    public void Full_success_has_no_field()
    {
        Assert.Empty(OtlpExportResponse.ToProtobuf(0, ""));
        Assert.Equal("{}"u8, OtlpExportResponse.ToJson(OtlpSignal.Traces, 0, ""));
    }

    [Fact]
    public void Partial_success_reads_back_with_a_reason_of_a_kilobyte_at_most() =>
        Prop.ForAll(Gen.Choose(1, int.MaxValue).Zip(Gen.Choose(0, 1_000)).ToArbitrary(), sample =>
        {
            string reason = string.Concat(Enumerable.Repeat("é", sample.Item2));
            ExportTraceServiceResponse response = ExportTraceServiceResponse.Parser.ParseFrom(OtlpExportResponse.ToProtobuf(sample.Item1, reason));
            using JsonDocument json = JsonDocument.Parse(OtlpExportResponse.ToJson(OtlpSignal.Traces, sample.Item1, reason));
            JsonElement partial = json.RootElement.GetProperty("partialSuccess");
            string kept = string.Concat(Enumerable.Repeat("é", Math.Min(sample.Item2, 512)));
            return (response.PartialSuccess.RejectedSpans, response.PartialSuccess.ErrorMessage) == (sample.Item1, kept)
                && (partial.GetProperty("rejectedSpans").GetString(), partial.GetProperty("errorMessage").GetString()) == ($"{sample.Item1}", kept);
        }).QuickCheckThrowOnFailure();

    private ValueTask<ExportResult> ExportAsync(ExportTraceServiceRequest request) =>
        Service().ExportProtobufAsync(OtlpSignal.Traces, request.ToByteArray(), CancellationToken.None);

    private OtlpExportService Service() => new(
        () =>
        {
            _decoders++;
            return new OtlpTraceDecoder();
        },
        new FixedSink(this));

    private static ExportTraceServiceRequest Request(ulong[] spanIds)
    {
        ScopeSpans scope = new();
        foreach (ulong id in spanIds)
        {
            scope.Spans.Add(new Span
            {
                TraceId = ByteString.CopyFrom(Enumerable.Repeat((byte)7, 16).ToArray()),
                SpanId = ByteString.CopyFrom(BitConverter.GetBytes(id).Reverse().ToArray()),
                Name = "step",
            });
        }

        return new ExportTraceServiceRequest { ResourceSpans = { new ResourceSpans { ScopeSpans = { scope } } } };
    }

    private sealed class FixedSink(OtlpExportServiceTests test) : ISpanSink
    {
        public ValueTask<SinkResult> AcceptAsync(SpanBatch spans, CancellationToken cancellationToken)
        {
            if (test._sinkAnswers.Outcome == SinkOutcome.Accepted)
            {
                test._kept.AddRange(spans.ToRecords());
            }

            return ValueTask.FromResult(test._sinkAnswers);
        }
    }

    private sealed class CountingSink : ISpanSink
    {
        private readonly System.Collections.Concurrent.ConcurrentBag<ulong> _ids = [];

        public IEnumerable<ulong> Ids => _ids;

        public async ValueTask<SinkResult> AcceptAsync(SpanBatch spans, CancellationToken cancellationToken)
        {
            await Task.Yield();
            foreach (SpanRecord span in spans.ToRecords())
            {
                _ids.Add(span.SpanId.Value);
            }

            return SinkResult.Accepted;
        }
    }
}
