using TraceGap.Aggregation;

namespace TraceGap.Reporting.Alerts;

/// <summary>
/// The rules of all workflows over what their minutes say: minutes in, changes of status out. Workflows that are known only by their service are left out: nobody knows what they are. Knows
/// no clock and no store; one owner, no lock.
/// </summary>
public sealed class AlertEngine
{
    private readonly SortedDictionary<string, WorkflowHistory> _histories = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, TimeHistory> _times = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WorkflowBaseline> _baselines = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WeekBaseline> _weeks = new(StringComparer.Ordinal);
    private readonly HashSet<string> _compared = new(StringComparer.Ordinal);
    private readonly SortedDictionary<(string Workflow, AlertRule Rule), AlertPosition> _positions = [];

    /// <summary>Workflows that had traces in the day before the last minute that was taken in.</summary>
    public IReadOnlyCollection<string> Workflows => _histories.Keys;

    /// <summary>Takes up where a run before left a rule.</summary>
    public void Restore(string workflow, AlertRule rule, AlertPosition position) => _positions[(workflow, rule)] = position;

    /// <summary>Takes in a minute; what was known of it before is replaced.</summary>
    /// <param name="minute">Minutes since the Unix epoch.</param>
    /// <param name="cells">All cells of that minute, a key once.</param>
    public void Take(long minute, IEnumerable<KeyValuePair<RollupKey, RollupCell>> cells)
    {
        ILookup<string, KeyValuePair<RollupKey, RollupCell>> byWorkflow =
            cells.Where(static cell => cell.Key.HasRoot && cell.Key != RollupKey.Other).ToLookup(static cell => cell.Key.Workflow, StringComparer.Ordinal);
        foreach (string workflow in byWorkflow.Select(static group => group.Key))
        {
            if (_histories.TryAdd(workflow, new WorkflowHistory()))
            {
                _times[workflow] = new TimeHistory();
            }
        }

        foreach ((string workflow, WorkflowHistory history) in _histories)
        {
            history.Take(minute, byWorkflow[workflow]);
            _times[workflow].Take(minute, byWorkflow[workflow].Select(static cell => cell.Value));
        }
    }

    /// <summary>Forgets what no window that ends with a minute reaches.</summary>
    public void Trim(long lastMinute)
    {
        foreach (string gone in _histories.Where(history => !history.Value.Trim(lastMinute)).Select(static history => history.Key).ToArray())
        {
            _histories.Remove(gone);
            _times.Remove(gone);
            _baselines.Remove(gone);
            _weeks.Remove(gone);
            _compared.Remove(gone);
        }

        foreach (TimeHistory times in _times.Values)
        {
            times.Trim(lastMinute);
        }
    }

    /// <summary>The first minute with traces of a workflow in the day that ends with a minute; null if there is none.</summary>
    public long? FirstMinute(string workflow, long lastMinute) => _histories.GetValueOrDefault(workflow)?.FirstMinute(lastMinute);

    /// <summary>Sets what a workflow is measured with; null if too little is known.</summary>
    public void Measure(string workflow, WorkflowBaseline? baseline)
    {
        if (baseline is null)
        {
            _baselines.Remove(workflow);
        }
        else
        {
            _baselines[workflow] = baseline;
        }
    }

    /// <summary>Sets the week that a workflow is compared with; null if too little is known.</summary>
    /// <param name="workflow">The workflow.</param>
    /// <param name="week">The week.</param>
    /// <param name="policy">What the workflow is held to.</param>
    /// <returns>True if its minutes must be taken in again: what is slow was not known before.</returns>
    public bool Compare(string workflow, WeekBaseline? week, AlertPolicy policy)
    {
        if (!_times.TryGetValue(workflow, out TimeHistory? times))
        {
            return false;
        }

        _compared.Add(workflow);
        bool isNew = times.SlowBin is null && week?.Times is not null;
        times.SlowBin = week?.Times?.SlowBin(policy.P99Factor);
        if (week is null)
        {
            _weeks.Remove(workflow);
        }
        else
        {
            _weeks[workflow] = week;
        }

        return isNew;
    }

    /// <summary>Whether a workflow has never been compared with the week before.</summary>
    public bool LacksWeek(string workflow) => !_compared.Contains(workflow);

    /// <summary>Whether a workflow cannot be judged although the day that ends with a minute has traces enough.</summary>
    public bool LacksMeasure(string workflow, long lastMinute) =>
        !_baselines.ContainsKey(workflow) && _histories.GetValueOrDefault(workflow)?.WeightUntil(lastMinute) >= WorkflowBaseline.MinTraces;

    /// <summary>Evaluates all rules.</summary>
    /// <param name="minute">The last minute; all its traces are analysed and all minutes of the day before it taken in.</param>
    /// <param name="policyOf">What a workflow is held to.</param>
    /// <param name="standings">Where the workflows that have objectives stand at the end of that minute, by name; null for none.</param>
    /// <returns>Every rule whose status changed.</returns>
    public IReadOnlyList<AlertChange> Evaluate(long minute, Func<string, AlertPolicy> policyOf, IReadOnlyDictionary<string, ObjectiveStanding>? standings = null)
    {
        List<AlertChange> changes = [];
        foreach (string workflow in _histories.Keys.Union(_positions.Keys.Select(static key => key.Workflow), StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray())
        {
            Evaluate(workflow, minute, policyOf(workflow), standings, changes);
        }

        return changes;
    }

    private void Evaluate(string workflow, long minute, AlertPolicy policy, IReadOnlyDictionary<string, ObjectiveStanding>? standings, List<AlertChange> changes)
    {
        WorkflowHistory? history = _histories.GetValueOrDefault(workflow);
        bool hasTraffic = history?.FirstMinute(minute) is not null;
        WorkflowLosses? losses = policy.IsEnabled && history is { HasNews: true } ? history.LossesUntil(minute, _baselines.GetValueOrDefault(workflow)?.Sampling) : null;
        foreach (AlertRule rule in AlertNames.Rules)
        {
            AlertPosition before = _positions.GetValueOrDefault((workflow, rule), AlertPosition.Start);
            RuleJudgement judged = !policy.IsEnabled || IsWithoutObjective(workflow, rule, standings, hasTraffic) ? new RuleJudgement(AlertVerdict.NotWatched)
                : losses is WorkflowLosses known ? Judge(workflow, rule, before, minute, policy, known, standings)
                : new RuleJudgement(hasTraffic ? AlertVerdict.NoTraffic : AlertVerdict.NoTrafficForADay);
            (AlertPosition after, AlertReason reason) = AlertMachine.Next(before, judged.Verdict, minute, policy.ForMinutes, judged.Finding?.Window.Minutes ?? 0);
            if (reason != AlertReason.Unchanged)
            {
                _positions[(workflow, rule)] = after;
                changes.Add(new AlertChange(workflow, rule, before.Status, after, reason, judged.Finding, judged.Calibration));
            }
        }
    }

    // Without traffic an objective has no standing either, and that is another matter.
    private static bool IsWithoutObjective(string workflow, AlertRule rule, IReadOnlyDictionary<string, ObjectiveStanding>? standings, bool hasTraffic) =>
        rule is AlertRule.BurnRate or AlertRule.SlowBurn && hasTraffic && standings?.ContainsKey(workflow) != true;

    private RuleJudgement Judge(
        string workflow, AlertRule rule, AlertPosition before, long minute, AlertPolicy policy, WorkflowLosses losses, IReadOnlyDictionary<string, ObjectiveStanding>? standings)
    {
        WorkflowBaseline? baseline = _baselines.GetValueOrDefault(workflow);
        WeekBaseline? week = _weeks.GetValueOrDefault(workflow);
        switch (rule)
        {
            case AlertRule.Divergence or AlertRule.Silent:
                ScanCalibration? calibration = baseline?.Calibrate(rule, policy.Threshold, _baselines.Count);
                (AlertVerdict verdict, ScanFinding? finding) = ScanRule.Evaluate(rule == AlertRule.Silent ? losses.Silent : losses.Diverged, calibration, before, minute);
                return new RuleJudgement(verdict, finding, calibration);
            case AlertRule.BurnRate or AlertRule.SlowBurn when standings?.GetValueOrDefault(workflow) is ObjectiveStanding standing:
                return BurnRateRule.Evaluate(standing, rule, before, minute, standings.Count);
            case AlertRule.Shift when baseline is not null && week is not null:
                RuleJudgement shift = ChangeRules.Shift(losses.Diverged, baseline, week, before, minute, _weeks.Count);

                // What is beyond the threshold is told as that, not a second time as a change.
                bool isTold = _positions.GetValueOrDefault((workflow, AlertRule.Divergence), AlertPosition.Start).Status == AlertStatus.Firing;
                return shift.Verdict == AlertVerdict.Fires && isTold ? new RuleJudgement(AlertVerdict.Quiet) : shift;
            case AlertRule.P99 when baseline is not null && week?.Times is WeekTimes times:
                return ChangeRules.P99(_times[workflow].SlowUntil(minute), times, baseline.TracesPerMinute, before, minute, _weeks.Count);
            case AlertRule.LayerShare when week?.Times is WeekTimes times:
                return LayerShareRule.Evaluate(_times[workflow], times, policy.LayerShareRise, before, minute);
            default:
                return new RuleJudgement(AlertVerdict.TooFewTraces);
        }
    }
}

/// <summary>A rule whose status changed.</summary>
/// <param name="Workflow">The workflow.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Before">Its status before.</param>
/// <param name="After">Where it stands now.</param>
/// <param name="Reason">Why.</param>
/// <param name="Finding">The window that decided, if one did.</param>
/// <param name="Calibration">What it was measured with.</param>
public sealed record AlertChange(
    string Workflow, AlertRule Rule, AlertStatus Before, AlertPosition After, AlertReason Reason, ScanFinding? Finding, ScanCalibration? Calibration);
