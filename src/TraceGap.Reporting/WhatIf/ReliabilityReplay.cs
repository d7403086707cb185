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
                Mean(after, static group => group.Observed, static group => group.ObservedTrials)),
            new ReliabilityShift(before.Theoretical, Mean(after, static group => group.Theoretical, static group => group.TheoreticalTrials)));
    }

    private static Changed Of(WindowGroup group, Rescues rescues)
    {
        OutcomeTable table = OutcomeTableBuilder.Build(group.Known, Granularity.Step, withRecovery: true);
        Rescue[] byKey = [.. table.Keys.Select(rescues.Of)];
        Scenario scenario = Scenario.Of(table);
        Tally tally = new(scenario);
        long traces = table.Rows.Sum(static row => row.Count);
        Changed changed = Of(scenario, tally, byKey, traces);
        UnequalWeights weights = UnequalWeights.Of(tally.Total, traces, GhostTraces.LargestWeight(table));
        if (!weights.Any)
        {
            return changed;
        }

        Scenario haunted = Scenario.Of(table, withGhosts: true);
        Changed ghosted = Of(haunted, new Tally(haunted), byKey, traces);
        return changed with
        {
            ObservedTrials = weights.Trials(changed.ObservedTrials, ghosted.ObservedTrials),
            TheoreticalTrials = weights.Trials(changed.TheoreticalTrials, ghosted.TheoreticalTrials),
        };
    }

    private static Changed Of(Scenario scenario, Tally tally, Rescue[] byKey, long traces)
    {
        RescuedRuns observed = new(scenario, tally, row => Probability(row, byKey));
        PathProduct product = new(scenario.Table, tally, Improved(tally.Reliabilities(tally.OwnFailures), byKey));
        product.Differentiate();
        double variance = product.Variance(scenario, step => step.OwnFailures * (1 - byKey[step.Key].OfFailure), static _ => 0, sign: 1);
        return new Changed(
            tally.Total, observed.Value, Wilson.Trials(observed.Value, observed.Variance(), traces), product.Value, Wilson.Trials(product.Value, variance, traces));
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

    private static Estimate Mean(Changed[] groups, Func<Changed, double> value, Func<Changed, double> trials)
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
            double reliability = value(group);
            mean += share * reliability;
            squares += share * share * (reliability * (1 - reliability) / trials(group));
        }

        return Wilson.Interval(mean, squares, groups.Sum(trials));
    }

    /// <summary>A group with the changes; its reliabilities with the independent trials that they are worth.</summary>
    private readonly record struct Changed(double Weight, double Observed, double ObservedTrials, double Theoretical, double TheoreticalTrials);
}
