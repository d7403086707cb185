namespace TraceGap.Reporting.Alerts;

/// <summary>What a workflow is held to.</summary>
/// <param name="Threshold">θ: share of requests that may fail beyond what the steps explain.</param>
/// <param name="ForMinutes">How long a condition must hold before it fires; 0, since the scan is the debounce.</param>
/// <param name="IsEnabled">Whether the workflow is watched.</param>
public sealed record AlertPolicy(double Threshold, long ForMinutes, bool IsEnabled)
{
    /// <summary>Two points, at once.</summary>
    public static AlertPolicy Default { get; } = new(0.02, 0, true);

    /// <summary>p99 may be so many times that of the week before: twice as long is no matter of taste.</summary>
    public double P99Factor { get; init; } = 2;

    /// <summary>The share that a layer has of the time may rise by so much: ten points.</summary>
    public double LayerShareRise { get; init; } = 0.1;
}
