using TraceGap.Reporting.Alerts;

namespace TraceGap.Server.Alerts;

/// <summary>What a user sets about alerts.</summary>
public sealed class AlertOptions
{
    /// <summary>Whether anything is watched.</summary>
    public bool IsEnabled { get; set; } = true;

    /// <summary>Share of requests that may fail beyond what the steps explain, where no workflow rule says otherwise.</summary>
    public double Threshold { get; set; } = AlertPolicy.Default.Threshold;

    /// <summary>p99 may be so many times that of the week before, where no workflow rule says otherwise.</summary>
    public double P99Factor { get; set; } = AlertPolicy.Default.P99Factor;

    /// <summary>The share that a layer has of the time may rise by so much against the week before, where no workflow rule says otherwise.</summary>
    public double LayerShareRise { get; set; } = AlertPolicy.Default.LayerShareRise;

    /// <summary>Address under which people reach this server; links in notifications begin with it.</summary>
    public string? ExternalUrl { get; set; }

    /// <summary>Exceptions by workflow; the first whose glob matches, by name, decides.</summary>
    public IReadOnlyList<WorkflowRule> Workflows { get; set; } = [];

    /// <summary>Who is told.</summary>
    public IReadOnlyList<ReceiverOptions> Receivers { get; set; } = [];

    /// <summary>When nobody is told.</summary>
    public IReadOnlyList<Silence> Silences { get; set; } = [];

    /// <summary>What a workflow is held to.</summary>
    public AlertPolicy PolicyOf(string workflow)
    {
        WorkflowRule? rule = Workflows.FirstOrDefault(rule => Glob.Matches(rule.Workflow, workflow));
        return new AlertPolicy(rule?.Threshold ?? Threshold, (long)(rule?.For ?? TimeSpan.Zero).TotalMinutes, rule?.IsEnabled ?? true)
        {
            P99Factor = rule?.P99Factor ?? P99Factor,
            LayerShareRise = rule?.LayerShareRise ?? LayerShareRise,
        };
    }
}

/// <summary>What some workflows are held to.</summary>
/// <param name="Name">Name of the setting.</param>
/// <param name="Workflow">Glob of workflows.</param>
/// <param name="Threshold">Share that may be lost; null for the common one.</param>
/// <param name="For">How long a condition must hold before it fires.</param>
/// <param name="IsEnabled">Whether they are watched.</param>
/// <param name="P99Factor">How many times that of the week before p99 may be; null for the common factor.</param>
/// <param name="LayerShareRise">Rise of a layer's share that is tolerated; null for the common one.</param>
public sealed record WorkflowRule(string Name, string Workflow, double? Threshold, TimeSpan For, bool IsEnabled, double? P99Factor = null, double? LayerShareRise = null);

/// <summary>How a receiver is spoken to.</summary>
public enum ReceiverType
{
    /// <summary>Alertmanager's API v2.</summary>
    Alertmanager,

    /// <summary>JSON by POST, signed.</summary>
    Webhook,

    /// <summary>What Slack and those like it take at an incoming webhook.</summary>
    Slack,
}

/// <summary>A receiver of notifications.</summary>
/// <param name="Name">Its name in logs, metrics and answers.</param>
/// <param name="Type">How it is spoken to.</param>
/// <param name="Url">Where it is; of an Alertmanager the address without <c>/api/v2</c>.</param>
/// <param name="Secret">Key of the signature of a webhook; null for none.</param>
public sealed record ReceiverOptions(string Name, ReceiverType Type, Uri Url, string? Secret);

/// <summary>When nobody is told of what fires.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Workflow">Glob of workflows.</param>
/// <param name="Rule">The rule; null for all.</param>
/// <param name="From">Start; null for always.</param>
/// <param name="To">End; null for never.</param>
public sealed record Silence(string Name, string Workflow, AlertRule? Rule, DateTimeOffset? From, DateTimeOffset? To)
{
    /// <summary>Whether it holds for an alert at a time.</summary>
    public bool Covers(string workflow, AlertRule rule, DateTimeOffset at) =>
        Glob.Matches(Workflow, workflow) && (Rule is null || Rule == rule) && HoldsAt(at);

    /// <summary>Whether a time lies in it.</summary>
    public bool HoldsAt(DateTimeOffset at) => !(at < From) && !(at >= To);
}
