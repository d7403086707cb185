using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

/// <summary>The formula of the prefix estimator word for word, over prefixes as texts: slow, and sharing nothing with the code under test.</summary>
internal static class PrefixOracle
{
    public static double Theoretical(IReadOnlyDictionary<OutcomeRecord, OutcomeWeight> table)
    {
        (string[] Path, OutcomeRecord Record, double Weight)[] traces =
        [
            .. table.Where(static entry => entry.Key.Outcome is TraceOutcome.Ok or TraceOutcome.Failed)
                .Select(static entry => (Array.ConvertAll([.. entry.Key.Path], Name), entry.Key, (double)entry.Value.Weight)),
        ];
        HashSet<string> okEnds = [.. traces.Where(static trace => trace.Record.Outcome == TraceOutcome.Ok).Select(static trace => trace.Path.LastOrDefault(string.Empty))];
        bool IsCut(OutcomeRecord record, string[] path) => record.Outcome == TraceOutcome.Failed
            && (record.LastFailed || !okEnds.Contains(path.LastOrDefault(string.Empty)));

        string[] prefixes = [.. traces.SelectMany(static trace => Enumerable.Range(0, trace.Path.Length + 1).Select(length => Text(trace.Path, length))).Distinct()];
        Dictionary<string, double> reached = prefixes.ToDictionary(static s => s, s => traces.Where(trace => Starts(trace.Path, s)).Sum(static trace => trace.Weight));
        Dictionary<string, double> cut = prefixes.ToDictionary(
            static s => s, s => traces.Where(trace => Text(trace.Path, trace.Path.Length) == s && IsCut(trace.Record, trace.Path)).Sum(static trace => trace.Weight));
        Dictionary<string, double> ended = prefixes.ToDictionary(
            static s => s, s => traces.Where(trace => Text(trace.Path, trace.Path.Length) == s && !IsCut(trace.Record, trace.Path)).Sum(static trace => trace.Weight));
        Dictionary<string, double> values = prefixes.ToDictionary(static s => s, static _ => 1.0);
        Dictionary<string, string[]> children = prefixes.ToDictionary(static s => s, s => prefixes.Where(child => Parent(child) == s).ToArray());
        Dictionary<string, string[]> lenders = prefixes.ToDictionary(
            static s => s, s => prefixes.Where(r => r.Length > 0 && Last(r) == Last(s) && reached[r] > cut[r]).ToArray());
        Dictionary<string, double> reliability = prefixes.Select(Last).Distinct().ToDictionary(static x => x, x => Reliability(x, table));

        // Borrowed values depend on each other through loops; repeated evaluation settles them.
        double change = 1;
        while (change > 1e-14)
        {
            double[] before = [.. values.Values];
            foreach (string s in prefixes.OrderByDescending(static s => s.Length))
            {
                double lent = lenders[s].Sum(r => reached[r] - cut[r]);
                values[s] = reached[s] > cut[s]
                    ? (ended[s] + children[s].Sum(child => reached[child] * reliability[Last(child)] * values[child])) / (reached[s] - cut[s])
                    : lent > 0 ? lenders[s].Sum(r => (reached[r] - cut[r]) * values[r]) / lent : 1;
            }

            change = values.Values.Zip(before, static (now, then) => Math.Abs(now - then)).Max();
        }

        return values[string.Empty];
    }

    private static string Name(IReadOnlyList<StepKey> position) => string.Join('+', position.Select(static key => key.Text));

    private static string Text(string[] path, int length) => string.Concat(path.Take(length).Select(static position => position + ";"));

    private static bool Starts(string[] path, string prefix) => Text(path, path.Length).StartsWith(prefix, StringComparison.Ordinal);

    private static string Last(string prefix) => prefix.Length == 0 ? string.Empty : prefix[..^1].Split(';')[^1];

    private static string? Parent(string prefix) => prefix.Length == 0 ? null : prefix[..^(Last(prefix).Length + 1)];

    private static double Reliability(string position, IReadOnlyDictionary<OutcomeRecord, OutcomeWeight> table) =>
        position.Split('+').Aggregate(1.0, (product, key) => product * StepReliability(key, table));

    private static double StepReliability(string key, IReadOnlyDictionary<OutcomeRecord, OutcomeWeight> table)
    {
        double executions = 0;
        double failures = 0;
        foreach ((OutcomeRecord record, OutcomeWeight weight) in table)
        {
            foreach (StepCount step in record.Steps.Where(step => step.Key.Text == key && record.Outcome != TraceOutcome.Unknown))
            {
                executions += step.Executions * (double)weight.Weight;
                failures += step.OwnFailures * (double)weight.Weight;
            }
        }

        return executions > 0 ? 1 - (failures / executions) : 1;
    }
}
