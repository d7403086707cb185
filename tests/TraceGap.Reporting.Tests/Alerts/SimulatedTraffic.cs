using TraceGap.Reporting.Alerts;

namespace TraceGap.Reporting.Tests.Alerts;

/// <summary>Traces, silent failures and recoveries by minute, with sums from the start so that a window costs a few subtractions.</summary>
internal sealed class SimulatedTraffic
{
    private readonly Sums[] _sums;

    /// <summary>Draws.</summary>
    /// <param name="random">Luck.</param>
    /// <param name="minutes">How many minutes.</param>
    /// <param name="traffic">What it is like.</param>
    /// <param name="loss">Probability of a silent failure by minute.</param>
    public SimulatedTraffic(Random random, int minutes, Traffic traffic, Func<int, double> loss)
    {
        int phase = random.Next(1440);
        _sums = new Sums[minutes + 1];
        for (int minute = 0; minute < minutes; minute++)
        {
            double requests = traffic.Rate * traffic.Load(minute, phase);
            double lost = Math.Min(1, loss(minute) * (traffic.Bursts > 0 ? Draws.Gamma(random, traffic.Bursts) : 1));
            double recovered = traffic.Recovered(minute);
            Sums sum = _sums[minute];
            foreach (Stratum stratum in traffic.Strata)
            {
                sum = sum.With(
                    stratum.Weight,
                    Draws.Poisson(random, requests * lost * stratum.OfLost / stratum.Weight),
                    Draws.Poisson(random, requests * recovered * stratum.OfOthers / stratum.Weight),
                    Draws.Poisson(random, requests * (1 - lost - recovered) * stratum.OfOthers / stratum.Weight));
            }

            _sums[minute + 1] = sum;
        }
    }

    public int Minutes => _sums.Length - 1;

    /// <summary>Kept traces of a minute.</summary>
    public double Traces(int minute) => _sums[minute + 1].Count - _sums[minute].Count;

    /// <summary>Σw of the losses of a minute.</summary>
    public double Lost(int minute) => _sums[minute + 1].Lost - _sums[minute].Lost;

    /// <summary>Σw of a minute.</summary>
    public double Weight(int minute) => _sums[minute + 1].Weight - _sums[minute].Weight;

    /// <summary>Losses of the windows that end with a minute.</summary>
    public void Fill(AlertRule rule, int minute, OutcomeSampling? sampling, WindowLoss[] windows)
    {
        ref readonly Sums end = ref _sums[minute + 1];
        for (int i = 0; i < windows.Length; i++)
        {
            int length = ScanWindows.Minutes[i];
            WindowSums sums = end.Since(_sums[Math.Max(0, minute + 1 - length)]);
            windows[i] = rule == AlertRule.Silent ? sums.SilentLoss(length, sampling) : sums.DivergedLoss(length);
        }
    }

    /// <summary>What the scan is measured with at a minute: the trailing day, or the week below one trace a minute.</summary>
    public WorkflowBaseline? Baseline(int minute)
    {
        Sums day = Between(Math.Max(0, minute + 1 - 1440), minute + 1);
        int length = day.Count / 1440 >= WorkflowBaseline.DailyTracesPerMinute ? 1440 : 7 * 1440;
        return Between(Math.Max(0, minute + 1 - length), minute + 1).Baseline(Math.Min(length, minute + 1));
    }

    private Sums Between(int from, int to) => _sums[to] - _sums[from];

    private readonly record struct Sums(double Count, double Weight, double Squares, double Lost, double LostSquares, double Recovered, double RecoveredSquares, double LostCount)
    {
        public static Sums operator -(Sums a, Sums b) => new(
            a.Count - b.Count, a.Weight - b.Weight, a.Squares - b.Squares, a.Lost - b.Lost, a.LostSquares - b.LostSquares, a.Recovered - b.Recovered, a.RecoveredSquares - b.RecoveredSquares, a.LostCount - b.LostCount);

        public Sums With(double weight, int lost, int recovered, int others)
        {
            double square = weight * weight;
            int all = lost + recovered + others;
            return new Sums(
                Count + all, Weight + (weight * all), Squares + (square * all), Lost + (weight * lost), LostSquares + (square * lost), Recovered + (weight * recovered), RecoveredSquares + (square * recovered), LostCount + lost);
        }

        public WindowSums Since(in Sums start)
        {
            double lost = Lost - start.Lost;
            double squares = LostSquares - start.LostSquares;
            return new WindowSums(Weight - start.Weight, Squares - start.Squares, lost, squares, lost, squares, lost - Recovered + start.Recovered);
        }

        public WorkflowBaseline? Baseline(double minutes)
        {
            if (Count < WorkflowBaseline.MinTraces)
            {
                return null;
            }

            // Of a trace, 1 where it is lost, −1 where it recovered: what n·V̂ of the divergence comes to where a step that is caught is all that recovers.
            double loss = (Lost - Recovered) / Weight;
            double squares = (LostSquares * (1 - loss) * (1 - loss)) + (RecoveredSquares * (1 + loss) * (1 + loss)) + ((Squares - LostSquares - RecoveredSquares) * loss * loss);
            return new WorkflowBaseline(loss, squares / Squares, Count / minutes) { Sampling = WorkflowBaseline.SamplingOf(Since(default), (long)LostCount) };
        }
    }
}
