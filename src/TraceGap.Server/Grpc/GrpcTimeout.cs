using System.Globalization;

namespace TraceGap.Server.Grpc;

/// <summary>Reads the <c>grpc-timeout</c> header: at most eight digits and a unit, <c>H M S m u n</c> (gRPC over HTTP/2, "Requests").</summary>
internal static class GrpcTimeout
{
    private const int MaxDigits = 8;

    /// <summary>Timers end below 50 days; a longer timeout is none.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    /// <summary>Reads <paramref name="text"/>. A duration of more than 30 days reads as <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
    /// <returns>False if the text is malformed.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan timeout)
    {
        timeout = Timeout.InfiniteTimeSpan;
        if (text.Length is < 2 or > MaxDigits + 1
            || !long.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out long amount)
            || TicksPerHundredUnits(text[^1]) is not { } ticks)
        {
            return false;
        }

        // Eight digits of hours are 3.6e20 hundredths of ticks: more than 64 bits hold.
        Int128 total = (Int128)amount * ticks / 100;
        timeout = total > Longest.Ticks ? Timeout.InfiniteTimeSpan : new TimeSpan((long)total);
        return true;
    }

    // A nanosecond is a hundredth of a tick.
    private static long? TicksPerHundredUnits(char unit) => unit switch
    {
        'H' => TimeSpan.TicksPerHour * 100,
        'M' => TimeSpan.TicksPerMinute * 100,
        'S' => TimeSpan.TicksPerSecond * 100,
        'm' => TimeSpan.TicksPerMillisecond * 100,
        'u' => TimeSpan.TicksPerMicrosecond * 100,
        'n' => 1,
        _ => null,
    };
}
