using System.Text;
using FsCheck;
using FsCheck.Fluent;
using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

/// <summary>Booking works in memory that it uses again: nothing of a trace may be left for the next.</summary>
public class BookingTests
{
    [Fact]
    public void What_is_booked_of_a_trace_is_what_its_findings_add_up_to_whatever_was_booked_before()
    {
        TraceAnalyzer analyzer = new(AnalysisOptions.Default);
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            Random random = new(seed);
            IReadOnlyList<SpanRecord> spans = RandomAgentTrace.Make(random);
            bool closed = random.Next(2) == 0;
            bool revised = random.Next(2) == 0;
            TraceFindings findings = new TraceAnalyzer(AnalysisOptions.Default).Analyze(spans, closed);

            BookedTrace booked = analyzer.Book(spans, closed, revised);

            Assert.Equal(Text(ContributionBuilder.Build(findings, revised)), Text(booked.Contribution));
            Assert.Equal((findings.OutcomeSource, findings.StartUnixNanos, findings.EndUnixNanos), (booked.OutcomeSource, booked.StartUnixNanos, booked.EndUnixNanos));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Fact]
    public void Findings_stay_as_they_are_when_other_traces_are_analysed()
    {
        TraceAnalyzer analyzer = new(AnalysisOptions.Default);
        AgentTrace trace = new AgentTrace().Root(0, 100).Tool("t", 10, 40, "root", failed: true).Tool("u", 50, 90, "root");
        TraceFindings findings = trace.Analyze();
        string before = Text(ContributionBuilder.Build(findings, revised: false));

        foreach (int seed in Enumerable.Range(0, 20))
        {
            analyzer.Book(RandomAgentTrace.Make(new Random(seed)), closed: true, revised: false);
            analyzer.Analyze(RandomAgentTrace.Make(new Random(seed)), closed: true);
        }

        Assert.Equal(before, Text(ContributionBuilder.Build(findings, revised: false)));
    }

    [Fact]
    public void A_trace_beyond_what_is_kept_is_booked_like_any_other()
    {
        TraceAnalyzer analyzer = new(AnalysisOptions.Default);
        AgentTrace large = new AgentTrace().Root(0, 100_000);
        for (int i = 0; i < 25_000; i++)
        {
            large.Tool($"t{i}", i + 1, i + 2, "root", tool: $"tool{i % 3}");
        }

        TraceContribution first = analyzer.Book(large.Spans, closed: true, revised: false).Contribution;
        TraceContribution again = analyzer.Book(large.Spans, closed: true, revised: false).Contribution;

        Assert.Equal(25_001, first.Durations.Length);
        Assert.Equal(Text(first), Text(again));
    }

    private static string Text(TraceContribution trace)
    {
        StringBuilder text = new();
        text.AppendLine($"{trace.Key} {trace.Minute} {trace.Weight} {trace.Spans} {trace.Revised} {trace.DurationNanos} {trace.CoveredNanos} {trace.Failure}");
        text.AppendJoin(' ', trace.PathTimes).AppendLine().AppendJoin(' ', trace.Durations).AppendLine().AppendJoin(' ', trace.CriticalTimes).AppendLine();
        text.AppendJoin(' ', trace.Errors).AppendLine().AppendJoin(' ', trace.Waste).AppendLine().AppendJoin(' ', trace.Serial).AppendLine();
        text.AppendJoin(' ', trace.Models.Select(static model => $"{model} {string.Join(',', model.FirstTokenNanos)}")).AppendLine();
        OutcomeRecord outcome = trace.Outcome;
        text.AppendLine($"{outcome.Outcome} {outcome.Inferred} {outcome.HasUnrecovered} {outcome.LastFailed}").AppendJoin(' ', outcome.Steps).AppendLine();
        text.AppendJoin(' ', outcome.Path.Select(static position => string.Join('+', position)));
        return text.ToString();
    }
}
