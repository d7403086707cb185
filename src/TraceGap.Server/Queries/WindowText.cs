using System.Globalization;

namespace TraceGap.Server.Queries;

/// <summary>Durations and times as people write them in queries and configuration.</summary>
public static class WindowText
{
    private static readonly (string Unit, long Nanos)[] Units =
    [
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("m", 60_000_000_000),
        ("h", 3_600_000_000_000),
        ("d", 86_400_000_000_000),
        ("w", 604_800_000_000_000),
    ];

    /// <summary>Reads <c>500ms</c>, <c>90s</c>, <c>15m</c>, <c>1h</c>, <c>7d</c>, <c>2w</c>: a positive whole number and a unit.</summary>
    /// <param name="text">What to read.</param>
    /// <param name="nanos">The duration, ns; at most a hundred years.</param>
    public static bool TryParseDuration(string text, out long nanos)
    {
        const long HundredYears = 36_525L * 86_400_000_000_000;
        foreach ((string unit, long unitNanos) in Units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && long.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long count)
                && count > 0 && count <= HundredYears / unitNanos)
            {
                nanos = count * unitNanos;
                return true;
            }
        }

        nanos = 0;
        return false;
    }

    /// <summary>Reads a time: RFC 3339 (<c>2026-11-20T10:00:00Z</c>), or seconds since the Unix epoch.</summary>
    /// <param name="text">What to read.</param>
    /// <param name="unixNanos">The time, ns since the Unix epoch.</param>
    public static bool TryParseTime(string text, out long unixNanos)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds <= long.MaxValue / 1_000_000_000)
        {
            unixNanos = seconds * 1_000_000_000;
            return true;
        }

        bool read = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            && time >= DateTimeOffset.UnixEpoch && time.Year < 2262;
        unixNanos = read ? (time - DateTimeOffset.UnixEpoch).Ticks * 100 : 0;
        return read;
    }
}
