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
    private const long HourMinutes = 60;
    private const long MinutesPerRead = 15;
    private const long DayMinutes = 1440;
    private const long WeekMinutes = 7 * DayMinutes;
    private const double NanosPerMillisecond = 1e6;
    private const int MostExamples = 3;
    private const int MostSearched = 1000;

    /// <summary>What rules are judged by; evidence looks at all.</summary>
    private const RollupParts Judged = RollupParts.Paths | RollupParts.Durations;

    /// <summary>Hands a stretch of minutes to the engine.</summary>
    /// <param name="engine">Takes them.</param>
    /// <param name="fromMinute">The first.</param>
    /// <param name="toMinute">The one behind the last.</param>
    /// <param name="stop">Gives up.</param>
    public void Load(AlertEngine engine, long fromMinute, long toMinute, CancellationToken stop)
    {
        // A day of minutes at once would be gigabytes where workflows are many.
        for (long from = fromMinute; from < toMinute; from += MinutesPerRead)
        {
            foreach (RollupWindow minute in store.ReadRollupSeries(new CellQuery { FromMinute = from, ToMinute = Math.Min(toMinute, from + MinutesPerRead), Parts = Judged }, 1, stop))
            {
                engine.Take(minute.FromMinute, Pairs(minute));
            }
        }
    }

    /// <summary>What a workflow is measured with: its day, or its week if it has little traffic.</summary>
    /// <param name="workflow">The workflow.</param>
    /// <param name="lastMinute">The last minute.</param>
    /// <param name="firstMinute">The first minute of the day that had traces.</param>
    /// <param name="stop">Gives up.</param>
    public WorkflowBaseline? Baseline(string workflow, long lastMinute, long firstMinute, CancellationToken stop)
    {
        CellQuery day = new() { FromMinute = lastMinute + 1 - DayMinutes, ToMinute = lastMinute + 1, Workflow = workflow, Parts = Judged };
        WorkflowBaseline? ofDay = WorkflowBaseline.Of(Pairs(store.ReadRollups(day)), workflow, lastMinute + 1 - firstMinute);
        if (ofDay?.TracesPerMinute >= WorkflowBaseline.DailyTracesPerMinute)
        {
            return ofDay;
        }

        RollupWindow[] days = [.. store.ReadRollupSeries(day with { FromMinute = Math.Max(0, lastMinute + 1 - WeekMinutes) }, DayMinutes, stop).SkipWhile(static one => one.Cells.Count == 0)];
        return days.Length == 0 ? null : WorkflowBaseline.Of([.. days.SelectMany(Pairs)], workflow, Math.Max(lastMinute + 1 - Math.Max(days[0].FromMinute, lastMinute + 1 - WeekMinutes), 1));
    }

    /// <summary>What a workflow is compared with: the seven days that end a day before a minute, without the hours in which it fired.</summary>
    /// <param name="workflow">The workflow.</param>
    /// <param name="lastMinute">The minute.</param>
    /// <param name="fired">When it fired.</param>
    /// <param name="stop">Gives up.</param>
    public WeekBaseline? Week(string workflow, long lastMinute, IReadOnlyList<ReportWindow> fired, CancellationToken stop) =>
        WeekBaseline.Of([.. WeekHours(workflow, lastMinute, fired, Judged, stop).Select(Pairs)], workflow);

    /// <summary>What an alert that fires rests on.</summary>
    /// <param name="change">The change; it has a finding and a calibration.</param>
    /// <param name="policy">What the workflow is held to.</param>
    /// <param name="objective">Where it stands against its objective.</param>
    /// <param name="fired">When it fired before.</param>
    /// <param name="stop">Gives up.</param>
    public AlertEvidence Evidence(AlertChange change, AlertPolicy policy, ObjectiveReport? objective, IReadOnlyList<ReportWindow> fired, CancellationToken stop)
    {
        (ScanFinding finding, ScanCalibration calibration) = (change.Finding!, change.Calibration!.Value);
        long to = change.After.SinceMinute + 1;
        long from = to - finding.Window.Minutes;
        RollupWindow found = store.ReadRollups(new CellQuery { FromMinute = from, ToMinute = to, Workflow = change.Workflow });
        KeyValuePair<RollupKey, RollupCell>[] cells = Pairs(found);
        KeyValuePair<RollupKey, RollupCell>[] before = change.Rule is AlertRule.Shift or AlertRule.P99 or AlertRule.LayerShare
            ? [.. WeekHours(change.Workflow, to - 1, fired, RollupParts.All, stop).SelectMany(Pairs)]
            : Pairs(store.ReadRollups(new CellQuery { FromMinute = Math.Max(0, from - DayMinutes), ToMinute = from, Workflow = change.Workflow }));
        Report window = ReportOf(change.Workflow, cells, new EventWindow(found.FromMinute, found.ToMinute));
        bool isSlow = AlertEvidenceBuilder.IsAboutTime(change.Rule);
        AlertFacts facts = new(
            finding,
            calibration,
            policy,
            window,
            ReportOf(change.Workflow, before, new EventWindow(Math.Max(0, from - DayMinutes), from)),
            isSlow ? P99Ratio.Of(Own(cells, change.Workflow), Own(before, change.Workflow)) : Estimate.None,
            objective,
            Examples(change.Workflow, from, to, isSlow ? window.Latency.P95 : null));
        return AlertEvidenceBuilder.Build(change.Rule, facts);
    }

    private IEnumerable<RollupWindow> WeekHours(string workflow, long lastMinute, IReadOnlyList<ReportWindow> fired, RollupParts parts, CancellationToken stop)
    {
        long to = Math.Max(0, lastMinute + 1 - DayMinutes) / HourMinutes * HourMinutes;
        long from = Math.Max(0, to - WeekMinutes);
        return from == to ? [] : store.ReadRollupSeries(new CellQuery { FromMinute = from, ToMinute = to, Workflow = workflow, Parts = parts }, HourMinutes, stop)
            .Where(hour => hour.Cells.Count > 0 && !fired.Any(window => Overlaps(window, hour)));
    }

    private static bool Overlaps(ReportWindow fired, RollupWindow hour) =>
        !(fired.From >= DateTime.UnixEpoch.AddMinutes(hour.ToMinute)) && !(fired.To <= DateTime.UnixEpoch.AddMinutes(hour.FromMinute));

    private static Report ReportOf(string workflow, KeyValuePair<RollupKey, RollupCell>[] cells, EventWindow window) => ReportBuilder.Build(new ReportInput
    {
        FromUnixNanos = window.FromUnixNanos,
        ToUnixNanos = window.ToUnixNanos,
        Cells = cells,
        Workflow = workflow,
    });

    private string[] Examples(string workflow, long fromMinute, long toMinute, double? slowerThanMs)
    {
        EventWindow window = new(fromMinute, toMinute);
        TracePage page = store.ListTraces(new TraceQuery
        {
            FromUnixNanos = window.FromUnixNanos,
            ToUnixNanos = window.ToUnixNanos,
            Workflow = workflow,
            Outcome = slowerThanMs is null ? TraceOutcome.Failed : null,
            MinDurationNanos = slowerThanMs is double least ? (long)(least * NanosPerMillisecond) : null,
            Limit = MostSearched,
        });
        return [.. page.Traces.Select(static trace => trace.TraceId).Order().Take(MostExamples).Select(static id => id.ToString())];
    }

    private static IEnumerable<RollupCell> Own(KeyValuePair<RollupKey, RollupCell>[] cells, string workflow) =>
        cells.Where(cell => cell.Key.Workflow == workflow).Select(static cell => cell.Value);

    private static KeyValuePair<RollupKey, RollupCell>[] Pairs(RollupWindow window) => [.. window.Cells.Select(static cell => KeyValuePair.Create(cell.Key, cell.Cell))];
}
