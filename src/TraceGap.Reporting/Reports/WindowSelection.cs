using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>
/// The groups of a window that a report is about, and the groups of traces without a root whose unknown outcomes may be theirs. Of what is not selected only those count.
/// </summary>
internal sealed class WindowSelection
{
    private readonly List<WindowGroup> _rootless;

    /// <summary>Selects a workflow, or all if it is null.</summary>
    public WindowSelection(WindowGroups groups, string? workflow)
    {
        Groups = groups.Of(workflow);
        IEnumerable<WindowGroup> rootless = Groups.Select(static group => group.Home).Distinct().SelectMany(groups.Rootless);
        _rootless = [.. rootless.Where(group => workflow is not null && group.Key.Workflow != workflow)];
    }

    /// <summary>The selected groups, by key.</summary>
    public IReadOnlyList<WindowGroup> Groups { get; }

    /// <summary>Cells of the selected groups.</summary>
    public IEnumerable<RollupCell> Cells => Groups.SelectMany(static group => group.Cells);

    /// <summary>Unknown traces outside the selected groups that may be theirs.</summary>
    public OutcomeSums Strays => UnknownOf(_rootless);

    /// <summary>
    /// Estimates of the groups that have ok or failed traces. The unknown traces of an environment and service may be of any of its groups: each takes a share in proportion to
    /// its ok and failed ones, so that the mean over groups counts every unknown trace once.
    /// </summary>
    public IReadOnlyList<ReliabilityEstimate> Estimate(ReportInput input)
    {
        List<ReliabilityEstimate> estimates = [];
        foreach (IGrouping<(string, string), WindowGroup> home in Groups.GroupBy(static group => group.Home))
        {
            WindowGroup[] members = [.. home];
            OutcomeSums unknown = UnknownOf(members.Concat(_rootless.Where(group => group.Home == home.Key)));
            Int128[] weights = Array.ConvertAll(members, static group => group.KnownSum.Weight);
            double total = weights.Sum(static weight => (double)weight);
            for (int i = 0; i < members.Length; i++)
            {
                if (weights[i] > 0)
                {
                    estimates.Add(Estimate(members[i], unknown, (double)weights[i] / total, input));
                }
            }
        }

        return estimates;
    }

    private static OutcomeSums UnknownOf(IEnumerable<WindowGroup> groups)
    {
        OutcomeSums unknown = new();
        foreach (WindowGroup group in groups)
        {
            unknown.MergeUnknown(group.Outcomes);
        }

        return unknown;
    }

    private static ReliabilityEstimate Estimate(WindowGroup group, OutcomeSums unknown, double share, ReportInput input) =>
        ReliabilityEstimator.Estimate(
            OutcomeSample.Of(group.Outcomes, unknown),
            new EstimatorOptions
            {
                Granularity = input.Granularity,
                UnknownShare = share,
                AdvertisedReliabilities = input.AdvertisedReliabilities,
            })!;
}
