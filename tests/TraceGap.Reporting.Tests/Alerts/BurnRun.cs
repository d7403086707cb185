using TraceGap.Reporting.Alerts;

namespace TraceGap.Reporting.Tests.Alerts;

/// <summary>A rule of an objective over simulated traffic, minute by minute, as it is evaluated live.</summary>
internal sealed class BurnRun
{
    private const int Minutes = 1440;

    private readonly Objective _objective;
    private readonly int[] _lengths;
    private readonly long[] _traces;
    private readonly long[] _failed;

    public BurnRun(Objective objective, SimulatedTraffic traffic)
    {
        _objective = objective;
        _lengths = BurnWindow.Lengths(objective);
        _traces = new long[traffic.Minutes + 1];
        _failed = new long[traffic.Minutes + 1];
        for (int minute = 0; minute < traffic.Minutes; minute++)
        {
            _traces[minute + 1] = _traces[minute] + (long)traffic.Traces(minute);
            _failed[minute + 1] = _failed[minute] + (long)traffic.Lost(minute);
        }
    }

    /// <summary>The objective of all simulations: 99 % over 30 days.</summary>
    public static Objective Objective { get; } = new("simulated", 0.99, 30 * Minutes);

    /// <summary>Minutes at which the rule enters a status, from a minute on.</summary>
    public IEnumerable<int> Entries(AlertRule rule, int from, AlertStatus status)
    {
        AlertPosition position = AlertPosition.Start;
        for (int minute = from; minute < _traces.Length - 1; minute++)
        {
            if (_traces[minute + 1] == _traces[minute])
            {
                continue;
            }

            RuleJudgement judged = BurnRateRule.Evaluate(StandingAt(minute), rule, position, minute, workflows: 1);
            AlertStatus before = position.Status;
            position = AlertMachine.Next(position, judged.Verdict, minute, forMinutes: 0, judged.Finding?.Window.Minutes ?? 0).Position;
            if (position.Status == status && before != status)
            {
                yield return minute;
            }
        }
    }

    private ObjectiveStanding StandingAt(int minute)
    {
        Dictionary<int, RequestSums> windows = new(_lengths.Length);
        foreach (int length in _lengths)
        {
            int from = Math.Max(0, minute + 1 - length);
            long traces = _traces[minute + 1] - _traces[from];
            windows[length] = new RequestSums((Int128)traces << 16, (Int128)traces << 32, (Int128)(_failed[minute + 1] - _failed[from]) << 16);
        }

        return new ObjectiveStanding(_objective, minute, windows);
    }
}
