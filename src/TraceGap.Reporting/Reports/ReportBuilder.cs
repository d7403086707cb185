using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Reporting;

/// <summary>Makes reports of rollup cells. Pure: equal cells give the same report, whatever their order and however the window was cut into them.</summary>
public static class ReportBuilder
{
    /// <summary>What of the cells a list of workflows looks at; a report looks at all.</summary>
    public const RollupParts WorkflowParts = RollupParts.Paths | RollupParts.Durations;

    /// <summary>The report of a workflow, or of all; without <see cref="Report.Objective"/>, which has a window of its own.</summary>
    public static Report Build(ReportInput input)
    {
        WindowSelection selection = new(new WindowGroups(input.Cells), input.Workflow);
        WindowFigures figures = new(selection);
        return new Report(
            Window(input),
            input.Workflow,
            figures.Traces.ToCounts(figures.Revised),
            figures.Traces.ToWeighted(),
            figures.Spans,
            input.Overflow,
            EventTime.Utc(input.AnalysedUntilUnixNanos),
            ReliabilityMean.Of(selection.Estimate(input)) with { PassK = PassKEstimator.Of(selection.Groups.Select(static group => group.Tasks())) },
            figures.Latency.ToReport(figures.StepCells),
            Layers(figures),
            Steps(figures),
            Failures(figures, selection, input.ExampleTraceIds),
            SerializationBuilder.Build(figures.Work.Serial, selection.Cells.SelectMany(static cell => cell.Outcomes.ByLevel.Keys), figures.Latency.ShareOf))
        {
            RuleSets = RuleSets(input),
        };
    }

    // Where nothing changed, since when it has been so is no matter of the traces, and a report is to depend on nothing else.
    private static RuleSetReport[] RuleSets(ReportInput input) =>
        [.. input.RuleSets.Select(set => new RuleSetReport(set.Id, input.RuleSets.Count > 1 ? EventTime.Utc(set.SinceUnixNanos) : null))];

    /// <summary>The workflows of a window; <see cref="ReportInput.Workflow"/> narrows them to one.</summary>
    public static WorkflowList Workflows(ReportInput input)
    {
        WindowGroups groups = new(input.Cells);
        IEnumerable<string> names = groups.Workflows.Where(name => input.Workflow is null || name == input.Workflow);
        return new WorkflowList(
            Window(input),
            [
                .. names.Select(name => Summary(name, new WindowSelection(groups, name), input))
                    .OrderByDescending(static summary => summary.Traces)
                    .ThenBy(static summary => summary.Workflow, StringComparer.Ordinal),
            ]);
    }

    private static WorkflowSummary Summary(string workflow, WindowSelection selection, ReportInput input)
    {
        TraceTotals traces = new();
        LatencyAttribution latency = new();
        foreach (RollupCell cell in selection.Cells)
        {
            latency.Add(cell);
            traces.Add(cell.Outcomes);
        }

        TraceCounts counts = traces.ToCounts(revised: 0);
        ReliabilityReport reliability = ReliabilityMean.Of(selection.Estimate(input));
        return new WorkflowSummary(
            workflow,
            string.Join(", ", Distinct(selection, static key => key.Service)),
            Distinct(selection, static key => key.Environment),
            counts.Total,
            counts.Ok,
            counts.Failed,
            reliability.Observed,
            reliability.Theoretical,
            reliability.Divergence,
            latency.Quantile(50),
            latency.Quantile(95),
            latency.Quantile(99));
    }

    private static string[] Distinct(WindowSelection selection, Func<RollupKey, string> part) =>
        [.. selection.Groups.Select(group => part(group.Key)).Distinct().Order(StringComparer.Ordinal)];

    private static LayerReport[] Layers(WindowFigures figures) =>
    [
        .. Enumerable.Range(0, LayerNames.Count).Select(static layer => (Layer)layer)
            .Where(layer => figures.Steps.Of(layer).Executions > 0 || figures.Latency.LayerNanos(layer) > 0)
            .Select(layer => LayerOf(figures, layer))
            .OrderByDescending(static layer => layer.Steps)
            .ThenBy(static layer => layer.Layer, StringComparer.Ordinal),
    ];

    private static LayerReport LayerOf(WindowFigures figures, Layer layer)
    {
        StepTotal total = figures.Steps.Of(layer);
        LatencyHistogram critical = figures.LayerCritical[(int)layer];
        return new LayerReport(
            LayerNames.Of(layer),
            total.Executions,
            total.OwnFailures,
            total.Recovered,
            total.Rate.ToEstimate(),
            new CriticalTime(
                LatencyUnits.MeanMilliseconds(critical),
                LatencyUnits.Milliseconds(critical, 50),
                LatencyUnits.Milliseconds(critical, 95),
                LatencyUnits.Milliseconds(critical, 99)),
            figures.Latency.ShareOf(figures.Latency.LayerNanos(layer)),
            figures.TokensOf(layer));
    }

    private static StepReport[] Steps(WindowFigures figures) =>
    [
        .. figures.Steps.Keys.Union(figures.StepCells.Keys).ToArray()
            .Where(key => figures.Steps.Of(key).Attempts > 0 || figures.StepCells.GetValueOrDefault(key)?.CriticalNanos > 0)
            .OrderByDescending(key => figures.Steps.Of(key).Executions)
            .ThenBy(static key => key)
            .Select(key => StepOf(figures, key)),
    ];

    private static StepReport StepOf(WindowFigures figures, StepKey key)
    {
        StepTotal total = figures.Steps.Of(key);
        StepCell cell = figures.StepCells.GetValueOrDefault(key) ?? new StepCell();
        return new StepReport(
            key.Text,
            LayerNames.Of(key.Layer),
            key.Service,
            key.Operation,
            total.Executions,
            total.Attempts,
            total.OwnFailures,
            total.Recovered,
            total.Rate.ToEstimate(),
            new StepQuantiles(
                LatencyUnits.Milliseconds(cell.Durations, 50),
                LatencyUnits.Milliseconds(cell.Durations, 95),
                LatencyUnits.Milliseconds(cell.Durations, 99)),
            figures.Latency.ShareOf(cell.CriticalNanos),
            [.. cell.Errors.OrderByDescending(static error => error.Value).Select(static error => new ErrorCount(error.Key, error.Value))]);
    }

    private static FailureReport[] Failures(
        WindowFigures figures, WindowSelection selection, IReadOnlyDictionary<WorkflowFailure, TraceId> examples)
    {
        string[] workflows = Distinct(selection, static key => key.Workflow);
        return
        [
            .. figures.Failures
                .OrderByDescending(static failure => failure.Value)
                .ThenBy(static failure => failure.Key.Layer is Layer layer ? LayerNames.Of(layer) : string.Empty, StringComparer.Ordinal)
                .ThenBy(static failure => failure.Key.Step)
                .ThenBy(static failure => failure.Key.ErrorType, StringComparer.Ordinal)
                .Select(failure => new FailureReport(
                    failure.Key.Layer is Layer layer ? LayerNames.Of(layer) : null,
                    failure.Key.Step?.Text,
                    failure.Key.ErrorType,
                    FailureCategory.Of(failure.Key),
                    failure.Value,
                    SmallestTraceId(failure.Key, workflows, examples))),
        ];
    }

    private static string? SmallestTraceId(FailureKey failure, string[] workflows, IReadOnlyDictionary<WorkflowFailure, TraceId> examples)
    {
        TraceId? smallest = null;
        foreach (string workflow in workflows)
        {
            if (examples.TryGetValue(new WorkflowFailure(workflow, failure), out TraceId id) && (smallest is not TraceId least || id.CompareTo(least) < 0))
            {
                smallest = id;
            }
        }

        return smallest?.ToString();
    }

    private static ReportWindow Window(ReportInput input) => new(EventTime.Utc(input.FromUnixNanos), EventTime.Utc(input.ToUnixNanos));
}
