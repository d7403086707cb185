using TraceGap.Reporting.Alerts;

namespace TraceGap.Reporting.Tests.Alerts;

/// <summary>Traces and silent failures by minute, with sums from the start so that a window costs two subtractions.</summary>
internal sealed class SimulatedTraffic
{
    private readonly double[] _traces;
    private readonly double[] _lost;

    /// <summary>Draws.</summary>
    /// <param name="random">Luck.</param>
    /// <param name="minutes">How many minutes.</param>
    /// <param name="rate">Expected traces by minute.</param>
    /// <param name="loss">Probability of a loss by minute.</param>
    public SimulatedTraffic(Random random, int minutes, Func<int, double> rate, Func<int, double> loss)
    {
        _traces = new double[minutes + 1];
        _lost = new double[minutes + 1];
        for (int minute = 0; minute < minutes; minute++)
        {
            double lost = Poisson(random, rate(minute) * loss(minute));
            _traces[minute + 1] = _traces[minute] + lost + Poisson(random, rate(minute) * (1 - loss(minute)));
            _lost[minute + 1] = _lost[minute] + lost;
        }
    }

    public int Minutes => _traces.Length - 1;

    /// <summary>Traces of a minute.</summary>
    public double Traces(int minute) => _traces[minute + 1] - _traces[minute];

    /// <summary>Losses of a minute.</summary>
    public double Lost(int minute) => _lost[minute + 1] - _lost[minute];

    /// <summary>Losses of the windows that end with a minute.</summary>
    public void Fill(int minute, WindowLoss[] windows)
    {
        for (int i = 0; i < windows.Length; i++)
        {
            int length = ScanWindows.Minutes[i];
            int from = Math.Max(0, minute + 1 - length);
            double traces = _traces[minute + 1] - _traces[from];
            windows[i] = new WindowLoss(length, traces, traces > 0 ? (_lost[minute + 1] - _lost[from]) / traces : 0);
        }
    }

    private static double Poisson(Random random, double mean)
    {
        if (mean > 50)
        {
            return Math.Max(0, Math.Round(mean + (Math.Sqrt(mean) * Normal(random))));
        }

        double limit = Math.Exp(-mean);
        double product = random.NextDouble();
        int count = 0;
        while (product > limit)
        {
            product *= random.NextDouble();
            count++;
        }

        return count;
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
