using System.Text;
using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

/// <summary>An answer that is made of some parts of the rollups is the same, byte for byte, as one that is made of all of them.</summary>
public sealed class RollupPartsTests
{
    private const long Minute = 60_000_000_000;
    private const int Steps = 4;

    public static TheoryData<string> Metrics => [.. SeriesMetric.Names.Select(static name => name.Replace("LAYER", "tool_call", StringComparison.Ordinal))];

    public static TheoryData<string, string> Groups => new()
    {
        { "workflow", "observed,theoretical" }, { "workflow", "p50,p99" }, { "workflow", "traces" }, { "workflow", "coveredShare" }, { "workflow", "criticalMs.tool_call" },
        { "layer", "reliability" }, { "layer", "share" }, { "layer", "criticalMs" }, { "layer", "criticalMs.p95" },
        { "step", "reliability,executions,ownFailures" }, { "step", "durationMs.p50,durationMs.p95,durationMs.p99" },
    };

    [Theory]
    [MemberData(nameof(Metrics))]
    public void A_metric_needs_no_more_than_the_parts_that_it_says(string name)
    {
        Assert.True(SeriesMetric.TryParse(name, out SeriesMetric? metric));
        AssertSame(metric.Parts, steps => ReportJson.WriteUtf8(TimeSeriesBuilder.Build(steps, [metric])));
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void Series_of_workflows_layers_and_steps_need_no_more_than_the_parts_that_they_say(string by, string metrics)
    {
        Assert.Null(SeriesGroups.Read(by, metrics.Split(','), out SeriesGroups groups));
        AssertSame(groups.Parts, steps => ReportJson.WriteUtf8(TimeSeriesBuilder.Build(steps, groups)));
    }

    [Fact]
    public void Other_answers_need_no_more_than_the_parts_that_they_say()
    {
        AssertSame(ReportBuilder.WorkflowParts, static steps => ReportJson.WriteUtf8(ReportBuilder.Workflows(steps[0])));
        AssertSame(CostBuilder.Parts, static steps => ReportJson.WriteUtf8(CostBuilder.Build(steps[0], PriceTable.Empty)));
        AssertSame(SensitivityBuilder.Parts, static steps => ReportJson.WriteUtf8(SensitivityBuilder.Build(steps[0])));
        AssertSame(DependenceBuilder.Parts, static steps => ReportJson.WriteUtf8(DependenceBuilder.Build(steps[0])));
        AssertSame(ConcurrencyBuilder.Parts, static steps => ReportJson.WriteUtf8(ConcurrencyBuilder.Build(workflow: null, [.. steps.Select(static step => new LoadStep(step))])));
    }

    private static void AssertSame(RollupParts parts, Func<ReportInput[], byte[]> answer)
    {
        for (int seed = 0; seed < 5; seed++)
        {
            string whole = Encoding.UTF8.GetString(answer(Input(seed, RollupParts.All)));
            Assert.Equal(whole, Encoding.UTF8.GetString(answer(Input(seed, parts))));
        }
    }

    private static ReportInput[] Input(int seed, RollupParts parts) =>
    [
        .. Enumerable.Range(0, Steps).Select(step => new ReportInput
        {
            FromUnixNanos = step * Minute,
            ToUnixNanos = (step + 1) * Minute,
            Cells = [.. Contributions.Cells(Traces((seed * Steps) + step)).Select(cell => KeyValuePair.Create(cell.Key, Only(cell.Value, parts)))],
        }),
    ];

    private static RollupCell Only(RollupCell cell, RollupParts parts)
    {
        RollupCell only = new();
        only.Merge(cell, only.Outcomes, parts);
        return only;
    }

    // Of several workflows and versions, with sampling weights, some without root, ended in all ways.
    private static List<TraceContribution> Traces(int seed)
    {
        Random random = new(seed);
        List<TraceContribution> traces = [];
        foreach (OutcomeRecord record in RandomTables.Make(seed).Keys)
        {
            bool hasLatency = record.Outcome is TraceOutcome.Ok or TraceOutcome.Failed;
            long nanos = random.NextInt64(1, 100_000_000_000);
            traces.Add(Contributions.Trace(
                record,
                Contributions.Key(new[] { "shop/ask", "shop/find", "shop/(no root)" }[random.Next(3)], random.Next(2).ToString()),
                hasLatency ? nanos : null,
                random.Next(1, 4) << 15,
                record.Outcome == TraceOutcome.Failed ? new FailureKey(Layer.ToolCall, SimulatedRun.Key("tool"), "timeout") : null,
                hasLatency ? [((Layer)random.Next(7), (SegmentKind)random.Next(4), nanos)] : [],
                [new StepError(SimulatedRun.Key("tool"), "timeout", 1)],
                [Contributions.Usage("m", 1, random.Next(100), random.Next(100))]));
        }

        return traces;
    }
}
