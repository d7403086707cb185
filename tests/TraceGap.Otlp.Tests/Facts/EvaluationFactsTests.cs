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
    public void Of_indexed_evaluations_the_first_is_kept()
    {
        SpanRecord span = Decode(Span()
            .With("annotations.0.annotation.name", "relevance").With("annotations.0.annotation.score", new AnyValue { DoubleValue = 0.25 }).With("annotations.0.annotation.label", "irrelevant")
            .With("annotations.1.annotation.name", "tone").With("annotations.1.annotation.score", new AnyValue { DoubleValue = 0.5 }));

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
        Assert.Null(Evaluated(judge.Clone(), (elsewhere, target)));
        Assert.Null(Evaluated(judge.Clone(), (trace, target), (trace, target)));
        Assert.Null(Evaluated(judge.Clone(), (trace, ByteString.CopyFrom(1, 2))));
        Assert.Null(Evaluated(Span(), (trace, target)));

        static string? Evaluated(Span span, params (ByteString Trace, ByteString Target)[] links)
        {
            span.Links.AddRange(links.Select(static link => new Span.Types.Link { TraceId = link.Trace, SpanId = link.Target }));
            return Decode(span).Attributes.Text(SpanRecord.EvaluatedSpanKey);
        }
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
