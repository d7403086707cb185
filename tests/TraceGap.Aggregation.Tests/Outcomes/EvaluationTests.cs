using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

public class EvaluationTests
{
    private static readonly (string, object) Evaluator = ("openinference.span.kind", "EVALUATOR");

    private static AgentTrace Run() => new AgentTrace().Root(0, 100).Agent("a", 1, 90, "root").Retriever("r", 2, 10, "a").Chat("n", 20, 80, "a");

    [Fact]
    public void An_evaluator_below_the_root_decides_the_run_and_is_in_no_count_and_no_latency()
    {
        AgentTrace trace = Run().Span("judge", 500, 700, "root", facts: SpanFacts.EvaluationFailed, with: [Evaluator, ("gen_ai.evaluation.name", "answer"), ("gen_ai.evaluation.score.label", "incorrect")]);
        TraceFindings before = Run().Analyze();
        TraceFindings findings = trace.Analyze();

        Assert.Equal((TraceOutcome.Failed, OutcomeSource.Evaluation), (findings.Outcome, findings.OutcomeSource));
        Assert.Equal(before.Steps.Select(static step => step.Key), findings.Steps.Select(static step => step.Key));
        Assert.Equal(before.CriticalPath.Sum(Length), findings.CriticalPath.Sum(Length));
        Assert.Equal((-1, null, "evaluation"), (findings.Failure!.StepIndex, findings.Failure.Layer, findings.Failure.ErrorType));
        Assert.Equal("failed although no step did (the result was judged answer=incorrect), at a seam after chat m", findings.Failure.Text);
        Assert.Equal(Verdict.Ok, trace.FindingOf(findings, "judge").Verdict);

        static long Length(PathSegment segment) => segment.EndUnixNanos - segment.StartUnixNanos;
    }

    [Fact]
    public void A_good_label_stands_before_the_status_and_a_bad_one_before_a_good_one()
    {
        AgentTrace good = new AgentTrace().Root(0, 100, http: 500).Chat("n", 1, 90, "root").Span("judge", 200, 201, "root", facts: SpanFacts.EvaluationPassed, with: [Evaluator]);
        AgentTrace both = Run()
            .Span("j1", 200, 201, "root", facts: SpanFacts.EvaluationPassed, with: [Evaluator])
            .Span("j2", 200, 201, "root", facts: SpanFacts.EvaluationFailed, with: [Evaluator]);

        Assert.Equal(TraceOutcome.Ok, good.Analyze().Outcome);
        Assert.Equal(TraceOutcome.Failed, both.Analyze().Outcome);
    }

    [Theory]
    [InlineData("below it")]
    [InlineData("on it")]
    [InlineData("by link")]
    [InlineData("by response id")]
    public void A_bad_result_of_the_last_work_fails_the_run_at_that_seam(string how)
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Agent("a", 1, 90, "root").Retriever("r", 2, 10, "a");
        (string, object)[] label = [("gen_ai.evaluation.name", "faithfulness"), ("gen_ai.evaluation.score.label", "hallucinated")];
        (string, object)[] chat = [("gen_ai.operation.name", "chat"), ("gen_ai.request.model", "m"), ("gen_ai.response.id", "resp_1")];
        trace.Span("n", 20, 80, "a", "chat m", SpanKind.Client, facts: how == "on it" ? SpanFacts.EvaluationFailed : SpanFacts.None, with: how == "on it" ? [.. chat, .. label] : chat);
        trace = how switch
        {
            "below it" => trace.Span("judge", 300, 400, "n", facts: SpanFacts.EvaluationFailed, with: [Evaluator, .. label]),
            "by link" => trace.Span("judge", 300, 400, "root", facts: SpanFacts.EvaluationFailed, with: [Evaluator, .. label, (SpanRecord.EvaluatedSpanKey, trace.IdOf("n").ToString())]),
            "by response id" => trace.Span("judge", 300, 400, "root", facts: SpanFacts.EvaluationFailed, with: [Evaluator, .. label, ("gen_ai.response.id", "resp_1")]),
            _ => trace,
        };
        TraceFindings findings = trace.Analyze();

        Assert.Equal((TraceOutcome.Failed, OutcomeSource.Evaluation), (findings.Outcome, findings.OutcomeSource));
        Assert.Equal((Verdict.Degraded, "evaluation faithfulness=hallucinated"), (trace.Opened(findings, "n").Verdict, trace.Opened(findings, "n").VerdictSignal));
        Assert.DoesNotContain(findings.Steps, static step => step.OwnFailure);
        Assert.Equal("failed although no step did, at the seam after inference step chat m: its result was judged faithfulness=hallucinated", findings.Failure!.Text);
    }

    [Fact]
    public void A_bad_result_that_the_run_went_on_from_degrades_its_step_and_explains_a_silent_loss()
    {
        AgentTrace fine = Run().Span("judge", 300, 400, "r", facts: SpanFacts.EvaluationFailed, with: [Evaluator, ("gen_ai.evaluation.name", "relevance"), ("gen_ai.evaluation.score.label", "irrelevant")]);
        TraceFindings findings = fine.Analyze();

        Assert.Equal((TraceOutcome.Ok, OutcomeSource.Root), (findings.Outcome, findings.OutcomeSource));
        Assert.Equal(Verdict.Degraded, fine.Opened(findings, "r").Verdict);

        AgentTrace lost = new AgentTrace().Root(0, 100, http: 500).Retriever("r", 2, 10, "root").Chat("n", 20, 80, "root")
            .Span("judge", 300, 400, "r", facts: SpanFacts.EvaluationFailed, with: [Evaluator, ("gen_ai.evaluation.name", "relevance"), ("gen_ai.evaluation.score.label", "irrelevant")]);
        Assert.Equal(
            "failed although no step did (status), at a seam after chat m: 500; retrieval step VectorRetriever was degraded (evaluation relevance=irrelevant)",
            lost.Analyze().Failure!.Text);
    }

    [Fact]
    public void What_only_formats_a_bad_answer_does_not_make_up_for_it()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Chat("n", 20, 80, "root").Span("format_answer", 81, 90, "root", with: [("tracegap.layer", "assembly")])
            .Span("judge", 300, 400, "n", facts: SpanFacts.EvaluationFailed, with: [Evaluator]);

        Assert.Equal(TraceOutcome.Failed, trace.Analyze().Outcome);
    }

    [Theory]
    [InlineData(0.9, TraceOutcome.Ok, OutcomeSource.Evaluation)]
    [InlineData(0.3, TraceOutcome.Failed, OutcomeSource.Evaluation)]
    public void A_score_decides_only_where_the_user_says_what_it_is_worth(double score, TraceOutcome outcome, OutcomeSource source)
    {
        AgentTrace trace = Run().Span("judge", 300, 400, "root", with: [Evaluator, ("gen_ai.evaluation.name", "Faithfulness"), ("gen_ai.evaluation.score.value", score)]);
        AnalysisOptions options = new() { Evaluations = [new EvaluationThreshold("faith*", Min: 0.5, Max: null)] };

        Assert.Equal((TraceOutcome.Ok, OutcomeSource.Root), (trace.Analyze().Outcome, trace.Analyze().OutcomeSource));
        Assert.Equal((outcome, source), (trace.Analyze(options: options).Outcome, trace.Analyze(options: options).OutcomeSource));
        Assert.Equal(OutcomeSource.Root, trace.Analyze(options: new AnalysisOptions { Evaluations = [new EvaluationThreshold("tone", Min: 0.5, Max: null)] }).OutcomeSource);
    }

    [Fact]
    public void A_threshold_may_be_the_highest_score_that_passes()
    {
        EvaluationThreshold toxicity = new("toxicity", Min: null, Max: 0.2);

        Assert.True(toxicity.Passes(0.2));
        Assert.False(toxicity.Passes(0.21));
    }

    [Fact]
    public void An_evaluation_of_a_run_without_a_root_tells_its_outcome()
    {
        AgentTrace trace = new AgentTrace().Chat("n", 1, 10, "lost").Span("judge", 20, 30, "lost2", facts: SpanFacts.EvaluationFailed, with: [Evaluator]);

        Assert.Equal((TraceOutcome.Failed, OutcomeSource.Evaluation), (trace.Analyze().Outcome, trace.Analyze().OutcomeSource));
    }

    [Fact]
    public void What_the_application_states_stands_before_every_evaluation_and_is_told_as_the_reason()
    {
        AgentTrace trace = new AgentTrace()
            .Span("root", 0, 100, with: [("tracegap.outcome", "failed")]).Chat("n", 1, 90, "root")
            .Span("judge", 200, 201, "root", facts: SpanFacts.EvaluationPassed, with: [Evaluator]);

        Assert.Equal("failed although no step did (the application says so (tracegap.outcome)), at a seam after chat m", trace.Analyze().Failure!.Text);
    }
}
