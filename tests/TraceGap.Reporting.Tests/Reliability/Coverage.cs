using System.Globalization;
using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

using OutcomeTableOf = Dictionary<OutcomeRecord, OutcomeWeight>;

/// <summary>What many windows of one size say about one world.</summary>
internal sealed class Coverage(KnownWorld world, string name, int traces)
{
    private readonly List<double> _biases = [];
    private readonly List<double> _divergenceBiases = [];
    private int _observed;
    private int _theoretical;
    private int _divergence;

    public double Observed => (double)_observed / _biases.Count;

    public double Theoretical => (double)_theoretical / _biases.Count;

    public double Divergence => (double)_divergence / _biases.Count;

    /// <summary>Theoretical − truth.</summary>
    public Mean Bias => Mean.Of(_biases);

    /// <summary>Divergence − truth.</summary>
    public Mean BiasOfDivergence => Mean.Of(_divergenceBiases);

    public double NarrowestWidth { get; private set; } = double.PositiveInfinity;

    /// <summary>What the terms of the decomposition lack or have too much.</summary>
    public double LargestGap { get; private set; }

    /// <summary>Simulates windows.</summary>
    /// <param name="world">The world.</param>
    /// <param name="traces">Traces of a window.</param>
    /// <param name="windows">How many.</param>
    /// <param name="reweigh">What is done to the weights of a table; null for nothing.</param>
    public static Coverage Of(KnownWorld world, int traces, int windows, Func<OutcomeTableOf, OutcomeTableOf>? reweigh = null)
    {
        Coverage coverage = new(world, reweigh is null ? world.Name : world.Name + "; weights as in Beale", traces);
        for (int seed = 0; seed < windows; seed++)
        {
            OutcomeTableOf table = world.Sample(traces, seed);
            coverage.Add(ReliabilityMean.Of([ReliabilityEstimator.Estimate(reweigh is null ? table : reweigh(table), EstimatorOptions.Default)!]));
        }

        return coverage;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"| {name} | {traces:N0} | {world.Observed:0.0000} | {world.Theoretical:0.0000} | {Points(Bias)} | {Points(BiasOfDivergence)} | {Observed:0.0 %} | {Theoretical:0.0 %} | {Divergence:0.0 %} |");

    public static string Points(Mean mean) => string.Create(CultureInfo.InvariantCulture, $"{100 * mean.Value:+0.00;−0.00;0.00}");

    private void Add(ReliabilityReport report)
    {
        double truth = world.Observed - world.Theoretical;
        _observed += Holds(report.Observed.Low, report.Observed.High, world.Observed);
        _theoretical += Holds(report.Theoretical.Low, report.Theoretical.High, world.Theoretical);
        _divergence += Holds(report.Divergence.Low, report.Divergence.High, truth);
        _biases.Add(report.Theoretical.Value!.Value - world.Theoretical);
        _divergenceBiases.Add(report.Divergence.Value!.Value - truth);
        NarrowestWidth = new[]
        {
            NarrowestWidth,
            report.Observed.High!.Value - report.Observed.Low!.Value,
            report.Theoretical.High!.Value - report.Theoretical.Low!.Value,
            report.Divergence.High!.Value - report.Divergence.Low!.Value,
        }.Min();
        Decomposition terms = report.Decomposition;
        double sum = (report.TheoreticalPerAttempt.Value + terms.Retries + terms.Dependence + terms.Recovered + terms.Silent)!.Value;
        LargestGap = Math.Max(LargestGap, Math.Abs(sum - report.Observed.Value!.Value));
    }

    private static int Holds(double? low, double? high, double truth) => low - 1e-12 <= truth && truth <= high + 1e-12 ? 1 : 0;
}
