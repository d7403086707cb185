using Spectre.Console;
using TraceGap.Reporting;

namespace TraceGap.Rendering;

/// <summary>What a reader must know to trust the figures; nothing where all is well.</summary>
internal static class Footnotes
{
    private const long SmallSample = 100;

    public static void Write(IAnsiConsole console, Report report)
    {
        List<string> notes = [.. Notes(report)];
        if (notes.Count == 0)
        {
            return;
        }

        ReportView.Title(console, "Notes");
        foreach (string note in notes)
        {
            console.Write(new Padder(new Text(note), new Padding(2, 0, 0, 0)));
        }
    }

    private static IEnumerable<string> Notes(Report report)
    {
        TraceCounts traces = report.Traces;
        ReliabilityReport reliability = report.Reliability;
        long rated = traces.Ok + traces.Failed;
        if (rated < SmallSample)
        {
            yield return $"Small sample: {Figures.Count(rated)} traces are ok or failed; below {SmallSample} no divergence is called significant.";
        }

        if (traces.Unknown > 0)
        {
            yield return $"{Figures.Count(traces.Unknown)} traces closed without a root, outcome unknown: observed is {Figures.Percent(reliability.Observed.Worst)} if all of them "
                + $"failed, {Figures.Percent(reliability.Observed.Best)} if none did; divergence {Figures.Points(reliability.Divergence.Worst)} to {Figures.Points(reliability.Divergence.Best)} points.";
        }

        if (traces.Open > 0)
        {
            yield return $"{Figures.Count(traces.Open)} traces are still open and in no rate.";
        }

        if (traces.Inferred > 0)
        {
            yield return $"{Figures.Count(traces.Inferred)} outcomes are inferred from structure, not told by the root.";
        }

        if (traces.Revised > 0)
        {
            yield return $"{Figures.Count(traces.Revised)} traces were analysed again after late spans.";
        }

        if (reliability.UpperBound)
        {
            yield return "Theoretical is an upper bound: on some path every trace was cut short, so nothing shows how it goes on.";
        }

        if (reliability.PathSample < rated)
        {
            yield return $"Paths are a sample of {Figures.Count(reliability.PathSample)} traces; counts and rates cover all.";
        }

        if (report.RuleSets.Count > 1)
        {
            yield return $"The window mixes traces of {report.RuleSets.Count} rule sets: {string.Join(", ", report.RuleSets.Select(static set => $"{set.Id} since {set.Since:yyyy-MM-dd HH:mm:ss}"))} UTC. A changed rule applies to traces that are analysed afterwards.";
        }

        if (report.Weighted is WeightedCounts weighted)
        {
            yield return $"Traces are sampled: rates use weights, as for {weighted.Total:N0} traces ({weighted.Ok:N0} ok, {weighted.Failed:N0} failed).";
        }

        if (report.Overflow)
        {
            yield return "Too many different names: some traces count under no key of their own.";
        }
    }
}
