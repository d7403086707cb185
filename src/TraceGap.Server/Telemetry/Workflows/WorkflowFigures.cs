using TraceGap.Reporting;

namespace TraceGap.Server.Telemetry.Workflows;

/// <summary>The reports of one window.</summary>
/// <param name="Window">The window.</param>
/// <param name="Reports">A report for each of the workflows with the most traces.</param>
/// <param name="LeftOut">Workflows that have traces in the window and no report here.</param>
internal sealed record WorkflowFigures(FigureWindow Window, IReadOnlyList<Report> Reports, int LeftOut);
