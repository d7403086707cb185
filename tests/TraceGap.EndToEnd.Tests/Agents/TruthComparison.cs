using TraceGap.Reporting;

namespace TraceGap.EndToEnd.Tests.Agents;

/// <summary>Lays a report beside the agent's truth.</summary>
internal sealed class TruthComparison(AgentRun run)
{
    /// <summary>Runs by how they ended.</summary>
    public void EndToEnd()
    {
        TraceCounts counted = run.Report.Traces;
        Assert.Equal(
            (run.Truth.Runs, run.Truth.Ok, run.Truth.Failed, run.Truth.CancelledRuns, 0L),
            (counted.Total, counted.Ok, counted.Failed, counted.Cancelled, counted.Unknown + counted.Open));
        Assert.Equal((double)run.Truth.Ok / (run.Truth.Ok + run.Truth.Failed), run.Report.Reliability.Observed.Value!.Value, 12);
    }

    /// <summary>Steps, attempts and own failures of each of the agent's operations, by the name that its spans give it; what the framework adds of its own is named.</summary>
    /// <param name="nameInSpans">From the agent's name of an operation to that of the report; null for an operation that no span tells of.</param>
    /// <param name="added">Operations that are the framework's, without failures of their own.</param>
    public void Operations(Func<string, string?> nameInSpans, params string[] added)
    {
        Dictionary<string, StepTruth> expected = run.Truth.Operations
            .Where(operation => nameInSpans(operation.Key) is not null)
            .GroupBy(operation => nameInSpans(operation.Key)!)
            .ToDictionary(
                static same => same.Key,
                static same => new StepTruth(
                    same.First().Value.Layer, same.Sum(static it => it.Value.Steps), same.Sum(static it => it.Value.Attempts), same.Sum(static it => it.Value.OwnFailures)));
        Dictionary<string, StepTruth> found = run.Report.Steps
            .Where(step => !added.Contains(step.Operation))
            .ToDictionary(static step => step.Operation, static step => new StepTruth(step.Layer, step.Executions, step.Attempts, step.OwnFailures));

        Assert.Equal(expected.OrderBy(static it => it.Key, StringComparer.Ordinal), found.OrderBy(static it => it.Key, StringComparer.Ordinal));
        Assert.DoesNotContain(run.Report.Steps, step => added.Contains(step.Operation) && step.OwnFailures > 0);
    }

    /// <summary>Steps and own failures of layers.</summary>
    public void Layers(params string[] layers)
    {
        Assert.All(layers, layer =>
        {
            LayerReport? found = run.Report.Layers.SingleOrDefault(report => report.Layer == layer);
            StepTruth expected = run.Truth.Layers[layer];
            Assert.Equal((layer, expected.Steps, expected.OwnFailures), (layer, found?.Steps ?? 0, found?.OwnFailures ?? 0));
        });
    }

    /// <summary>The layer that failed runs failed in first, and failures that runs survived.</summary>
    /// <param name="shownAs">The layer that the spans show in place of the agent's, where they cannot tell.</param>
    public void Failures(Func<string, string>? shownAs = null)
    {
        Dictionary<string, long> found = run.Report.Failures
            .GroupBy(static failure => failure.Layer ?? "silent")
            .ToDictionary(static same => same.Key, static same => same.Sum(static failure => failure.Traces));
        Dictionary<string, long> expected = run.Truth.FirstFailures
            .GroupBy(failure => shownAs?.Invoke(failure.Key) ?? failure.Key)
            .ToDictionary(static same => same.Key, static same => same.Sum(static failure => failure.Value));
        Assert.Equal(expected.OrderBy(static it => it.Key, StringComparer.Ordinal), found.OrderBy(static it => it.Key, StringComparer.Ordinal));
        Assert.Equal(run.Truth.Recovered, run.Report.Layers.Sum(static layer => layer.Recovered));
    }
}
