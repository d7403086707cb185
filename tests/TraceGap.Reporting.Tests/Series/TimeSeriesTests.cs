using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

public sealed class TimeSeriesTests
{
    private const long Minute = 60_000_000_000;

    [Fact]
    public void Every_value_is_that_of_the_report_of_its_step()
    {
        ReportInput[] steps = [.. Enumerable.Range(0, 6).Select(Step)];
        SeriesMetric[] metrics = [.. SeriesMetric.Names.Select(static name => Parse(name.Replace("LAYER", "tool_call", StringComparison.Ordinal)))];

        TimeSeries series = TimeSeriesBuilder.Build(steps, metrics);

        Assert.Equal(metrics.Select(static metric => metric.Name), series.Series.Select(static entry => entry.Metric));
        Assert.Equal(60, series.StepSeconds);
        Assert.Equal(DateTime.UnixEpoch.AddMinutes(6), series.Window.To);
        for (int i = 0; i < steps.Length; i++)
        {
            Report report = ReportBuilder.Build(steps[i]);
            ReliabilityReport reliability = report.Reliability;
            LayerReport? tools = report.Layers.FirstOrDefault(static layer => layer.Layer == "tool_call");
            Assert.Equal(DateTime.UnixEpoch.AddMinutes(i), series.Times[i]);
            Assert.Equal(report.Traces.Ok + report.Traces.Failed, series.Traces[i]);
            Assert.Equal(
                [
                    reliability.Observed.Value, reliability.Theoretical.Value, reliability.Divergence.Value, reliability.TheoreticalPerAttempt.Value, reliability.PerStepMean,
                    reliability.CoordinationGap, reliability.Decomposition.Retries, reliability.Decomposition.Dependence, reliability.Decomposition.Recovered,
                    reliability.Decomposition.Silent, report.Latency.P50, report.Latency.P90, report.Latency.P95, report.Latency.P99, report.Latency.Mean,
                    report.Latency.CoordinationShare, report.Latency.CoveredShare,
                    (report.Latency.Mean ?? 0) / 1e3 * ((report.Traces.Ok + report.Traces.Failed) / 60.0),
                    report.Traces.Total, report.Traces.Ok, report.Traces.Failed, report.Spans,
                    tools?.Reliability.Value, tools?.Share, tools?.CriticalMs.Mean, tools?.CriticalMs.P95,
                ],
                series.Series.Select(entry => entry.Value[i]));
            Assert.Equal(reliability.Divergence.Low, series.Series[2].Low![i]);
            Assert.Equal(reliability.Theoretical.High, series.Series[1].High![i]);
        }
    }

    [Fact]
    public void Every_workflow_layer_and_step_has_the_values_of_its_own_report()
    {
        ReportInput[] steps = [.. Enumerable.Range(0, 6).Select(Step)];

        TimeSeries workflows = TimeSeriesBuilder.Build(steps, Groups("workflow", "observed", "p95"));
        TimeSeries layers = TimeSeriesBuilder.Build(steps, Groups("layer", "reliability", "share", "criticalMs", "criticalMs.p95"));
        TimeSeries parts = TimeSeriesBuilder.Build(steps, Groups("step", "reliability", "executions", "ownFailures", "durationMs.p50", "durationMs.p95", "durationMs.p99"));

        string workflow = Assert.Single(workflows.Series.Select(static entry => entry.Of).Distinct())!;
        for (int i = 0; i < steps.Length; i++)
        {
            Report report = ReportBuilder.Build(new ReportInput { FromUnixNanos = steps[i].FromUnixNanos, ToUnixNanos = steps[i].ToUnixNanos, Cells = steps[i].Cells, Workflow = workflow });
            Assert.Equal([report.Reliability.Observed.Value, report.Latency.P95], workflows.Series.Select(entry => entry.Value[i]));
            LayerReport? tools = report.Layers.FirstOrDefault(static layer => layer.Layer == "tool_call");
            Assert.Equal(
                [tools?.Reliability.Value, tools?.Share, tools?.CriticalMs.Mean, tools?.CriticalMs.P95],
                layers.Series.Where(static entry => entry.Of == "tool_call").Select(entry => entry.Value[i]));
            StepReport? tool = report.Steps is [StepReport first, ..] ? first : null;
            MetricSeries[] own = [.. parts.Series.Where(entry => entry.Of == parts.Series[0].Of)];
            Assert.Equal(
                [tool?.Reliability.Value, tool?.Executions ?? 0, tool?.OwnFailures ?? 0, tool?.DurationMs.P50, tool?.DurationMs.P95, tool?.DurationMs.P99],
                own.Select(entry => entry.Value[i]));
            Assert.True(tool is null || tool.Step == own[0].Of);
            Assert.Equal(tool?.Reliability.Low, own[0].Low![i]);
        }

        Assert.Null(workflows.Series[1].Low);
        Assert.Equal("tool_call", layers.Series[0].Of);
    }

    [Theory]
    [InlineData("span", "observed", "by: \"span\" is none of workflow, layer, step")]
    [InlineData("step", "p99", "metric: \"p99\" is none of reliability, executions")]
    [InlineData("layer", "", "metric: say which")]
    [InlineData("workflow", "p98", "metric: \"p98\" is none of observed")]
    public void What_parts_are_not_told_apart_by_is_named(string by, string metric, string problem) =>
        Assert.StartsWith(problem, SeriesGroups.Read(by, metric.Length == 0 ? [] : [metric], out _), StringComparison.Ordinal);

    private static SeriesGroups Groups(string by, params string[] metrics)
    {
        Assert.Null(SeriesGroups.Read(by, metrics, out SeriesGroups groups));
        return groups;
    }

    [Theory]
    [InlineData("p98")]
    [InlineData("share.gpu")]
    [InlineData("share.")]
    [InlineData("OBSERVED")]
    public void Other_names_are_no_metrics(string name) => Assert.False(SeriesMetric.TryParse(name, out _));

    [Fact]
    public void Layers_are_named_as_people_write_them() => Assert.Equal("share.tool_call", Parse("share.tool call").Name);

    private static SeriesMetric Parse(string name)
    {
        Assert.True(SeriesMetric.TryParse(name, out SeriesMetric? metric), name);
        return metric;
    }

    // The third step has no traces.
    private static ReportInput Step(int number)
    {
        Random random = new(number);
        TraceContribution[] traces =
        [
            .. Enumerable.Range(0, number == 2 ? 0 : 40).Select(_ =>
            {
                bool fails = random.Next(4) == 0;
                OutcomeRecord record = new SimulatedRun().Step("tool", ok: !fails).Ends(fails ? TraceOutcome.Failed : TraceOutcome.Ok);
                long nanos = random.NextInt64(1_000_000, 90_000_000_000);
                return Contributions.Trace(record, durationNanos: nanos, path: [(Layer.ToolCall, SegmentKind.Compute, nanos / 2), (Layer.Ingress, SegmentKind.Handoff, nanos - (nanos / 2))]);
            }),
        ];
        return new ReportInput { FromUnixNanos = number * Minute, ToUnixNanos = (number + 1) * Minute, Cells = Contributions.Cells(traces) };
    }
}
