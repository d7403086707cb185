namespace TraceGap.Reporting;

/// <summary>
/// Sums of a scenario, all in Σw: per outcome, per step key, per prefix. Those of outcomes and step keys are over all traces, those of prefixes over the traces whose paths are kept: only their
/// proportions mean something.
/// </summary>
internal sealed class Tally
{
    /// <summary>Sums up.</summary>
    public Tally(Scenario scenario)
    {
        OutcomeTable table = scenario.Table;
        Executions = new double[table.Keys.Count];
        OwnFailures = new double[table.Keys.Count];
        FailedFirstAttempts = new double[table.Keys.Count];
        Reached = new double[table.Trie.Count];
        Passed = new double[table.Trie.Count];
        Ended = new double[table.Trie.Count];
        for (int i = 0; i < scenario.Rows.Count; i++)
        {
            AddRow(scenario, i);
        }

        AddRest(table.Rest, 1);
        AddRest(table.UnknownRest, scenario.UnknownShare);

        // Traces cut at a prefix count as reached there but not as passed, so Passed is exactly 0 where all are cut.
        for (int node = table.Trie.Count - 1; node >= 0; node--)
        {
            Passed[node] += Ended[node];
            Reached[node] += Passed[node];
            if (node > 0)
            {
                Passed[table.Trie.Parent(node)] += Reached[node];
            }
        }
    }

    /// <summary>All traces.</summary>
    public double Total { get; private set; }

    /// <summary>Those that are ok.</summary>
    public double Ok { get; private set; }

    /// <summary>Executions by key: n of a key.</summary>
    public double[] Executions { get; }

    /// <summary>Own failures by key: f.</summary>
    public double[] OwnFailures { get; }

    /// <summary>Failed first attempts by key.</summary>
    public double[] FailedFirstAttempts { get; }

    /// <summary>Traces whose path starts with a prefix: n of a prefix.</summary>
    public double[] Reached { get; }

    /// <summary>Of those, not cut after it: n − c.</summary>
    public double[] Passed { get; }

    /// <summary>Of those, whose path is the prefix: e.</summary>
    public double[] Ended { get; }

    /// <summary>1 − failures / executions by key; 1 where nothing was executed (steps that were all cancelled).</summary>
    public double[] Reliabilities(double[] failures)
    {
        double[] reliabilities = new double[failures.Length];
        for (int key = 0; key < failures.Length; key++)
        {
            reliabilities[key] = Executions[key] > 0 ? (Executions[key] - failures[key]) / Executions[key] : 1;
        }

        return reliabilities;
    }

    /// <summary>Adds traces of which only sums are known.</summary>
    public void Add(double total, double ok, RestSteps steps)
    {
        Total += total;
        Ok += ok;
        AddRest(steps, 1);
    }

    private void AddRow(Scenario scenario, int index)
    {
        OutcomeRow row = scenario.Rows[index];
        double weight = scenario.Weights[index];
        Total += weight;
        Ok += scenario.IsOk[index] ? weight : 0;
        foreach (RowStep step in row.Steps)
        {
            Executions[step.Key] += weight * step.Executions;
            OwnFailures[step.Key] += weight * step.OwnFailures;
            FailedFirstAttempts[step.Key] += weight * step.FailedFirstAttempts;
        }

        if (row.End >= 0)
        {
            (scenario.IsCut[index] ? Reached : Ended)[row.End] += scenario.PathWeights[index];
        }
    }

    private void AddRest(RestSteps? rest, double share)
    {
        for (int key = 0; rest is not null && key < Executions.Length; key++)
        {
            Executions[key] += share * rest.Executions[key];
            OwnFailures[key] += share * rest.OwnFailures[key];
            FailedFirstAttempts[key] += share * rest.FailedFirstAttempts[key];
        }
    }
}
