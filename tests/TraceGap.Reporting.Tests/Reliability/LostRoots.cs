using System.Globalization;

namespace TraceGap.Reporting.Tests;

/// <summary>What many windows say where the outcome of some failed runs is unknown.</summary>
internal sealed class LostRoots(KnownWorld world, int traces)
{
    private readonly List<ReliabilityReport> _reports = [];

    public Mean Observed => Mean.Of([.. _reports.Select(static report => report.Observed.Value!.Value)]);

    public Mean WorstObserved => Mean.Of([.. _reports.Select(static report => report.Observed.Worst!.Value)]);

    public Mean BestObserved => Mean.Of([.. _reports.Select(static report => report.Observed.Best!.Value)]);

    public Mean Divergence => Mean.Of([.. _reports.Select(static report => report.Divergence.Value!.Value)]);

    public Mean WorstDivergence => Mean.Of([.. _reports.Select(static report => report.Divergence.Worst!.Value)]);

    public Mean BestDivergence => Mean.Of([.. _reports.Select(static report => report.Divergence.Best!.Value)]);

    /// <summary>Windows whose bounds of observed do not have the value between them.</summary>
    public int OutOfOrder => _reports.Count(static report => !(report.Observed.Worst <= report.Observed.Value && report.Observed.Value <= report.Observed.Best));

    /// <summary>Windows whose divergence is called significant.</summary>
    public int Significant => _reports.Count(static report => report.Divergence.Significant);

    public static LostRoots Of(KnownWorld world, int traces, int windows)
    {
        LostRoots lost = new(world, traces);
        for (int seed = 0; seed < windows; seed++)
        {
            lost._reports.Add(ReliabilityMean.Of([ReliabilityEstimator.Estimate(world.Sample(traces, seed), EstimatorOptions.Default)!]));
        }

        return lost;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"| {world.Name} | {traces:N0} | {world.Observed:0.0000} | {Observed.Value:0.0000} | {WorstObserved.Value:0.0000} | {BestObserved.Value:0.0000} | {Coverage.Points(new Mean(world.Observed - world.Theoretical, 0))} | {Coverage.Points(Divergence)} | {Coverage.Points(WorstDivergence)} | {Coverage.Points(BestDivergence)} | {Significant} of {_reports.Count:N0} |");
}
