using TraceGap.Reporting;
using TraceGap.Reporting.Alerts;
using TraceGap.Server.Objectives;

namespace TraceGap.Server.Alerts;

/// <summary>What of the options people may see.</summary>
internal static class WatchView
{
    /// <summary>Shows the options as they are at a time.</summary>
    public static AlertWatch Of(AlertOptions options, ObjectiveOptions objectives, DateTimeOffset now) => new(
        options.IsEnabled,
        options.Threshold,
        options.P99Factor,
        options.LayerShareRise,
        [.. AlertNames.Rules.Select(AlertNames.Of)],
        [.. options.Workflows.Select(rule => new WatchedWorkflows(
            rule.Name,
            rule.Workflow,
            rule.Threshold ?? options.Threshold,
            rule.P99Factor ?? options.P99Factor,
            rule.LayerShareRise ?? options.LayerShareRise,
            (long)rule.For.TotalSeconds,
            rule.IsEnabled))],
        [.. objectives.Rules.Select(static rule => new WatchedObjective(rule.Objective.Name, rule.Match, rule.Objective.Target, ObjectiveStanding.Text(rule.Objective.WindowMinutes)))],
        [.. options.Receivers.Select(static receiver => new AlertReceiver(receiver.Name, receiver.Type.ToString().ToLowerInvariant()))],
        [.. options.Silences.Select(silence => new AlertSilence(
            silence.Name, silence.Workflow, silence.Rule is AlertRule rule ? AlertNames.Of(rule) : null, silence.From?.UtcDateTime, silence.To?.UtcDateTime, silence.HoldsAt(now)))]);
}
