using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>Makes the report on dependence out of outcome tables. Pure; sums are integers until the last division.</summary>
public static class DependenceBuilder
{
    private const int WeightBits = 16;

    // Below, a lift is noise.
    private const long FewestTraces = 100;
    private const double FewestFailures = 5;
    private const int MostPairs = 100;

    /// <summary>What of the cells is looked at.</summary>
    public const RollupParts Parts = RollupParts.Paths;

    /// <summary>Builds the report.</summary>
    public static DependenceReport Build(ReportInput input)
    {
        WindowSelection selection = new(new WindowGroups(input.Cells), input.Workflow);
        SampledRun[] runs = [.. selection.Groups.SelectMany(static group => group.Scaled.Select(run => new SampledRun(run.Key, run.Value, group.Outcomes.Level)))];
        return new DependenceReport(
            new ReportWindow(EventTime.Utc(input.FromUnixNanos), EventTime.Utc(input.ToUnixNanos)),
            input.Workflow,
            selection.Groups.Sum(static group => group.KnownSum.Count),
            Pairs(runs),
            Hazard(runs),
            Retries(selection));
    }

    private static FailurePair[] Pairs(SampledRun[] runs)
    {
        SortedDictionary<(StepKey, StepKey), PairSums> sums = [];
        int sampled = 0;
        foreach ((OutcomeRecord run, OutcomeWeight weight, int level) in runs)
        {
            sampled = Math.Max(sampled, level);
            for (int i = 0; i < run.Steps.Count; i++)
            {
                for (int j = i + 1; j < run.Steps.Count && run.Steps[i].Executions > 0; j++)
                {
                    if (run.Steps[j].Executions > 0)
                    {
                        (StepKey, StepKey) pair = (run.Steps[i].Key, run.Steps[j].Key);
                        sums[pair] = sums.GetValueOrDefault(pair).With(weight with { Count = weight.Count << level }, run.Steps[i].OwnFailures > 0, run.Steps[j].OwnFailures > 0);
                    }
                }
            }
        }

        // Of a sample as many must have been seen, each of which stands for more.
        (long traces, double failures) = (FewestTraces << sampled, FewestFailures * PathLevel.ScaleOf(sampled));
        KeyValuePair<(StepKey, StepKey), PairSums>[] told = [.. sums.Where(pair => pair.Value.Traces >= traces && pair.Value.FewerFailures >= failures)];
        double z = NormalQuantile.Of(1 - (0.025 / Math.Max(1, told.Length)));
        return
        [
            .. told.Select(pair => pair.Value.ToPair(pair.Key, z))
                .OrderByDescending(static pair => pair.Significant)
                .ThenByDescending(static pair => Math.Max(pair.Low, 1 / pair.High))
                .ThenBy(static pair => pair.Step, StringComparer.Ordinal)
                .ThenBy(static pair => pair.Other, StringComparer.Ordinal)
                .Take(MostPairs),
        ];
    }

    /// <remarks>A run ends where its path does. Paths keep their first positions only, so that of the longest runs the end is not known; they are not told.</remarks>
    private static PositionHazard[] Hazard(SampledRun[] runs)
    {
        Int128[] reached = new Int128[OutcomeRecord.MaxPathLength];
        Int128[] failed = new Int128[OutcomeRecord.MaxPathLength];
        Int128[] lost = new Int128[OutcomeRecord.MaxPathLength];
        Int128[] squares = new Int128[OutcomeRecord.MaxPathLength];
        long[] counts = new long[OutcomeRecord.MaxPathLength];
        foreach ((OutcomeRecord run, OutcomeWeight weight, int _) in runs)
        {
            int length = run.Path.Count;
            for (int position = 0; position < length; position++)
            {
                reached[position] += weight.Weight;
                counts[position] += weight.Count;
                squares[position] += weight.WeightSquared;
            }

            if (run.Outcome == TraceOutcome.Failed && length is > 0 and < OutcomeRecord.MaxPathLength)
            {
                failed[length - 1] += run.HasUnrecovered ? weight.Weight : 0;
                lost[length - 1] += run.HasUnrecovered ? 0 : weight.Weight;
            }
        }

        return
        [
            .. Enumerable.Range(0, OutcomeRecord.MaxPathLength - 1).Where(position => reached[position] > 0).Select(position =>
            {
                double hazard = (double)(failed[position] + lost[position]) / (double)reached[position];
                double effective = (double)reached[position] * (double)reached[position] / (double)squares[position];
                return new PositionHazard(
                    position + 1, Unscaled(reached[position]), Unscaled(failed[position]), Unscaled(lost[position]), Wilson.Interval(hazard, hazard * (1 - hazard) / effective, counts[position]));
            }),
        ];
    }

    // Sums over all traces, whether their paths are kept or not.
    private static RetryGain[] Retries(WindowSelection selection)
    {
        SortedDictionary<StepKey, StepSums> sums = [];
        foreach (WindowGroup group in selection.Groups)
        {
            foreach ((OutcomeRecord run, OutcomeWeight weight) in group.Outcomes.Records.Where(static run => run.Key.Outcome is TraceOutcome.Ok or TraceOutcome.Failed))
            {
                foreach (StepCount step in run.Steps)
                {
                    sums[step.Key] = sums.GetValueOrDefault(step.Key) + StepSums.Of(step, weight);
                }
            }

            foreach (((StepKey key, bool _), StepSums more) in group.Outcomes.Rest.Steps.Where(static step => step.Key.IsRated))
            {
                sums[key] = sums.GetValueOrDefault(key) + more;
            }
        }

        return
        [
            .. sums.Where(static step => step.Value is { WeightedAgain: var again, WeightedFailedFirst: var failedFirst } && again > 0 && failedFirst > 0)
                .Select(static step => (step.Key, Executions: (double)step.Value.WeightedExecutions, FailedFirst: (double)step.Value.WeightedFailedFirst, Failed: (double)step.Value.WeightedFailures, Again: (double)step.Value.WeightedAgain))
                .Select(static step => new RetryGain(
                    step.Key.Text,
                    step.Executions / (1 << WeightBits),
                    step.FailedFirst / (1 << WeightBits),
                    step.Failed / (1 << WeightBits),
                    1 + (step.Again / step.FailedFirst),
                    TriesWorth(step.FailedFirst / step.Executions, step.Failed / step.Executions)))
                .OrderBy(static step => (step.TriesWorth ?? double.PositiveInfinity) / step.TriesMade)
                .ThenBy(static step => step.Step, StringComparer.Ordinal),
        ];
    }

    private static double? TriesWorth(double failedFirst, double failed) => failed > 0 && failedFirst is > 0 and < 1 ? Math.Log(failed) / Math.Log(failedFirst) : null;

    private static double Unscaled(Int128 weight) => (double)weight / (1 << WeightBits);

    /// <summary>A record of a sample.</summary>
    /// <param name="Run">The record.</param>
    /// <param name="Weight">Σw and Σw² for all traces that those of the sample stand for; the count is that of the sample.</param>
    /// <param name="Level">2 to its power is how many traces one of the sample stands for.</param>
    private readonly record struct SampledRun(OutcomeRecord Run, OutcomeWeight Weight, int Level);

    private readonly record struct PairSums(long Traces, Int128 Weight, Int128 Squares, Int128 One, Int128 Other, Int128 Both)
    {
        public double FewerFailures => Unscaled(One < Other ? One : Other);

        public PairSums With(OutcomeWeight weight, bool one, bool other) => new(
            Traces + weight.Count,
            Weight + weight.Weight,
            Squares + weight.WeightSquared,
            One + (one ? weight.Weight : 0),
            Other + (other ? weight.Weight : 0),
            Both + (one && other ? weight.Weight : 0));

        /// <remarks>
        /// The interval is that of the logarithm, by the delta method for a multinomial sample: n·V = 1/P(both) − 1/P(one) − 1/P(other) + 2·lift − 1. Where both never failed together half a
        /// trace stands in for none. Weighted traces count as so many as have the same variance.
        /// </remarks>
        public FailurePair ToPair((StepKey One, StepKey Other) keys, double z)
        {
            double scale = (double)Weight / (double)Squares;
            (double all, double one, double other, double both) = ((double)Weight * scale, (double)One * scale, (double)Other * scale, (double)Both * scale);
            double lift = both * all / (one * other);
            double seen = Math.Max(both, 0.5);
            double middle = seen * all / (one * other);
            double spread = z * Math.Sqrt(Math.Max(0, (1 / seen) - (1 / one) - (1 / other) + (((2 * middle) - 1) / all)));
            (double low, double high) = (both > 0 ? middle * Math.Exp(-spread) : 0, middle * Math.Exp(spread));
            return new FailurePair(
                keys.One.Text, keys.Other.Text, Traces, Unscaled(Both), Unscaled(One) * Unscaled(Other) / Unscaled(Weight), lift, low, high, low > 1 || high < 1);
        }
    }
}
