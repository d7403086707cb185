namespace TraceGap.Server.Alerts.Delivery;

/// <summary>Time between attempts: doubles from a second to five minutes, each somewhere in the upper half of that, so that receivers that fail together are not tried together.</summary>
internal static class Backoff
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>How long to wait.</summary>
    /// <param name="attempts">Attempts that failed, at least 1.</param>
    /// <param name="luck">0 to 1.</param>
    public static TimeSpan After(int attempts, double luck)
    {
        double seconds = Math.Min(Math.Pow(2, Math.Min(attempts - 1, 30)), Longest.TotalSeconds);
        return TimeSpan.FromSeconds(seconds * (0.5 + (luck / 2)));
    }
}
