using FsCheck;
using FsCheck.Fluent;
using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

/// <summary>What is said about spans elsewhere than on them judges these and changes nothing else.</summary>
public class SignalTests
{
    private const SpanFacts Escaped = SpanFacts.ExceptionEvent | SpanFacts.EscapedException;
    private const SpanFacts Logged = SpanFacts.ExceptionEvent | SpanFacts.LoggedAsError;

    private static readonly TraceAnalyzer Analyzer = new(AnalysisOptions.Default);

    [Fact]
    public void Signals_change_verdicts_and_nothing_of_tree_layers_path_and_sums_of_spans()
    {
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), static seed =>
        {
            Random random = new(seed);
            IReadOnlyList<SpanRecord> spans = RandomAgentTrace.Make(random);
            SpanRecord[] all = [.. spans, .. spans.Where(_ => random.Next(3) == 0).Select((span, index) => Said(random, span, index))];
            random.Shuffle(all);

            TraceFindings without = Analyzer.Analyze(spans, closed: true);
            TraceFindings with = Analyzer.Analyze(all, closed: true);

            Assert.Equal(without.Spans.Select(Place), with.Spans.Select(Place));
            Assert.Equal(without.Defects, with.Defects);
            Assert.Equal((without.Key, without.RootIndex, without.StartUnixNanos, without.EndUnixNanos, without.Weight), (with.Key, with.RootIndex, with.StartUnixNanos, with.EndUnixNanos, with.Weight));
            Assert.Equal(with.Outcome == TraceOutcome.Failed, with.Failure is not null);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

        static string Place(SpanFinding span) => $"{span.Span.SpanId} {span.ParentIndex} {span.Layer} {span.ShiftNanos}";
    }

    [Fact]
    public void Order_and_repetition_of_signals_change_nothing()
    {
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), static seed =>
        {
            Random random = new(seed);
            IReadOnlyList<SpanRecord> spans = RandomAgentTrace.Make(random);
            SpanRecord[] all = [.. spans, .. spans.Select((span, index) => Said(random, span, index))];
            SpanRecord[] other = [.. all, .. all.Where(_ => random.Next(3) == 0)];
            random.Shuffle(other);
            Assert.Equal(Text(Analyzer.Analyze(all, closed: true)), Text(Analyzer.Analyze(other, closed: true)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

        static string Text(TraceFindings findings) =>
            $"{findings.Outcome} {findings.OutcomeSource} {findings.Failure} {string.Join(';', findings.Steps.Select(static step => $"{step.Key} {step.Verdict} {step.VerdictSignal} {step.ErrorType} {step.OwnFailure}"))}";
    }

    [Fact]
    public void A_span_that_acts_as_root_does_so_beside_signals_of_spans_that_are_not_there()
    {
        AgentTrace trace = new AgentTrace()
            .Span("entry", 0, 100, "remote", "POST /ask", SpanKind.Server)
            .Span("lost", 50, 50, "gone", "exception", SpanKind.Signal, facts: Escaped, exception: "X");

        TraceFindings findings = trace.Analyze();

        Assert.Equal((0, TraceOutcome.Ok, 1), (findings.RootIndex, findings.Outcome, findings.Spans.Count));
        TraceAssembler assembler = new(new AssemblyOptions());
        assembler.Add(SpanBatch.From([.. trace.Spans]), 1, 0);
        Assert.Equal(CloseReason.RootEnded, Assert.Single(assembler.Due(2_000_000_000)).Reason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Signals_alone_are_no_trace_that_counts(bool closed)
    {
        AgentTrace trace = new AgentTrace().Span("x", 50, 50, "gone", "exception", SpanKind.Signal, facts: Escaped).Span("y", 60, 60, "gone", "e", SpanKind.Signal, facts: SpanFacts.EvaluationFailed);

        BookedTrace booked = Analyzer.Book(trace.Spans, closed, revised: false);

        Assert.Equal((closed ? TraceOutcome.Unknown : TraceOutcome.Open, OutcomeSource.SignalsAlone, 0), (booked.Contribution.Outcome.Outcome, booked.OutcomeSource, booked.Contribution.Spans));
        Assert.Empty(trace.Analyze(closed).Defects);
    }

    [Fact]
    public void Of_several_exceptions_of_a_span_the_last_grave_one_names_the_failure()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100, http: 500).Tool("t", 1, 50, "root")
            .Span("1", 10, 10, "t", "exception", SpanKind.Signal, facts: Escaped, exception: "First")
            .Span("2", 20, 20, "t", "exception", SpanKind.Signal, facts: Escaped, exception: "Last")
            .Span("3", 30, 30, "t", "exception", SpanKind.Signal, facts: SpanFacts.ExceptionEvent, exception: "Warned")
            .Span("4", 40, 40, "t", "exception", SpanKind.Signal, facts: Escaped | SpanFacts.ControlFlow, exception: "Command");

        StepFinding step = trace.Opened(trace.Analyze(), "t");

        Assert.Equal((Verdict.Failed, "exception logged", "Last"), (step.Verdict, step.VerdictSignal, step.ErrorType));
    }

    [Theory]
    [InlineData("http.response.status_code", 200, SpanKind.Client, Verdict.Degraded)]
    [InlineData("http.response.status_code", 502, SpanKind.Client, Verdict.Failed)]
    [InlineData("rpc.response.status_code", "OK", SpanKind.Server, Verdict.Degraded)]
    [InlineData("gen_ai.response.finish_reasons", "stop", SpanKind.Internal, Verdict.Degraded)]
    [InlineData("gen_ai.response.finish_reasons", "length", SpanKind.Internal, Verdict.Failed)]
    [InlineData("my.own", "fine", SpanKind.Internal, Verdict.Failed)]
    public void An_exception_that_an_application_logged_fails_a_span_that_does_not_say_that_it_went_well(string key, object value, SpanKind kind, Verdict expected)
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Span("t", 1, 50, "root", kind: kind, with: [("tracegap.layer", "tool_call"), (key, value)])
            .Span("1", 10, 10, "t", "log", SpanKind.Signal, facts: Logged, exception: "X");

        Assert.Equal(expected, trace.FindingOf(trace.Analyze(), "t").Verdict);
        Assert.Equal(Verdict.Degraded, Fine().FindingOf(Fine().Analyze(), "t").Verdict);

        static AgentTrace Fine() => new AgentTrace().Root(0, 100).Span("t", 1, 50, "root", status: SpanStatus.Ok).Span("1", 10, 10, "t", "log", SpanKind.Signal, facts: Logged);
    }

    [Fact]
    public void A_warning_fails_a_model_call_without_an_answer_and_nothing_else()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Chat("none", 1, 20, "root").Chat("text", 21, 40, "root", facts: SpanFacts.HasOutput).Tool("tool", 41, 60, "root")
            .Span("tokens", 61, 80, "root", "chat m", SpanKind.Client, with: [("gen_ai.operation.name", "chat"), ("gen_ai.request.model", "m"), ("gen_ai.usage.output_tokens", 5)]);
        foreach (string id in (string[])["none", "text", "tool", "tokens"])
        {
            trace.Span("w" + id, 90, 90, id, "gen_ai.client.operation.exception", SpanKind.Signal, facts: SpanFacts.ExceptionEvent, exception: "RateLimitError");
        }

        TraceFindings findings = trace.Analyze();

        Assert.Equal([Verdict.Failed, Verdict.Ok, Verdict.Ok, Verdict.Ok], new[] { "none", "text", "tool", "tokens" }.Select(id => trace.FindingOf(findings, id).Verdict));
    }

    [Fact]
    public void An_abort_that_only_a_log_record_tells_is_an_abort_and_a_timeout_is_none()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Chat("c", 1, 50, "root", failed: true).Chat("d", 51, 90, "root", failed: true)
            .Span("1", 50, 50, "c", "exception", SpanKind.Signal, facts: Escaped | SpanFacts.Abort, exception: "asyncio.CancelledError")
            .Span("2", 90, 90, "d", "exception", SpanKind.Signal, facts: Escaped | SpanFacts.Abort | SpanFacts.Timeout, exception: "asyncio.CancelledError");
        SpanTree tree = TreeBuilder.Build(trace.Spans);
        SpanLayers layers = new();
        new OwnLayers([], LayerRuleSet.None).Decide(tree, layers);
        SpanVerdict[] verdicts = new SpanVerdict[tree.Count];

        SpanVerdicts.Judge(tree, layers, verdicts);

        Assert.Equal([false, true, false], verdicts.Select(static verdict => verdict.IsAbort));
    }

    [Fact]
    public void A_score_of_a_signal_is_judged_by_the_threshold_of_its_name()
    {
        AnalysisOptions options = AnalysisOptions.Default with { Evaluations = [new EvaluationThreshold("tone", 0.5, null)] };
        AgentTrace trace = new AgentTrace().Root(0, 100).Chat("n", 1, 90, "root")
            .Span("1", 200, 200, "root", "gen_ai.evaluation.result", SpanKind.Signal, with: [("gen_ai.evaluation.name", "length"), ("gen_ai.evaluation.score.value", 0.1)])
            .Span("2", 201, 201, "root", "gen_ai.evaluation.result", SpanKind.Signal, with: [("gen_ai.evaluation.name", "tone"), ("gen_ai.evaluation.score.value", 0.2)]);

        Assert.Equal("failed although no step did (the result was judged tone=0.2), at a seam after chat m", trace.Analyze(options: options).Failure?.Text);
        Assert.Equal(TraceOutcome.Ok, trace.Analyze().Outcome);
    }

    private static SpanRecord Said(Random random, SpanRecord span, int index) => new()
    {
        TraceId = span.TraceId,
        SpanId = new SpanId(0xF000_0000_0000_0000 + (ulong)index),
        ParentSpanId = random.Next(8) == 0 ? new SpanId(0xE000_0000_0000_0000) : span.SpanId,
        Name = random.Next(3) == 0 ? "gen_ai.client.operation.exception" : "exception",
        Kind = SpanKind.Signal,
        StartUnixNanos = span.EndUnixNanos + (random.Next(-20, 1000) * AgentTrace.Millisecond),
        EndUnixNanos = span.EndUnixNanos + (random.Next(-20, 1000) * AgentTrace.Millisecond),
        Facts = random.Next(6) switch
        {
            0 => SpanFacts.EvaluationFailed,
            1 => SpanFacts.EvaluationPassed,
            2 => Escaped,
            3 => Logged,
            4 => Escaped | SpanFacts.ControlFlow,
            _ => SpanFacts.ExceptionEvent | SpanFacts.Abort,
        },
        ExceptionType = "X" + random.Next(3),
        Resource = new ResourceRecord(AgentTrace.Set(("service.name", "judge"))),
        Scope = ScopeRecord.None,
    };
}
