using System.Text;
using FsCheck;
using FsCheck.Fluent;
using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

/// <summary>What holds for any spans whatever: findings do not depend on the order or repetition of spans, and hostile shapes cost what honest ones do.</summary>
public class InvarianceTests
{
    private static readonly TraceAnalyzer Analyzer = new(AnalysisOptions.Default);

    [Fact]
    public void Shuffling_and_repeating_spans_changes_nothing()
    {
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), static seed =>
        {
            Random random = new(seed);
            IReadOnlyList<SpanRecord> spans = RandomAgentTrace.Make(random);
            bool closed = random.Next(4) > 0;
            SpanRecord[] other = [.. spans, .. spans.Where(_ => random.Next(3) == 0)];
            random.Shuffle(other);
            return Text(Analyzer.Analyze(spans, closed)) == Text(Analyzer.Analyze(other, closed));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Fact]
    public void Every_span_keeps_its_place_and_every_step_its_order()
    {
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), static seed =>
        {
            IReadOnlyList<SpanRecord> spans = RandomAgentTrace.Make(new Random(seed));
            TraceFindings findings = Analyzer.Analyze(spans, closed: true);
            Assert.Equal(spans.Select(static span => span.SpanId).Distinct().Count(), findings.Spans.Count);
            Assert.All(findings.Steps, (step, index) =>
            {
                Assert.Equal(index, step.Index);
                Assert.True(step.ParentIndex < findings.Steps.Count && step.ParentIndex != index);
                Assert.True(index == 0 || findings.Steps[index - 1].StartUnixNanos <= step.StartUnixNanos);
                Assert.True(!step.Recovered || step.OwnFailure);
                Assert.Equal(step.Verdict, step.Attempts[^1].Verdict);
                Assert.NotEmpty(step.Attempts);
            });
            Assert.Equal(findings.Outcome == TraceOutcome.Failed, findings.Failure is not null);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Fact]
    public void An_own_failure_has_no_failed_step_below_it_by_brute_force()
    {
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), static seed =>
        {
            TraceFindings findings = Analyzer.Analyze(RandomAgentTrace.Make(new Random(seed)), closed: true);
            bool hasRootFailed = findings.RootIndex >= 0 && findings.Steps[findings.Spans[findings.RootIndex].StepIndex].Verdict == Verdict.Failed;
            foreach (StepFinding step in findings.Steps.Where(static step => step.IsExecution))
            {
                // A span that was lost beside the request of another lost call is explained by that one if it failed.
                if (step.Key.Operation == "(missing)" && findings.Steps.Any(beside => beside.ParentIndex == step.ParentIndex && beside.Verdict == Verdict.Failed && IsOrphan(beside)))
                {
                    continue;
                }

                bool isRoot = findings.RootIndex >= 0 && findings.Spans[findings.RootIndex].StepIndex == step.Index;
                bool isExplained = findings.Steps.Any(below => !below.IsSuperseded && HasFailed(below) && IsBelowThroughFailures(below, step));
                bool hasStepsBelow = findings.Steps.Any(below => below.ParentIndex == step.Index);
                Assert.Equal(HasFailed(step) && !isExplained && !(isRoot && hasStepsBelow), step.OwnFailure);
            }

            bool IsOrphan(StepFinding step) => findings.Spans.Any(span => span.StepIndex == step.Index && !findings.Spans.Any(above => above.Span.SpanId == span.Span.ParentSpanId));

            bool HasFailed(StepFinding step) => step.Verdict == Verdict.Failed || (step.Verdict == Verdict.Unfinished && hasRootFailed);

            bool IsBelowThroughFailures(StepFinding below, StepFinding above)
            {
                for (int index = below.ParentIndex; index >= 0; index = findings.Steps[index].ParentIndex)
                {
                    if (index == above.Index)
                    {
                        return true;
                    }

                    if (!HasFailed(findings.Steps[index]))
                    {
                        return false;
                    }
                }

                return false;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Fact]
    public void A_chain_ten_thousand_deep_and_twenty_thousand_siblings_are_analysed()
    {
        AgentTrace chain = new AgentTrace().Root(0, 20_000);
        for (int i = 0; i < 10_000; i++)
        {
            chain.Agent($"a{i}", i + 1, 20_000 - i, i == 0 ? "root" : $"a{i - 1}", failed: i % 2 == 0);
        }

        AgentTrace wide = new AgentTrace().Root(0, 50_000).Agent("a", 1, 49_000, "root");
        for (int i = 0; i < 20_000; i++)
        {
            wide.Http($"h{i}", 2, 48_000 - i, "root", "/x");
        }

        for (int i = 0; i < 5_000; i++)
        {
            wide.Chat($"n{i}", 2 + i, 48_000, "a", failed: i % 3 == 0);
        }

        AgentTrace retries = new AgentTrace().Root(0, 100_000);
        for (int i = 0; i < 20_000; i++)
        {
            retries.Tool($"t{i}", (i * 2) + 1, (i * 2) + 2, "root", failed: true);
        }

        Assert.Equal(10_001, chain.Analyze().Steps.Count);
        Assert.Equal(5_002, wide.Analyze().Steps.Count);
        Assert.Equal(20_000, retries.Analyze().Steps[1].Attempts.Count);
    }

    [Fact]
    public void A_trace_has_at_least_one_span() => Assert.Throws<ArgumentException>(static () => Analyzer.Analyze([], closed: true));

    private static string Text(TraceFindings findings)
    {
        StringBuilder text = new();
        text.AppendLine($"{findings.TraceId} {findings.Key} {findings.Outcome} {findings.OutcomeSource} {findings.RootIndex} {findings.StartUnixNanos} {findings.EndUnixNanos} {findings.Weight} {findings.Failure}");
        foreach (SpanFinding span in findings.Spans)
        {
            text.AppendLine($"{span.Span.SpanId} {span.Span.Name} {span.ParentIndex} {span.Layer} {span.StepIndex} {span.Verdict} {span.VerdictSignal} {span.ErrorType} {span.ShiftNanos}");
        }

        foreach (StepFinding step in findings.Steps)
        {
            text.AppendLine($"{step.Index} {step.ParentIndex} {step.Key} {step.Verdict} {step.VerdictSignal} {step.ErrorType} {step.OwnFailure} {step.Recovered} {step.IsFrame} {step.IsSuperseded} {step.Kind} {step.Call} {string.Join('+', step.ThrownAwayCalls ?? [])} {step.StartUnixNanos} {step.EndUnixNanos}");
            text.AppendJoin(' ', step.Attempts).AppendLine();
        }

        text.AppendJoin('\n', findings.CriticalPath).AppendLine().AppendJoin('\n', findings.Defects);
        return text.ToString();
    }
}
