namespace TraceGap.Reporting.Tests.Alerts;

/// <summary>
/// Page's CUSUM with the log likelihood ratio of 7 % against the threshold, traces by weight: the detector that knows which loss will come. Its limit is set by simulation, so that at the
/// threshold it alarms at most once in 95 % of months, starting again after each alarm.
/// </summary>
internal static class TunedCusum
{
    private const double After = 0.07;
    private const int Month = 30 * 1440;
    private const int Months = 200;

    private static readonly double Lost = Math.Log(After / ScanRun.Threshold);
    private static readonly double Kept = Math.Log((1 - After) / (1 - ScanRun.Threshold));

    /// <summary>The first minute at which it alarms; null if it never does.</summary>
    public static int? First(SimulatedTraffic traffic, double limit, int from)
    {
        double sum = 0;
        for (int minute = 0; minute < traffic.Minutes; minute++)
        {
            sum = Next(sum, traffic, minute);
            if (sum > limit && minute >= from)
            {
                return minute;
            }

            sum = sum > limit ? 0 : sum;
        }

        return null;
    }

    /// <summary>The limit.</summary>
    public static double LimitFor(Traffic traffic)
    {
        SimulatedTraffic[] months = new SimulatedTraffic[Months];
        Parallel.For(0, Months, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i => months[i] = new SimulatedTraffic(new Random(104729 * (i + 1)), Month, traffic, static _ => ScanRun.Threshold));
        double low = 0.5;
        double high = 500;
        while (high - low > 0.01 * low)
        {
            double middle = Math.Sqrt(low * high);
            bool isEnough = months.Count(month => Alarms(month, middle) <= 1) >= 0.95 * Months;
            (low, high) = isEnough ? (low, middle) : (middle, high);
        }

        return high;
    }

    private static int Alarms(SimulatedTraffic traffic, double limit)
    {
        double sum = 0;
        int alarms = 0;
        for (int minute = 0; minute < traffic.Minutes; minute++)
        {
            sum = Next(sum, traffic, minute);
            if (sum > limit)
            {
                alarms++;
                sum = 0;
            }
        }

        return alarms;
    }

    private static double Next(double sum, SimulatedTraffic traffic, int minute) =>
        Math.Max(0, sum + (traffic.Lost(minute) * Lost) + ((traffic.Weight(minute) - traffic.Lost(minute)) * Kept));
}
