using TraceGap.Aggregation;
using TraceGap.Reporting;

namespace TraceGap.Demo;

/// <summary>A count that the report must have exactly as the ledger has it.</summary>
/// <param name="Group">What it is a count of: the whole, a layer, a step.</param>
/// <param name="What">What is counted.</param>
/// <param name="Truth">By the ledger.</param>
/// <param name="Reported">By the report.</param>
internal sealed record CountCheck(string Group, string What, long Truth, long Reported)
{
    public bool Holds => Truth == Reported;
}

/// <summary>A figure that the report estimates from a sample, so that its interval should hold the injected value, 19 times in 20.</summary>
/// <param name="What">What is estimated.</param>
/// <param name="Truth">As injected.</param>
/// <param name="Reported">The estimate.</param>
/// <param name="Low">Lower end of its interval.</param>
/// <param name="High">Upper end.</param>
internal sealed record EstimateCheck(string What, double Truth, double? Reported, double? Low, double? High)
{
    /// <summary>True for a difference of two reliabilities, which is shown in points.</summary>
    public bool IsDifference { get; init; }

    public bool Holds => Low <= Truth && Truth <= High;
}

/// <summary>Lays a report beside what the agents did and what was injected into them.</summary>
internal static class TruthCheck
{
    public const string Whole = "all";

    /// <summary>Every count, by the whole, by layer and by step.</summary>
    /// <param name="report">The report.</param>
    /// <param name="ledger">What the agents did.</param>
    /// <param name="spans">Spans that were sent.</param>
    public static IReadOnlyList<CountCheck> Counts(Report report, Ledger ledger, long spans) =>
        [.. OfWhole(report, ledger, spans), .. OfLayers(report, ledger), .. OfSteps(report, ledger)];

    /// <summary>Every figure that has a true value.</summary>
    public static IReadOnlyList<EstimateCheck> Estimates(Report report, Injection injection)
    {
        ReliabilityReport reliability = report.Reliability;
        List<EstimateCheck> checks =
        [
            new("observed", injection.Observed, reliability.Observed.Value, reliability.Observed.Low, reliability.Observed.High),
            Of("theoretical", injection.Theoretical, reliability.Theoretical),
            new("divergence", injection.Observed - injection.Theoretical, reliability.Divergence.Value, reliability.Divergence.Low, reliability.Divergence.High)
            {
                IsDifference = true,
            },
            Of("theoretical per attempt", injection.TheoreticalPerAttempt, reliability.TheoreticalPerAttempt),
        ];
        foreach (AgentStep step in AgentStep.All.Where(static step => step.CanFail))
        {
            checks.Add(Of(step.Operation, injection.StepReliability, Find(report, step)?.Reliability ?? Estimate.None));
        }

        return checks;

        static EstimateCheck Of(string what, double truth, Estimate estimate) => new(what, truth, estimate.Value, estimate.Low, estimate.High);
    }

    private static IEnumerable<CountCheck> OfWhole(Report report, Ledger ledger, long spans)
    {
        yield return new(Whole, "traces", ledger.Total, report.Traces.Total);
        yield return new(Whole, "ok", ledger.Ok, report.Traces.Ok);
        yield return new(Whole, "failed", ledger.Failed, report.Traces.Failed);
        yield return new(Whole, "failed, no step failed", ledger.Silent, report.Failures.Where(static failure => failure.Step is null).Sum(static failure => failure.Traces));

        // The terms of the decomposition are shares of these counts.
        Decomposition terms = report.Reliability.Decomposition;
        yield return new(Whole, "lost at the seam", ledger.LostAtSeam, CountOf(-terms.Silent));
        yield return new(Whole, "every failure recovered", ledger.WithOnlyRecovered, CountOf(terms.Recovered));
        yield return new(Whole, "no failure at all", ledger.WithoutOwnFailure, CountOf(terms.Dependence + report.Reliability.Theoretical.Value));
        yield return new(Whole, "input tokens", ledger.InputTokens, report.Layers.Sum(static layer => layer.Tokens.Input));
        yield return new(Whole, "output tokens", ledger.OutputTokens, report.Layers.Sum(static layer => layer.Tokens.Output));
        yield return new(Whole, "spans", spans, report.Spans);

        long CountOf(double? share) => (long)Math.Round((share ?? 0) * (report.Traces.Ok + report.Traces.Failed));
    }

    private static IEnumerable<CountCheck> OfLayers(Report report, Ledger ledger)
    {
        foreach (Layer layer in AgentStep.All.Select(static step => step.Layer).Distinct())
        {
            string name = LayerNames.Of(layer);
            LayerReport? reported = report.Layers.FirstOrDefault(entry => entry.Layer == name);
            StepTally tally = new(
                reported?.Steps ?? 0, report.Steps.Where(step => step.Layer == name).Sum(static step => step.Attempts), reported?.OwnFailures ?? 0, reported?.Recovered ?? 0);
            foreach (CountCheck check in Compare(LayerNames.Shown(layer), ledger.Of(layer), tally))
            {
                yield return check;
            }
        }

        yield return new(Whole, "layers", AgentStep.All.Select(static step => step.Layer).Distinct().Count(), report.Layers.Count(static layer => layer.Steps > 0));
    }

    private static IEnumerable<CountCheck> OfSteps(Report report, Ledger ledger)
    {
        foreach (AgentStep step in AgentStep.All.Where(step => ledger.Of(step).Executions > 0))
        {
            StepReport? reported = Find(report, step);
            StepTally tally = new(reported?.Executions ?? 0, reported?.Attempts ?? 0, reported?.OwnFailures ?? 0, reported?.Recovered ?? 0);
            foreach (CountCheck check in Compare(step.Operation, ledger.Of(step), tally))
            {
                yield return check;
            }
        }

        yield return new(Whole, "step keys", AgentStep.All.Count(step => ledger.Of(step).Executions > 0), report.Steps.Count);
    }

    private static IEnumerable<CountCheck> Compare(string group, StepTally truth, StepTally reported) =>
    [
        new(group, "steps", truth.Executions, reported.Executions),
        new(group, "attempts", truth.Attempts, reported.Attempts),
        new(group, "own failures", truth.OwnFailures, reported.OwnFailures),
        new(group, "recovered", truth.Recovered, reported.Recovered),
    ];

    private static StepReport? Find(Report report, AgentStep step) =>
        report.Steps.FirstOrDefault(entry => entry.Service == step.Service && entry.Layer == LayerNames.Of(step.Layer) && entry.Operation == step.Operation);
}
