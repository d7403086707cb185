namespace TraceGap.Reporting.Alerts;

/// <summary>What an alert is about.</summary>
public enum AlertRule
{
    /// <summary>More requests fail than the reliabilities of the steps explain.</summary>
    Divergence,

    /// <summary>Requests fail with no step to blame; recovery elsewhere cannot hide it.</summary>
    Silent,

    /// <summary>The error budget of the objective is spent so fast that somebody must look at once.</summary>
    BurnRate,

    /// <summary>It is spent faster than the objective allows, and there is time until the next working day.</summary>
    SlowBurn,

    /// <summary>More requests fail beyond what the steps explain than did in the week before.</summary>
    Shift,

    /// <summary>The slowest requests take longer than they did in the week before.</summary>
    P99,

    /// <summary>A layer takes a greater part of the time than it did in the week before.</summary>
    LayerShare,
}

/// <summary>Names of rules, statuses and the like as they are written everywhere: in answers, labels and configuration.</summary>
public static class AlertNames
{
    /// <summary>Severity of what somebody is woken for.</summary>
    public const string Critical = "critical";

    /// <summary>Severity of what can wait until the next working day.</summary>
    public const string Warning = "warning";

    /// <summary>All rules, in order.</summary>
    public static IReadOnlyList<AlertRule> Rules { get; } = Enum.GetValues<AlertRule>();

    /// <summary>The name of a rule.</summary>
    public static string Of(AlertRule rule) => rule switch
    {
        AlertRule.BurnRate => "burn_rate",
        AlertRule.SlowBurn => "slow_burn",
        AlertRule.LayerShare => "layer_share",
        _ => rule.ToString().ToLowerInvariant(),
    };

    /// <summary>The name of a status.</summary>
    public static string Of(AlertStatus status) => status.ToString().ToLowerInvariant();

    /// <summary>How urgent a rule is: what costs requests beyond what is tolerated wakes people, what only changed does not.</summary>
    public static string SeverityOf(AlertRule rule) => rule is AlertRule.Divergence or AlertRule.Silent or AlertRule.BurnRate ? Critical : Warning;

    /// <summary>Reads the name of a status.</summary>
    public static AlertStatus Status(string name) => Enum.Parse<AlertStatus>(name, ignoreCase: true);
}
