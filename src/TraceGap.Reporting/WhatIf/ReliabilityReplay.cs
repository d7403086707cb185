using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>Reliability before and after, on the outcome table of the whole window. Groups are averaged as <see cref="ReliabilityMean"/> does.</summary>
internal static class ReliabilityReplay
{
    /// <summary>Both reliabilities.</summary>
    /// <param name="input">The window.</param>
    /// <param name="selection">What of it is asked for.</param>
    /// <param name="rescues">What the changes do for steps.</param>
    public static ReliabilityProjection Of(ReportInput input, WindowSelection selection, Rescues rescues)
    {
        ReliabilityReport before = ReliabilityMean.Of(selection.Estimate(input));
        Changed[] after = [.. selection.Groups.Where(static group => group.KnownSum.Weight > 0).Select(group => Of(group, rescues))];
        return new ReliabilityProjection(
            new ReliabilityShift(
                new Estimate(before.Observed.Value, before.Observed.Low, before.Observed.High),
                Mean(after, static group => group.Observed, static group => group.ObservedVariance)),
            new ReliabilityShift(before.Theoretical, Mean(after, static group => group.Theoretical, static group => group.TheoreticalVariance)));
    }

    private static Changed Of(WindowGroup group, Rescues rescues)
    {
        OutcomeTable table = OutcomeTableBuilder.Build(group.Known, Granularity.Step, withRecovery: true);
        Scenario scenario = Scenario.Of(table);
        Tally tally = new(scenario);
        Rescue[] byKey = [.. table.Keys.Select(rescues.Of)];
        RescuedRuns observed = new(scenario, tally, row => Probability(row, byKey));
        PathProduct product = new(table, tally, Improved(tally.Reliabilities(tally.OwnFailures), byKey));
        product.Differentiate();
        return new Changed(
            table.Rows.Sum(static row => row.Count),
            tally.Total,
            observed.Value,
            observed.Variance(),
            product.Value,
            product.Variance(scenario, step => step.OwnFailures * (1 - byKey[step.Key].OfFailure), static _ => 0, sign: 1));
    }

    private static double[] Improved(double[] reliabilities, Rescue[] byKey)
    {
        for (int key = 0; key < reliabilities.Length; key++)
        {
            reliabilities[key] += (1 - reliabilities[key]) * byKey[key].OfFailure;
        }

        return reliabilities;
    }

    /// <summary>That a failed trace is rescued: from all failures that it did not survive, or, lost silently, at any degraded step.</summary>
    private static double Probability(OutcomeRow row, Rescue[] byKey)
    {
        double rescued = 1;
        double uncaught = 1;
        bool hasUnrecovered = false;
        foreach (RowStep step in row.Steps)
        {
            int unrecovered = step.OwnFailures - step.Recovered;
            if (unrecovered > 0)
            {
                hasUnrecovered = true;
                rescued *= Math.Pow(byKey[step.Key].OfFailure, unrecovered);
            }

            uncaught *= step.Degraded > 0 ? 1 - byKey[step.Key].OfSilence : 1;
        }

        return row.HasUnrecovered ? (hasUnrecovered ? rescued : 0) : 1 - uncaught;
    }

    private static Estimate Mean(Changed[] groups, Func<Changed, double> value, Func<Changed, double> variance)
    {
        if (groups.Length == 0)
        {
            return Estimate.None;
        }

        double total = groups.Sum(static group => group.Weight);
        (double mean, double squares) = (0, 0);
        foreach (Changed group in groups)
        {
            double share = group.Weight / total;
            mean += share * value(group);
            squares += share * share * variance(group);
        }

        return Wilson.Interval(mean, squares, groups.Sum(static group => group.Traces));
    }

    /// <summary>A group with the changes.</summary>
    private readonly record struct Changed(long Traces, double Weight, double Observed, double ObservedVariance, double Theoretical, double TheoreticalVariance);
}
