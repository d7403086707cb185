using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>
/// Two traces that are added before an interval of the divergence is computed, as Bonett and Price (2012) do for differences of paired proportions: one failed without an own
/// failure, one ok with a recovered own failure of its last step. They keep the interval from having no width where no trace failed.
/// </summary>
internal static class GhostTraces
{
    /// <summary>
    /// The two, on the commonest path of the ok traces (else of the failed ones), each of the largest weight (<see cref="UnequalWeights.LargestOf"/>). None without any path.
    /// </summary>
    public static IReadOnlyList<OutcomeRow> Of(OutcomeTable table)
    {
        int path = CommonestPath(table, TraceOutcome.Ok);
        path = path >= 0 ? path : CommonestPath(table, TraceOutcome.Failed);
        if (path < 0)
        {
            return [];
        }

        double weight = LargestWeight(table);
        return
        [
            Ghost(TraceOutcome.Failed, path, weight, table.SampledShare, Executions(table, path, lastFails: false)),
            Ghost(TraceOutcome.Ok, path, weight, table.SampledShare, Executions(table, path, lastFails: true)),
        ];
    }

    /// <summary>Largest weight of a trace of known outcome; 0 without any.</summary>
    public static double LargestWeight(OutcomeTable table)
    {
        double largest = 0;
        foreach (OutcomeRow row in table.Rows)
        {
            if (row.Outcome != TraceOutcome.Unknown)
            {
                largest = Math.Max(largest, UnequalWeights.LargestOf(row.Count, row.Weight, row.WeightSquared));
            }
        }

        return largest;
    }

    // They are two of all traces, and are in the sample with as much of their weight as others are.
    private static OutcomeRow Ghost(TraceOutcome outcome, int path, double weight, double share, RowStep[] steps) => new()
    {
        Outcome = outcome,
        HasUnrecovered = false,
        LastFailed = false,
        HasOwnFailure = Array.Exists(steps, static step => step.OwnFailures > 0),
        End = path,
        Steps = steps,
        PathScale = share,
        Count = 1,
        Weight = weight,
        WeightSquared = weight * weight,
    };

    // Nodes are in the order of their paths, so of equally common paths the smallest is taken.
    private static int CommonestPath(OutcomeTable table, TraceOutcome outcome)
    {
        double[] weights = new double[table.Trie.Count];
        foreach (OutcomeRow row in table.Rows)
        {
            if (row.Outcome == outcome && row.End >= 0)
            {
                weights[row.End] += row.Weight;
            }
        }

        int commonest = Array.IndexOf(weights, weights.Max());
        return weights[commonest] > 0 ? commonest : -1;
    }

    private static RowStep[] Executions(OutcomeTable table, int path, bool lastFails)
    {
        SortedDictionary<int, int> executions = [];
        for (int node = path; node > 0; node = table.Trie.Parent(node))
        {
            foreach (int key in table.Positions[table.Trie.Position(node)])
            {
                executions[key] = executions.GetValueOrDefault(key) + 1;
            }
        }

        int failing = lastFails && path > 0 ? table.Positions[table.Trie.Position(path)][^1] : -1;
        return [.. executions.Select(step => new RowStep(step.Key, step.Value, step.Key == failing ? 1 : 0, step.Key == failing ? 1 : 0))];
    }
}
