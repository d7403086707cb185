using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>Binned durations in the unit of reports.</summary>
internal static class LatencyUnits
{
    /// <summary>Reports are in milliseconds.</summary>
    public const double NanosPerMillisecond = 1e6;

    /// <summary>Rates are per second.</summary>
    public const double NanosPerSecond = 1e9;

    /// <summary>A percentile of a histogram, ms; null without values.</summary>
    public static double? Milliseconds(LatencyHistogram histogram, int percent) => histogram.Percentile(percent) / NanosPerMillisecond;

    /// <summary>A duration, ns, in ms.</summary>
    public static double Of(double nanos) => nanos / NanosPerMillisecond;

    /// <summary>The exact mean, ms; null without values.</summary>
    public static double? MeanMilliseconds(LatencyHistogram histogram) =>
        histogram.Count > 0 ? (double)histogram.SumNanos / (NanosPerMillisecond * histogram.Count) : null;

    /// <summary>The geometric middle of a bin, ms.</summary>
    public static double Middle(int bin) => LatencyBins.Middle(bin) / NanosPerMillisecond;
}
