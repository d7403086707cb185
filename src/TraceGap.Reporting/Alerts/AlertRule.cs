namespace TraceGap.Reporting.Alerts;

/// <summary>What an alert is about.</summary>
public enum AlertRule
{
    /// <summary>More requests fail than the reliabilities of the steps explain.</summary>
    Divergence,

    /// <summary>Requests fail with no step to blame; recovery elsewhere cannot hide it.</summary>
    Silent,
}

/// <summary>Names of rules, statuses and the like as they are written everywhere: in answers, labels and configuration.</summary>
public static class AlertNames
{
    /// <summary>All rules, in order.</summary>
    public static IReadOnlyList<AlertRule> Rules { get; } = Enum.GetValues<AlertRule>();

    /// <summary>The name of a rule.</summary>
    public static string Of(AlertRule rule) => rule.ToString().ToLowerInvariant();

    /// <summary>The name of a status.</summary>
    public static string Of(AlertStatus status) => status.ToString().ToLowerInvariant();

    /// <summary>Reads the name of a status.</summary>
    public static AlertStatus Status(string name) => Enum.Parse<AlertStatus>(name, ignoreCase: true);
}

/// <summary>What a workflow is held to.</summary>
/// <param name="Threshold">θ: share of requests that may fail beyond what the steps explain.</param>
/// <param name="ForMinutes">How long a condition must hold before it fires; 0, since the scan is the debounce.</param>
/// <param name="IsEnabled">Whether the workflow is watched.</param>
public sealed record AlertPolicy(double Threshold, long ForMinutes, bool IsEnabled)
{
    /// <summary>Two points, at once.</summary>
    public static AlertPolicy Default { get; } = new(0.02, 0, true);
}
