namespace TraceGap.Reporting;

/// <summary>What a workflow is held to as a whole: a share of its requests that ends ok over a rolling window.</summary>
/// <param name="Name">Name of the setting.</param>
/// <param name="Target">Share that shall end ok, above 0 and below 1.</param>
/// <param name="WindowMinutes">Length of the window, minutes; at least a day.</param>
public sealed record Objective(string Name, double Target, int WindowMinutes)
{
    /// <summary>The window where none is set: 30 days.</summary>
    public const int DefaultWindowMinutes = 30 * DayMinutes;

    /// <summary>The shortest window: a day.</summary>
    public const int DayMinutes = 1440;

    /// <summary>Share that may fail: of 0.95 exactly 0.05.</summary>
    public double Budget => (double)(1 - (decimal)Target);
}
