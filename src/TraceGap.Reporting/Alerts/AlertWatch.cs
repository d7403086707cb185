namespace TraceGap.Reporting.Alerts;

/// <summary>What is watched, and who is told. Holds no address and no secret.</summary>
/// <param name="Enabled">Whether anything is watched.</param>
/// <param name="Threshold">Share of requests that may fail beyond what the steps explain, where no exception says otherwise.</param>
/// <param name="P99Factor">How many times that of the week before p99 may be, likewise.</param>
/// <param name="LayerShareRise">By how much the share that a layer has of the time may rise against the week before, likewise.</param>
/// <param name="Rules">Names of all rules.</param>
/// <param name="Workflows">Exceptions; the first whose glob matches decides.</param>
/// <param name="Objectives">What workflows are held to as a whole; the first whose glob matches decides.</param>
/// <param name="Receivers">Who is told.</param>
/// <param name="Silences">When nobody is told.</param>
public sealed record AlertWatch(
    bool Enabled,
    double Threshold,
    double P99Factor,
    double LayerShareRise,
    IReadOnlyList<string> Rules,
    IReadOnlyList<WatchedWorkflows> Workflows,
    IReadOnlyList<WatchedObjective> Objectives,
    IReadOnlyList<AlertReceiver> Receivers,
    IReadOnlyList<AlertSilence> Silences);

/// <summary>What some workflows are held to.</summary>
/// <param name="Name">Name of the setting.</param>
/// <param name="Match">Glob of workflows.</param>
/// <param name="Threshold">Share that may be lost.</param>
/// <param name="P99Factor">How many times that of the week before p99 may be.</param>
/// <param name="LayerShareRise">By how much the share that a layer has of the time may rise.</param>
/// <param name="ForSeconds">How long a condition must hold before it fires.</param>
/// <param name="Enabled">Whether they are watched.</param>
public sealed record WatchedWorkflows(string Name, string Match, double Threshold, double P99Factor, double LayerShareRise, long ForSeconds, bool Enabled);

/// <summary>What some workflows are held to as a whole, each by itself.</summary>
/// <param name="Name">Name of the setting.</param>
/// <param name="Match">Glob of workflows.</param>
/// <param name="Target">Share of requests that shall end ok.</param>
/// <param name="Window">Length of the rolling window, such as <c>30d</c>.</param>
public sealed record WatchedObjective(string Name, string Match, double Target, string Window);

/// <summary>A receiver of notifications.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What it is: <c>alertmanager</c>, <c>webhook</c> or <c>slack</c>.</param>
public sealed record AlertReceiver(string Name, string Type);

/// <summary>When nobody is told of what fires.</summary>
/// <param name="Name">Name of the setting.</param>
/// <param name="Workflow">Glob of workflows.</param>
/// <param name="Rule">The rule; null for all.</param>
/// <param name="From">Start (UTC); null for always.</param>
/// <param name="To">End (UTC); null for never.</param>
/// <param name="Active">Whether it holds now.</param>
public sealed record AlertSilence(string Name, string Workflow, string? Rule, DateTime? From, DateTime? To, bool Active);
