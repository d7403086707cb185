using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>Binned durations in the unit of reports.</summary>
internal static class LatencyUnits
{
    /// <summary>Reports are in milliseconds.</summary>
    public const double NanosPerMillisecond = 1e6;

    /// <summary>A percentile of a histogram, ms; null without values.</summary>
    public static double? Milliseconds(LatencyHistogram histogram, int percent) => histogram.Percentile(percent) / NanosPerMillisecond;

    /// <summary>The geometric middle of a bin, ms.</summary>
    public static double Middle(int bin) => LatencyBins.Middle(bin) / NanosPerMillisecond;
}
