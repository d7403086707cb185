using TraceGap.Reporting.Alerts;

namespace TraceGap.Reporting.Tests.Alerts;

/// <summary>A rule over simulated traffic, minute by minute, as it is evaluated live: measured anew every ten minutes by the day or the week before.</summary>
internal static class ScanRun
{
    public const double Threshold = 0.02;
    private const int MeasuredEvery = 10;

    /// <summary>The scan of one workflow whose losses are independent.</summary>
    public static ScanCalibration Calibration(double rate, double variance = 0) => ScanCalibration.Of(Threshold, variance, rate, workflows: 1);

    /// <summary>How often the alert fired.</summary>
    public static int Firings(SimulatedTraffic traffic, int from, AlertRule rule = AlertRule.Silent) => Changes(traffic, from, rule, AlertStatus.Firing).Count();

    /// <summary>The first minute from <paramref name="from"/> on at which the alert enters a status; null if it never does.</summary>
    public static int? First(SimulatedTraffic traffic, int from, AlertStatus status, AlertRule rule = AlertRule.Silent)
    {
        foreach (int minute in Changes(traffic, from, rule, status))
        {
            return minute;
        }

        return null;
    }

    private static IEnumerable<int> Changes(SimulatedTraffic traffic, int from, AlertRule rule, AlertStatus status)
    {
        WindowLoss[] windows = new WindowLoss[ScanWindows.Minutes.Count];
        AlertPosition position = AlertPosition.Start;
        WorkflowBaseline? baseline = null;
        ScanCalibration? calibration = null;
        for (int minute = from; minute < traffic.Minutes; minute++)
        {
            if ((minute - from) % MeasuredEvery == 0)
            {
                baseline = traffic.Baseline(minute);
                calibration = baseline?.Calibrate(rule, Threshold, workflows: 1);
            }

            if (traffic.Traces(minute) == 0)
            {
                continue;
            }

            traffic.Fill(rule, minute, baseline?.Sampling, windows);
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
