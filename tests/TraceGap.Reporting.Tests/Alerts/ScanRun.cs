using TraceGap.Reporting.Alerts;

namespace TraceGap.Reporting.Tests.Alerts;

/// <summary>A rule over simulated traffic, minute by minute, as it is evaluated live.</summary>
internal static class ScanRun
{
    public const double Threshold = 0.02;

    /// <summary>The scan of one workflow whose losses are independent.</summary>
    public static ScanCalibration Calibration(double rate, double variance = 0) => ScanCalibration.Of(Threshold, variance, rate, workflows: 1);

    /// <summary>The minutes at which the alert fired.</summary>
    public static List<int> Firings(SimulatedTraffic traffic, ScanCalibration calibration, int from) => [.. Changes(traffic, calibration, from, AlertStatus.Firing)];

    /// <summary>The first minute from <paramref name="from"/> on at which the alert enters a status; null if it never does.</summary>
    public static int? First(SimulatedTraffic traffic, ScanCalibration calibration, int from, AlertStatus status)
    {
        foreach (int minute in Changes(traffic, calibration, from, status))
        {
            return minute;
        }

        return null;
    }

    private static IEnumerable<int> Changes(SimulatedTraffic traffic, ScanCalibration calibration, int from, AlertStatus status)
    {
        WindowLoss[] windows = new WindowLoss[ScanWindows.Minutes.Count];
        AlertPosition position = AlertPosition.Start;
        for (int minute = from; minute < traffic.Minutes; minute++)
        {
            if (traffic.Traces(minute) == 0)
            {
                continue;
            }

            traffic.Fill(minute, windows);
            (AlertVerdict verdict, ScanFinding? finding) = ScanRule.Evaluate(windows, calibration, position, minute);
            AlertStatus before = position.Status;
            position = AlertMachine.Next(position, verdict, minute, forMinutes: 0, finding?.Window.Minutes ?? 0).Position;
            if (position.Status == status && before != status)
            {
                yield return minute;
            }
        }
    }
}
