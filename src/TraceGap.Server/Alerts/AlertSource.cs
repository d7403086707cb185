using TraceGap.Aggregation;
using TraceGap.Otlp;
using TraceGap.Reporting;
using TraceGap.Reporting.Alerts;
using TraceGap.Server.Queries;
using TraceGap.Storage;

namespace TraceGap.Server.Alerts;

/// <summary>Reads what alerts are judged by. All methods throw <see cref="StorageUnavailableException"/> where the store cannot be read.</summary>
internal sealed class AlertSource(TraceStore store)
{
    private const long DayMinutes = 1440;
    private const int MostExamples = 3;
    private const int MostSearched = 1000;

    /// <summary>Hands a stretch of minutes to the engine.</summary>
    /// <param name="engine">Takes them.</param>
    /// <param name="fromMinute">The first.</param>
    /// <param name="toMinute">The one behind the last.</param>
    /// <param name="stop">Gives up.</param>
    public void Load(AlertEngine engine, long fromMinute, long toMinute, CancellationToken stop)
    {
        foreach (RollupWindow minute in store.ReadRollupSeries(new CellQuery { FromMinute = fromMinute, ToMinute = toMinute }, 1, stop))
        {
            engine.Take(minute.FromMinute, Pairs(minute));
        }
    }

    /// <summary>What a workflow is measured with: its day, or its week if it has little traffic.</summary>
    /// <param name="workflow">The workflow.</param>
    /// <param name="lastMinute">The last minute.</param>
    /// <param name="firstMinute">The first minute of the day that had traces.</param>
    /// <param name="stop">Gives up.</param>
    public WorkflowBaseline? Baseline(string workflow, long lastMinute, long firstMinute, CancellationToken stop)
    {
        CellQuery day = new() { FromMinute = lastMinute + 1 - DayMinutes, ToMinute = lastMinute + 1, Workflow = workflow };
        WorkflowBaseline? ofDay = WorkflowBaseline.Of(Pairs(store.ReadRollups(day)), workflow, lastMinute + 1 - firstMinute);
        if (ofDay?.TracesPerMinute >= WorkflowBaseline.DailyTracesPerMinute)
        {
            return ofDay;
        }

        RollupWindow[] days = [.. store.ReadRollupSeries(day with { FromMinute = Math.Max(0, lastMinute + 1 - (7 * DayMinutes)) }, DayMinutes, stop).SkipWhile(static one => one.Cells.Count == 0)];
        return days.Length == 0 ? null : WorkflowBaseline.Of([.. days.SelectMany(Pairs)], workflow, Math.Max(lastMinute + 1 - Math.Max(days[0].FromMinute, lastMinute + 1 - (7 * DayMinutes)), 1));
    }

    /// <summary>What an alert that fires rests on.</summary>
    public AlertEvidence Evidence(AlertChange change, ScanFinding finding, ScanCalibration calibration)
    {
        long to = change.After.SinceMinute + 1;
        long from = to - finding.Window.Minutes;
        return AlertEvidenceBuilder.Build(
            change.Rule,
            finding,
            calibration,
            ReportOf(change.Workflow, from, to),
            ReportOf(change.Workflow, Math.Max(0, from - DayMinutes), from),
            Examples(change.Workflow, from, to));
    }

    private Report ReportOf(string workflow, long fromMinute, long toMinute)
    {
        RollupWindow found = store.ReadRollups(new CellQuery { FromMinute = fromMinute, ToMinute = toMinute, Workflow = workflow });
        EventWindow window = new(found.FromMinute, found.ToMinute);
        return ReportBuilder.Build(new ReportInput
        {
            FromUnixNanos = window.FromUnixNanos,
            ToUnixNanos = window.ToUnixNanos,
            Cells = Pairs(found),
            Workflow = workflow,
        });
    }

    private string[] Examples(string workflow, long fromMinute, long toMinute)
    {
        EventWindow window = new(fromMinute, toMinute);
        TracePage page = store.ListTraces(new TraceQuery
        {
            FromUnixNanos = window.FromUnixNanos,
            ToUnixNanos = window.ToUnixNanos,
            Workflow = workflow,
            Outcome = TraceOutcome.Failed,
            Limit = MostSearched,
        });
        return [.. page.Traces.Select(static trace => trace.TraceId).Order().Take(MostExamples).Select(static id => id.ToString())];
    }

    private static KeyValuePair<RollupKey, RollupCell>[] Pairs(RollupWindow window) => [.. window.Cells.Select(static cell => KeyValuePair.Create(cell.Key, cell.Cell))];
}
