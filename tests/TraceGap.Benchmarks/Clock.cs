namespace TraceGap.Benchmarks;

/// <summary>The wall clock in the units of OTLP.</summary>
internal static class Clock
{
    public static long UnixNanos() => (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
}
