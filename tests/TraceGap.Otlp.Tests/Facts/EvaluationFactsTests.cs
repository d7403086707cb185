using Google.Protobuf;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Trace.V1;
using static TraceGap.Otlp.Tests.Requests;

namespace TraceGap.Otlp.Tests.Facts;

/// <summary>Evaluations come as attributes, as events, under indexed keys and on spans of their own.</summary>
public sealed class EvaluationFactsTests
{
    [Theory]
    [InlineData("gen_ai.evaluation.score.label", "incorrect", SpanFacts.EvaluationFailed)]
    [InlineData("gen_ai.evaluation.score.label", "Pass", SpanFacts.EvaluationPassed)]
    [InlineData("gen_ai.evaluation.score.label", "blue", SpanFacts.None)]
    [InlineData("annotations.0.annotation.label", "hallucinated", SpanFacts.EvaluationFailed)]
    [InlineData("evaluations.3.evaluation.label", "factual", SpanFacts.EvaluationPassed)]
    [InlineData("trace.annotations.0.annotation.label", "unsafe", SpanFacts.EvaluationFailed)]
    [InlineData("session.annotations.0.annotation.label", "unsafe", SpanFacts.None)]
    public void A_label_says_whether_the_answer_was_good(string key, string label, SpanFacts expected) => Assert.Equal(expected, Decode(Span().With(key, label)).Facts);

    [Fact]
    public void A_label_that_comes_again_is_read_again()
    {
        Span[] spans = [.. Enumerable.Range(0, 6).Select(static _ => Span().With("gen_ai.evaluation.score.label", "fail"))];

        SpanRecord[] decoded = new OtlpTraceDecoder().DecodeProtobuf(Of(spans).ToByteArray()).Spans;

        Assert.Equal(spans.Length, decoded.Length);
        Assert.All(decoded, static span => Assert.Equal(SpanFacts.EvaluationFailed, span.Facts));
    }

    [Fact]
    public void Of_indexed_evaluations_the_first_is_on_the_span_and_the_others_are_said_of_it()
    {
        DecodeResult decoded = new OtlpTraceDecoder().DecodeProtobuf(Of(Span()
            .With("annotations.0.annotation.name", "relevance").With("annotations.0.annotation.score", new AnyValue { DoubleValue = 0.25 }).With("annotations.0.annotation.label", "irrelevant")
            .With("annotations.1.annotation.name", "tone").With("annotations.1.annotation.score", new AnyValue { DoubleValue = 0.5 })).ToByteArray());

        SpanRecord span = Assert.Single(decoded.OwnSpans);
        SpanRecord tone = Assert.Single(decoded.Signals);
        Assert.Equal((span.TraceId, span.SpanId, "tone", 0.5), (tone.TraceId, tone.ParentSpanId, tone.Attributes.Text("gen_ai.evaluation.name"), tone.Attributes.Number("gen_ai.evaluation.score.value")));
        Assert.Equal("relevance", span.Attributes.Text("gen_ai.evaluation.name"));
        Assert.Equal(0.25, span.Attributes.Number("gen_ai.evaluation.score.value"));
        Assert.Equal("irrelevant", span.Attributes.Text("gen_ai.evaluation.score.label"));
    }

    [Fact]
    public void The_only_link_of_an_evaluator_into_its_own_trace_names_the_span_that_it_judges()
    {
        Span judge = Span().With("openinference.span.kind", "EVALUATOR");
        ByteString trace = judge.TraceId;
        ByteString target = ByteString.CopyFrom(1, 2, 3, 4, 5, 6, 7, 8);
        ByteString elsewhere = ByteString.CopyFrom([.. Enumerable.Repeat((byte)9, 16)]);

        Assert.Equal("0102030405060708", Evaluated(judge.Clone(), (trace, target)));
        Assert.Equal("0102030405060708", Evaluated(judge.Clone(), (elsewhere, target)));
        Assert.Null(Evaluated(Span(), (elsewhere, target)));
        Assert.Null(Evaluated(judge.Clone(), (trace, target), (trace, target)));
        Assert.Null(Evaluated(judge.Clone(), (trace, ByteString.CopyFrom(1, 2))));
        Assert.Null(Evaluated(Span(), (trace, target)));

        static string? Evaluated(Span span, params (ByteString Trace, ByteString Target)[] links)
        {
            span.Links.AddRange(links.Select(static link => new Span.Types.Link { TraceId = link.Trace, SpanId = link.Target }));
            return Assert.Single(new OtlpTraceDecoder().DecodeProtobuf(Of(span).ToByteArray()).OwnSpans).Attributes.Text(SpanRecord.EvaluatedSpanKey);
        }
    }

    [Fact]
    public void The_only_link_of_an_evaluation_into_another_trace_takes_it_there()
    {
        Span judge = Span("evaluate tone").With("gen_ai.evaluation.name", "tone").With("gen_ai.evaluation.score.label", "fail").With("gen_ai.operation.name", "chat").WithStatus("x");
        judge.Links.Add(new Span.Types.Link { TraceId = ByteString.CopyFrom([.. Enumerable.Repeat((byte)9, 16)]), SpanId = ByteString.CopyFrom(1, 2, 3, 4, 5, 6, 7, 8) });
        OtlpTraceDecoder decoder = new();

        DecodeResult decoded = decoder.DecodeProtobuf(Of(judge).ToByteArray());

        SpanRecord span = Assert.Single(decoded.OwnSpans);
        Assert.Equal(SpanFacts.EvaluationFailed | SpanFacts.EvaluatesElsewhere, span.Facts);
        SpanRecord said = Assert.Single(decoded.Signals);
        Assert.Equal(("09090909090909090909090909090909", "0102030405060708"), (said.TraceId.ToString(), said.ParentSpanId.ToString()));
        Assert.Equal(("tone", SpanFacts.EvaluationFailed, SpanStatus.Unset), (said.Attributes.Text("gen_ai.evaluation.name"), said.Facts, said.Status));
        Assert.Equal(said.SpanId, Assert.Single(decoder.DecodeProtobuf(Of(judge).ToByteArray()).Signals).SpanId);
        judge.SpanId = ByteString.CopyFrom(8, 7, 6, 5, 4, 3, 2, 1);
        Assert.NotEqual(said.SpanId, Assert.Single(decoder.DecodeProtobuf(Of(judge).ToByteArray()).Signals).SpanId);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(5, false)]
    public void A_link_to_who_sent_a_message_takes_no_evaluation_with_it(int kind, bool onEvent)
    {
        Span span = onEvent
            ? Span().WithEvent("gen_ai.evaluation.result", ("gen_ai.evaluation.score.label", "fail"))
            : Span().With("gen_ai.evaluation.score.label", "fail");
        span.Kind = (Span.Types.SpanKind)kind;
        span.Links.Add(new Span.Types.Link { TraceId = ByteString.CopyFrom([.. Enumerable.Repeat((byte)9, 16)]), SpanId = ByteString.CopyFrom(1, 2, 3, 4, 5, 6, 7, 8) });

        SpanRecord record = Decode(span);

        Assert.Equal((SpanFacts.EvaluationFailed, null), (record.Facts, record.Attributes.Text(SpanRecord.EvaluatedSpanKey)));
    }

    [Fact]
    public void Every_evaluation_of_a_span_is_kept_up_to_a_bound_and_one_whose_evaluator_failed_is_none()
    {
        Span span = Span().With("gen_ai.evaluation.name", "own").With("gen_ai.evaluation.score.label", "pass")
            .WithEvent("gen_ai.evaluation.result", ("gen_ai.evaluation.name", "first"), ("gen_ai.evaluation.score.label", "fail"))
            .WithEvent("gen_ai.evaluation.result", ("error.type", "timeout"), ("gen_ai.evaluation.name", "broken"))
            .With("evaluations.1.evaluation.name", "indexed").With("evaluations.1.evaluation.label", "pass");

        DecodeResult decoded = new OtlpTraceDecoder().DecodeProtobuf(Of(span).ToByteArray());

        Assert.Equal(("own", SpanFacts.EvaluationPassed), (Assert.Single(decoded.OwnSpans).Attributes.Text("gen_ai.evaluation.name"), decoded.OwnSpans[0].Facts));
        Assert.Equal([("indexed", SpanFacts.EvaluationPassed), ("first", SpanFacts.EvaluationFailed)], decoded.Signals.Select(static said => (said.Attributes.Text("gen_ai.evaluation.name"), said.Facts)));

        Span many = Span();
        for (int index = 0; index < 40; index++)
        {
            many.WithEvent("gen_ai.evaluation.result", ("gen_ai.evaluation.name", $"e{index}"));
        }

        decoded = new OtlpTraceDecoder().DecodeProtobuf(Of(many).ToByteArray());
        Assert.Equal(["e0", .. Enumerable.Range(1, 15).Select(static index => $"e{index}")], decoded.Spans.Select(static each => each.Attributes.Text("gen_ai.evaluation.name")));
        Assert.Equal(24, decoded.AttributesNotKept);
    }

    [Fact]
    public void Links_in_json_are_read_too_and_those_that_cannot_be_read_link_nothing()
    {
        const string head = """{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"aaaaaaaaaaaaaaaa","name":"j","attributes":[{"key":"openinference.span.kind","value":{"stringValue":"EVALUATOR"}}],"links":""";

        Assert.Equal("bbbbbbbbbbbbbbbb", Of("""[{"traceId":"0102030405060708090A0B0C0D0E0F10","spanId":"bbbbbbbbbbbbbbbb","attributes":[]}]"""));
        Assert.Null(Of("""[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":5}]"""));
        Assert.Null(Of("""[7,[{"traceId":{}}]]"""));
        Assert.Null(Of("\"none\""));
        Assert.Null(Of("{}"));

        static string? Of(string links)
        {
            DecodeResult decoded = new OtlpTraceDecoder().DecodeJson(System.Text.Encoding.UTF8.GetBytes(head + links + "}]}]}]}"));
            Assert.Equal(0, decoded.RejectedSpans);
            return Assert.Single(decoded.Batch.ToRecords()).Attributes.Text(SpanRecord.EvaluatedSpanKey);
        }
    }

    [Fact]
    public void An_exception_that_left_the_span_is_told_from_one_that_was_handled()
    {
        Assert.Equal(SpanFacts.EscapedException, Escaped("true") & SpanFacts.EscapedException);
        Assert.Equal(SpanFacts.EscapedException, Escaped("True") & SpanFacts.EscapedException);
        Assert.Equal(SpanFacts.None, Escaped("False") & SpanFacts.EscapedException);
        Span flagged = Span().WithEvent("exception");
        flagged.Events[0].Attributes.Add(new KeyValue { Key = "exception.escaped", Value = new AnyValue { BoolValue = true } });
        Assert.Equal(SpanFacts.EscapedException, Decode(flagged).Facts & SpanFacts.EscapedException);

        static SpanFacts Escaped(string text) => Decode(Span().WithEvent("exception", ("exception.type", "ValueError"), ("exception.escaped", text))).Facts;
    }

    [Theory]
    [InlineData("fail", true)]
    [InlineData("\"Failed\"", true)]
    [InlineData("{\"outcome\":\"fail\"}", true)]
    [InlineData("pass", false)]
    [InlineData("failing is an art", false)]
    public void The_output_of_a_check_is_its_verdict(string output, bool fails) =>
        Assert.Equal(fails, (Decode(Span().With("output.value", output)).Facts & SpanFacts.OutputSaysFail) != 0);

    [Fact]
    public void The_reason_why_an_indexed_completion_ended_is_kept_as_a_finish_reason()
    {
        Assert.Equal("length", Decode(Span().With("gen_ai.completion.0.finish_reason", "length")).Attributes.Text("gen_ai.response.finish_reasons"));
        Assert.Equal("stop", Decode(Span().With("gen_ai.response.finish_reasons", "stop").With("gen_ai.completion.0.finish_reason", "length")).Attributes.Text("gen_ai.response.finish_reasons"));
    }
}
