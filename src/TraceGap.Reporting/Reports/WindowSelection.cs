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
    public IEnumerable<KeyValuePair<OutcomeRecord, OutcomeWeight>> Strays => _rootless.SelectMany(static group => group.Unknown);

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
            KeyValuePair<OutcomeRecord, OutcomeWeight>[] unknown =
                [.. members.Concat(_rootless.Where(group => group.Home == home.Key)).SelectMany(static group => group.Unknown)];
            Int128[] weights = Array.ConvertAll(members, static group => group.KnownWeight());
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

    private static ReliabilityEstimate Estimate(
        WindowGroup group, KeyValuePair<OutcomeRecord, OutcomeWeight>[] unknown, double share, ReportInput input) =>
        ReliabilityEstimator.Estimate(
            group.Records.Where(static record => record.Key.Outcome != TraceOutcome.Unknown),
            new EstimatorOptions
            {
                Granularity = input.Granularity,
                StrayRecords = unknown,
                UnknownShare = share,
                AdvertisedReliabilities = input.AdvertisedReliabilities,
            })!;
}
