using TraceGap.Aggregation;

namespace TraceGap.Reporting.Alerts;

/// <summary>
/// The rules of all workflows over what their minutes say: minutes in, changes of status out. Workflows that are known only by their service are left out: nobody knows what they are. Knows
/// no clock and no store; one owner, no lock.
/// </summary>
public sealed class AlertEngine
{
    private readonly SortedDictionary<string, WorkflowHistory> _histories = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WorkflowBaseline> _baselines = new(StringComparer.Ordinal);
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
            _histories.TryAdd(workflow, new WorkflowHistory());
        }

        foreach ((string workflow, WorkflowHistory history) in _histories)
        {
            history.Take(minute, byWorkflow[workflow]);
        }
    }

    /// <summary>Forgets what no window that ends with a minute reaches.</summary>
    public void Trim(long lastMinute)
    {
        foreach (string gone in _histories.Where(history => !history.Value.Trim(lastMinute)).Select(static history => history.Key).ToArray())
        {
            _histories.Remove(gone);
            _baselines.Remove(gone);
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

    /// <summary>Whether a workflow cannot be judged although the day that ends with a minute has traces enough.</summary>
    public bool LacksMeasure(string workflow, long lastMinute) =>
        !_baselines.ContainsKey(workflow) && _histories.GetValueOrDefault(workflow)?.WeightUntil(lastMinute) >= WorkflowBaseline.MinTraces;

    /// <summary>Evaluates all rules.</summary>
    /// <param name="minute">The last minute; all its traces are analysed and all minutes of the day before it taken in.</param>
    /// <param name="policyOf">What a workflow is held to.</param>
    /// <returns>Every rule whose status changed.</returns>
    public IReadOnlyList<AlertChange> Evaluate(long minute, Func<string, AlertPolicy> policyOf)
    {
        List<AlertChange> changes = [];
        foreach (string workflow in _histories.Keys.Union(_positions.Keys.Select(static key => key.Workflow), StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray())
        {
            Evaluate(workflow, minute, policyOf(workflow), changes);
        }

        return changes;
    }

    private void Evaluate(string workflow, long minute, AlertPolicy policy, List<AlertChange> changes)
    {
        WorkflowHistory? history = _histories.GetValueOrDefault(workflow);
        if (!policy.IsEnabled || (history is { HasNews: false } && history.FirstMinute(minute) is not null))
        {
            return;
        }

        WorkflowBaseline? baseline = _baselines.GetValueOrDefault(workflow);
        WorkflowLosses? losses = history is { HasNews: true } ? history.LossesUntil(minute, baseline?.Sampling) : null;
        foreach (AlertRule rule in AlertNames.Rules)
        {
            AlertPosition before = _positions.GetValueOrDefault((workflow, rule), AlertPosition.Start);
            ScanCalibration? calibration = baseline?.Calibrate(rule, policy.Threshold, _baselines.Count);
            (AlertVerdict verdict, ScanFinding? finding) = losses is WorkflowLosses known
                ? ScanRule.Evaluate(rule == AlertRule.Silent ? known.Silent : known.Diverged, calibration, before, minute)
                : (AlertVerdict.NoTrafficForADay, null);
            (AlertPosition after, AlertReason reason) = AlertMachine.Next(before, verdict, minute, policy.ForMinutes, finding?.Window.Minutes ?? 0);
            if (reason != AlertReason.Unchanged)
            {
                _positions[(workflow, rule)] = after;
                changes.Add(new AlertChange(workflow, rule, before.Status, after, reason, finding, calibration));
            }
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
