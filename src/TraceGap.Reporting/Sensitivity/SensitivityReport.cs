namespace TraceGap.Reporting;

/// <summary>Which step buys most: what end-to-end reliability would be if one step, or one layer, never failed of its own.</summary>
/// <param name="Window">The window that the figures cover.</param>
/// <param name="Workflow">The workflow, or null for all of them.</param>
/// <param name="Observed">Observed reliability as it is; null without data.</param>
/// <param name="Theoretical">Theoretical reliability as it is; null without data.</param>
/// <param name="Layers">Layers that fail of their own; those that buy most first.</param>
/// <param name="Steps">Step keys that fail of their own, likewise.</param>
public sealed record SensitivityReport(
    ReportWindow Window, string? Workflow, double? Observed, double? Theoretical, IReadOnlyList<Sensitivity> Layers, IReadOnlyList<Sensitivity> Steps);

/// <summary>What one part would buy.</summary>
/// <param name="Part">Name of the layer, or the step key as text.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Reliability">Own successes / executions, as they are.</param>
/// <param name="Observed">Observed reliability if it never failed.</param>
/// <param name="ObservedGain">That − as it is. Failures that the run survives anyway buy nothing.</param>
/// <param name="Theoretical">Theoretical reliability if it never failed.</param>
/// <param name="TheoreticalGain">That − as it is.</param>
/// <param name="PerPoint">Observed gain for one point of the part's own reliability; null without failures.</param>
public sealed record Sensitivity(
    string Part, string Layer, double? Reliability, double Observed, double ObservedGain, double Theoretical, double TheoreticalGain, double? PerPoint);
