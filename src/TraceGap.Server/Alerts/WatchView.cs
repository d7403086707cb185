using TraceGap.Reporting.Alerts;

namespace TraceGap.Server.Alerts;

/// <summary>What of the options people may see.</summary>
internal static class WatchView
{
    /// <summary>Shows the options as they are at a time.</summary>
    public static AlertWatch Of(AlertOptions options, DateTimeOffset now) => new(
        options.IsEnabled,
        options.Threshold,
        [.. AlertNames.Rules.Select(AlertNames.Of)],
        [.. options.Workflows.Select(rule => new WatchedWorkflows(rule.Name, rule.Workflow, rule.Threshold ?? options.Threshold, (long)rule.For.TotalSeconds, rule.IsEnabled))],
        [.. options.Receivers.Select(static receiver => new AlertReceiver(receiver.Name, receiver.Type.ToString().ToLowerInvariant()))],
        [.. options.Silences.Select(silence => new AlertSilence(
            silence.Name, silence.Workflow, silence.Rule is AlertRule rule ? AlertNames.Of(rule) : null, silence.From?.UtcDateTime, silence.To?.UtcDateTime, silence.HoldsAt(now)))]);
}
