using TraceGap.Aggregation;
using TraceGap.Demo;
using TraceGap.Offline;
using TraceGap.Otlp;
using TraceGap.Reporting;

namespace TraceGap.Tests.Demo;

/// <summary>The agents of a request work one after the other though nothing makes them; with <see cref="Injection.Parallel"/> they do not.</summary>
public sealed class SerialBranchesTests
{
    private const int Requests = 400;

    private static readonly string[] Agents = [KeyOf(AgentStep.Researcher), KeyOf(AgentStep.Analyst), KeyOf(AgentStep.Clerk)];

    [Fact]
    public async Task Branches_that_run_one_after_the_other_are_found_and_nothing_else_is()
    {
        Report report = await ReportAsync(new Injection(Seed: 2));

        SerializationReport first = report.Serialization[0];
        Assert.Equal(KeyOf(AgentStep.Ingress), first.Parent);
        Assert.Equal(Agents, first.Children);
        Assert.InRange(first.SavingShare!.Value, 0.001, 1);

        // Where a branch failed those after it did not run.
        Assert.All(report.Serialization, group => Assert.Empty(group.Children.Except(Agents)));
        Assert.InRange(report.Serialization.Sum(static group => group.Traces), first.Traces, report.Traces.Ok + report.Traces.Failed);
    }

    [Fact]
    public async Task Branches_that_run_at_the_same_time_are_not() =>
        Assert.Empty((await ReportAsync(new Injection(Seed: 2) { Parallel = true })).Serialization);

    private static async Task<Report> ReportAsync(Injection injection)
    {
        AgentSystemRun run = await AgentSystemRun.OfAsync(injection, Requests);
        OfflineAnalysis analysis = new(AnalysisOptions.Default);
        foreach (SpanRecord span in ActivityRecords.Of(run.Spans))
        {
            analysis.Add(span);
        }

        return analysis.Report();
    }

    private static string KeyOf(AgentStep step) => new StepKey(step.Service, step.Layer, step.Operation).Text;
}
