namespace TraceGap.Server.Queries;

/// <summary>A half-open window of event time in whole minutes.</summary>
/// <param name="FromMinute">First minute, minutes since the Unix epoch.</param>
/// <param name="ToMinute">The minute behind the last one.</param>
public readonly record struct EventWindow(long FromMinute, long ToMinute)
{
    /// <summary>Length of a minute, ns.</summary>
    public const long MinuteNanos = 60_000_000_000;

    private const long DefaultLengthNanos = 60 * MinuteNanos;

    /// <summary>Start, ns since the Unix epoch, included.</summary>
    public long FromUnixNanos => FromMinute * MinuteNanos;

    /// <summary>End, ns since the Unix epoch, excluded.</summary>
    public long ToUnixNanos => ToMinute * MinuteNanos;

    /// <summary>Reads a window: <c>from</c> and <c>to</c> where given, else <c>window</c> before <c>to</c> or behind <c>from</c>; by default the hour that ends now. Widens to whole minutes.</summary>
    /// <param name="query">What was asked.</param>
    /// <param name="nowUnixNanos">Now.</param>
    /// <param name="window">The window.</param>
    /// <returns>What is wrong with it, naming the parameter; null if all is well.</returns>
    public static string? Read(ReportQuery query, long nowUnixNanos, out EventWindow window)
    {
        window = default;
        long length = DefaultLengthNanos;
        if (query.Window is not null && !WindowText.TryParseDuration(query.Window, out length))
        {
            return $"window: \"{query.Window}\" is no duration; write 15m, 1h or 7d";
        }

        if (query is { Window: not null, From: not null, To: not null })
        {
            return "window: give two of window, from and to, not all three";
        }

        long from = 0;
        long to = 0;
        if (query.From is not null && !WindowText.TryParseTime(query.From, out from))
        {
            return $"from: \"{query.From}\" is no time; write RFC 3339 or seconds since the Unix epoch";
        }

        if (query.To is not null && !WindowText.TryParseTime(query.To, out to))
        {
            return $"to: \"{query.To}\" is no time; write RFC 3339 or seconds since the Unix epoch";
        }

        if (query.To is null)
        {
            to = query is { From: not null, Window: not null } ? Clamp((Int128)from + length) : nowUnixNanos;
        }

        if (query.From is null)
        {
            from = Math.Max(0, to - length);
        }

        if (from >= to)
        {
            return "from: must lie before to";
        }

        window = new EventWindow(from / MinuteNanos, (to / MinuteNanos) + (to % MinuteNanos == 0 ? 0 : 1));
        return null;
    }

    private static long Clamp(Int128 nanos) => nanos > long.MaxValue ? long.MaxValue : (long)nanos;
}
