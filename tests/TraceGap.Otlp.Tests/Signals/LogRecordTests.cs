using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Logs.V1;

namespace TraceGap.Otlp.Tests.Signals;

public sealed class LogRecordTests
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(400);

    private readonly OtlpTraceDecoder _decoder = new();

    [Fact]
    public void Of_what_the_reference_implementation_encoded_evaluations_and_exceptions_of_spans_are_kept_and_the_rest_is_counted() =>
        Prop.ForAll(LogRequests.Request.ToArbitrary(), request =>
        {
            DecodeResult result = _decoder.DecodeLogsProtobuf(request.ToByteArray());
            (List<string> signals, LogTally tally) = LogOracle.Expect(request);
            Assert.Null(result.Malformed);
            Assert.Equal(tally, result.LogRecords);
            Assert.Equal(string.Join('\n', signals), string.Join('\n', result.Spans.Select(LogOracle.Text)));
        }).Check(Runs);

    [Fact]
    public void Json_and_protobuf_of_one_request_give_equal_signals() =>
        Prop.ForAll(LogRequests.Request.ToArbitrary(), ArbMap.Default.ArbFor<int>(), (request, seed) =>
        {
            DecodeResult expected = _decoder.DecodeLogsProtobuf(request.ToByteArray());
            DecodeResult actual = new OtlpTraceDecoder().DecodeLogsJson(OtlpJson.Write(request, seed));
            Assert.Null(actual.Malformed);
            Assert.Equal(expected.LogRecords, actual.LogRecords);
            Assert.Equal(SpanText.Of(expected.Spans), SpanText.Of(actual.Spans));
        }).Check(Runs);

    [Fact]
    public void The_same_record_is_the_same_signal_and_any_other_is_another()
    {
        LogRecord record = Record("gen_ai.evaluation.result", ("gen_ai.evaluation.name", "tone"), ("gen_ai.evaluation.score.label", "fail"));
        LogRecord turned = record.Clone();
        turned.Attributes.Clear();
        turned.Attributes.AddRange(record.Attributes.Reverse());
        turned.Body = new AnyValue { StringValue = "text that is not read" };
        LogRecord later = record.Clone();
        later.TimeUnixNano++;
        LogRecord other = record.Clone();
        other.Attributes[1].Value.StringValue = "pass";

        SpanId[] ids = [.. Decode(record, record, turned, later, other).Spans.Select(static span => span.SpanId)];

        Assert.Equal([ids[0], ids[0]], ids[1..3]);
        Assert.Equal(3, ids.Distinct().Count());
    }

    [Fact]
    public void An_evaluation_keeps_name_label_score_and_response_and_nothing_else()
    {
        LogRecord record = Record("gen_ai.evaluation.result", ("gen_ai.evaluation.name", "tone"), ("gen_ai.evaluation.score.label", "incorrect"), ("gen_ai.response.id", "r1"), ("gen_ai.evaluation.explanation", "rude"));
        record.Attributes.Add(new KeyValue { Key = "gen_ai.evaluation.score.value", Value = new AnyValue { DoubleValue = 0.25 } });

        SpanRecord signal = Assert.Single(Decode(record).Spans);

        Assert.Equal(("gen_ai.evaluation.result", SpanKind.Signal, SpanFacts.EvaluationFailed), (signal.Name, signal.Kind, signal.Facts));
        Assert.Equal(
            ["gen_ai.evaluation.name=tone", "gen_ai.evaluation.score.label=incorrect", "gen_ai.evaluation.score.value=0.25", "gen_ai.response.id=r1"],
            signal.Attributes.Items.ToArray().Select(static item => $"{item.Key}={item.Value.AsText()}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("exception", 17, SpanFacts.ExceptionEvent | SpanFacts.EscapedException)]
    [InlineData("exception", 0, SpanFacts.ExceptionEvent | SpanFacts.EscapedException)]
    [InlineData("exception", 16, SpanFacts.ExceptionEvent)]
    [InlineData("gen_ai.client.operation.exception", 13, SpanFacts.ExceptionEvent)]
    [InlineData("", 21, SpanFacts.ExceptionEvent | SpanFacts.LoggedAsError)]
    [InlineData("", 9, SpanFacts.ExceptionEvent)]
    [InlineData("UnhandledException", 17, SpanFacts.ExceptionEvent | SpanFacts.LoggedAsError)]
    public void An_exception_tells_its_type_and_how_grave_it_is(string name, int severity, SpanFacts facts)
    {
        LogRecord record = Record(name, ("exception.type", "ValueError"), ("exception.message", "secret"));
        record.SeverityNumber = (SeverityNumber)severity;

        SpanRecord signal = Assert.Single(Decode(record).Spans);

        Assert.Equal((facts, "ValueError", 0), (signal.Facts, signal.ExceptionType, signal.Attributes.Count));
    }

    [Theory]
    [InlineData("asyncio.exceptions.CancelledError", "", SpanFacts.Abort)]
    [InlineData("APIError", "Request timed out", SpanFacts.Timeout)]
    [InlineData("GraphInterrupt", "", SpanFacts.ControlFlow)]
    public void What_an_exception_means_is_read_as_of_an_event(string type, string message, SpanFacts fact) =>
        Assert.Equal(fact, Assert.Single(Decode(Record("exception", ("exception.type", type), ("exception.message", message))).Spans).Facts & fact);

    [Fact]
    public void A_record_that_is_broken_inside_costs_itself_and_framing_above_costs_the_request()
    {
        byte[] whole = Request(Record("exception", ("exception.type", "A"))).ToByteArray();
        byte[] broken = [.. whole];
        // The length of the first attribute's key, which then reaches beyond it.
        broken[broken.AsSpan().IndexOf("exception.type"u8) - 1] = 0x7F;

        DecodeResult result = _decoder.DecodeLogsProtobuf([.. broken, .. whole]);

        Assert.Equal((1, 1), (result.LogRecords.Rejected, result.LogRecords.Signals));
        Assert.Matches("^KeyValue.key at byte [0-9]+: ", result.RejectReason);
        Assert.Matches("^ExportLogsServiceRequest", _decoder.DecodeLogsProtobuf(whole.AsSpan(0, whole.Length - 1)).Malformed);
        Assert.Matches("^LogRecord.traceId at byte", _decoder.DecodeLogsJson("""{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"traceId":7},{"eventName":"x"}]}]}]}"""u8).RejectReason);
    }

    [Fact]
    public void Requests_of_spans_and_of_log_records_in_turn_do_not_disturb_each_other() =>
        Prop.ForAll(LogRequests.Request.ToArbitrary(), OtlpRequests.Request.ToArbitrary(), (logs, spans) =>
        {
            string freshSpans = SpanText.Of(new OtlpTraceDecoder().DecodeProtobuf(spans.ToByteArray()).Spans);
            string freshLogs = SpanText.Of(new OtlpTraceDecoder().DecodeLogsProtobuf(logs.ToByteArray()).Spans);
            for (int round = 0; round < 2; round++)
            {
                Assert.Equal(freshLogs, SpanText.Of(_decoder.DecodeLogsProtobuf(logs.ToByteArray()).Spans));
                Assert.Equal(freshSpans, SpanText.Of(_decoder.DecodeProtobuf(spans.ToByteArray()).Spans));
            }
        }).Check(Config.QuickThrowOnFailure);

    private DecodeResult Decode(params LogRecord[] records) => _decoder.DecodeLogsProtobuf(Request(records).ToByteArray());

    private static ExportLogsServiceRequest Request(params LogRecord[] records) =>
        new() { ResourceLogs = { new ResourceLogs { ScopeLogs = { new ScopeLogs { LogRecords = { records } } } } } };

    private static LogRecord Record(string eventName, params (string Key, string Value)[] attributes) => new()
    {
        TraceId = ByteString.CopyFrom([.. Enumerable.Range(1, 16).Select(static next => (byte)next)]),
        SpanId = ByteString.CopyFrom(1, 2, 3, 4, 5, 6, 7, 8),
        TimeUnixNano = 1_795_182_357_000_000_000,
        EventName = eventName,
        Attributes = { attributes.Select(static each => new KeyValue { Key = each.Key, Value = new AnyValue { StringValue = each.Value } }) },
    };
}
