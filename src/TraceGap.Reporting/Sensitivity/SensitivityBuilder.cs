using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>
/// Makes the report on what each part buys. Runs that a failure had cut go on as those did that had come as far (<see cref="RescuedRuns"/>), so a part early in the run buys only what
/// the parts after it let through. Groups are averaged as <see cref="ReliabilityMean"/> does.
/// </summary>
public static class SensitivityBuilder
{
    /// <summary>Most step keys that are looked at: those that failed most often.</summary>
    private const int MostSteps = 100;

    /// <summary>What of the cells is looked at.</summary>
    public const RollupParts Parts = RollupParts.Paths;

    /// <summary>Builds the report.</summary>
    public static SensitivityReport Build(ReportInput input)
    {
        WindowSelection selection = new(new WindowGroups(input.Cells), input.Workflow);
        StepTotals totals = new();
        foreach (WindowGroup group in selection.Groups)
        {
            totals.Add(group.Outcomes, withUnknown: false);
        }

        Group[] groups = [.. selection.Groups.Where(static group => group.KnownSum.Weight > 0).Select(static group => new Group(group))];
        (double observed, double theoretical) = Mean(groups, static _ => false);
        StepKey[] failing =
        [
            .. totals.Keys.Where(key => totals.Of(key).OwnFailures > 0).OrderByDescending(key => totals.Of(key).OwnFailures).ThenBy(static key => key).Take(MostSteps),
        ];
        return new SensitivityReport(
            new ReportWindow(EventTime.Utc(input.FromUnixNanos), EventTime.Utc(input.ToUnixNanos)),
            input.Workflow,
            groups.Length > 0 ? observed : null,
            groups.Length > 0 ? theoretical : null,
            Sorted(failing.Select(static key => key.Layer).Distinct().Select(layer => Of(LayerNames.Of(layer), layer, totals.Of(layer), key => key.Layer == layer))),
            Sorted(failing.Select(failed => Of(failed.Text, failed.Layer, totals.Of(failed), key => key == failed))));

        Sensitivity Of(string part, Layer layer, StepTotal total, Func<StepKey, bool> isPart)
        {
            (double observedAfter, double theoreticalAfter) = Mean(groups, isPart);
            double? reliability = total.Rate.ToEstimate().Value;
            return new Sensitivity(
                part,
                LayerNames.Of(layer),
                reliability,
                observedAfter,
                observedAfter - observed,
                theoreticalAfter,
                theoreticalAfter - theoretical,
                reliability < 1 ? (observedAfter - observed) / (100 * (1 - reliability)) : null);
        }
    }

    private static Sensitivity[] Sorted(IEnumerable<Sensitivity> parts) =>
        [.. parts.OrderByDescending(static part => part.ObservedGain).ThenByDescending(static part => part.TheoreticalGain).ThenBy(static part => part.Part, StringComparer.Ordinal)];

    private static (double Observed, double Theoretical) Mean(Group[] groups, Func<StepKey, bool> isPerfect)
    {
        double weight = groups.Sum(static group => group.Weight);
        (double observed, double theoretical) = (0, 0);
        foreach (Group group in groups)
        {
            (double ofGroup, double product) = group.With(isPerfect);
            observed += group.Weight / weight * ofGroup;
            theoretical += group.Weight / weight * product;
        }

        return (observed, theoretical);
    }

    /// <summary>One environment, service, workflow and version, ready to be asked many times.</summary>
    private sealed class Group
    {
        private readonly OutcomeTable _table;
        private readonly Scenario _scenario;
        private readonly Tally _tally;

        public Group(WindowGroup group)
        {
            _table = OutcomeTableBuilder.Build(group.Known, Granularity.Step, withRecovery: true);
            _scenario = Scenario.Of(_table);
            _tally = new Tally(_scenario);
        }

        /// <summary>Σw of ok and failed traces.</summary>
        public double Weight => _tally.Total;

        /// <summary>Both reliabilities if some step keys never failed.</summary>
        public (double Observed, double Theoretical) With(Func<StepKey, bool> isPerfect)
        {
            bool[] perfect = [.. _table.Keys.Select(isPerfect)];
            double[] reliabilities = _tally.Reliabilities(_tally.OwnFailures);
            for (int key = 0; key < perfect.Length; key++)
            {
                reliabilities[key] = perfect[key] ? 1 : reliabilities[key];
            }

            RescuedRuns observed = new(_scenario, _tally, row => IsRescued(row, perfect) ? 1 : 0);
            return (observed.Value, new PathProduct(_table, _tally, reliabilities).Value);
        }

        /// <summary>True if all that a run did not survive was failures of these keys.</summary>
        private static bool IsRescued(OutcomeRow row, bool[] perfect)
        {
            bool hasUnrecovered = false;
            foreach (RowStep step in row.Steps)
            {
                if (step.OwnFailures > step.Recovered)
                {
                    hasUnrecovered = true;
                    if (!perfect[step.Key])
                    {
                        return false;
                    }
                }
            }

            return row.HasUnrecovered && hasUnrecovered;
        }
    }
}
