using TraceGap.Server.Queries;

namespace TraceGap.Server.Telemetry.Workflows;

/// <summary>A window that gauges are about.</summary>
/// <param name="Name">Its name in labels.</param>
/// <param name="Minutes">Its length.</param>
internal sealed record FigureWindow(string Name, int Minutes)
{
    private static readonly TimeSpan Youngest = TimeSpan.FromSeconds(10);

    /// <summary>The windows, shortest first.</summary>
    public static IReadOnlyList<FigureWindow> All { get; } = [new("5m", 5), new("1h", 60), new("1d", 1440)];

    /// <summary>How long figures are given again before they are computed anew: a hundredth of the window, in which they can hardly change.</summary>
    public TimeSpan MaxAge => TimeSpan.FromMinutes(Minutes / 100.0) is { } age && age > Youngest ? age : Youngest;

    /// <summary>How long it is believed that there are none.</summary>
    public static TimeSpan MaxAgeOfNothing => Youngest;

    /// <summary>The last whole minutes of which everything is analysed.</summary>
    public EventWindow Until(long analysedUntilUnixNanos)
    {
        long end = analysedUntilUnixNanos / EventWindow.MinuteNanos;
        return new EventWindow(end - Minutes, end);
    }
}
