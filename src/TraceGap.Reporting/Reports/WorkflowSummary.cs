namespace TraceGap.Reporting;

/// <summary>The workflows of a window.</summary>
/// <param name="Window">The window that the figures cover.</param>
/// <param name="Workflows">Workflows; most traces first.</param>
public sealed record WorkflowList(ReportWindow Window, IReadOnlyList<WorkflowSummary> Workflows);

/// <summary>One workflow in a few figures.</summary>
/// <param name="Workflow">The workflow.</param>
/// <param name="Service">Service of the root; several are joined by a comma.</param>
/// <param name="Environments">Environments in which it ran, ordinal order; the empty name is that of traces that name none.</param>
/// <param name="Traces">All traces, whatever their outcome.</param>
/// <param name="Ok">Of those, ok.</param>
/// <param name="Failed">Of those, failed.</param>
/// <param name="Observed">ok / (ok + failed).</param>
/// <param name="Theoretical">What the steps' own reliabilities multiply to.</param>
/// <param name="Divergence">Observed − theoretical.</param>
/// <param name="P50">Median end-to-end latency, ms.</param>
/// <param name="P95">95th percentile of end-to-end latency, ms.</param>
/// <param name="P99">99th percentile of end-to-end latency, ms.</param>
public sealed record WorkflowSummary(
    string Workflow,
    string Service,
    IReadOnlyList<string> Environments,
    long Traces,
    long Ok,
    long Failed,
    ObservedReliability Observed,
    Estimate Theoretical,
    Divergence Divergence,
    double? P50,
    double? P95,
    double? P99);
