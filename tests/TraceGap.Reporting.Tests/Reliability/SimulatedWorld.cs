using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

using OutcomeTableOf = Dictionary<OutcomeRecord, OutcomeWeight>;

/// <summary>An agent system whose luck is known. Truth is what the product would be if every run went its whole way: worlds say it by their probabilities alone.</summary>
internal static class SimulatedWorld
{
    // A weight of 1 is 2^16; expectations are given in billionths of that many traces, so that rounding is far below what tests look at.
    private const double Scale = 1e12 * (1 << 16);

    /// <summary>The outcome table that infinitely many runs tend to.</summary>
    public static OutcomeTableOf Expected(Func<IChance, OutcomeRecord> world)
    {
        OutcomeTableOf table = [];
        foreach ((OutcomeRecord record, double probability) in EveryChance.Explore(world))
        {
            Int128 weight = (Int128)(probability * Scale);
            table[record] = table.GetValueOrDefault(record) + new OutcomeWeight(1, weight, weight * (1 << 16));
        }

        return table;
    }

    /// <summary>The outcome table of so many runs.</summary>
    public static OutcomeTableOf Sampled(Func<IChance, OutcomeRecord> world, int runs, int seed, params int[] weights)
    {
        RandomChance chance = new(seed);
        OutcomeTableOf table = [];
        for (int i = 0; i < runs; i++)
        {
            OutcomeRecord record = world(chance);
            Int128 weight = (weights.Length == 0 ? 1 : weights[i % weights.Length]) * (Int128)(1 << 16);
            table[record] = table.GetValueOrDefault(record) + new OutcomeWeight(1, weight, weight * weight);
        }

        return table;
    }

    /// <summary>What one gets by averaging the product of the rates over the steps that each trace executed.</summary>
    public static double NaiveMean(OutcomeTableOf table)
    {
        Dictionary<StepKey, (double Executions, double Failures)> rates = [];
        foreach ((OutcomeRecord record, OutcomeWeight weight) in table)
        {
            foreach (StepCount step in record.Steps)
            {
                (double executions, double failures) = rates.GetValueOrDefault(step.Key);
                rates[step.Key] = (executions + ((double)weight.Weight * step.Executions), failures + ((double)weight.Weight * step.OwnFailures));
            }
        }

        double total = table.Values.Sum(static weight => (double)weight.Weight);
        return table.Sum(entry => (double)entry.Value.Weight / total
            * entry.Key.Path.SelectMany(static position => position).Aggregate(1.0, (product, key) => product * (1 - (rates[key].Failures / rates[key].Executions))));
    }

    /// <summary>Steps one after the other; the first failure ends the run.</summary>
    public static OutcomeRecord FailFast(IChance chance, IEnumerable<(string Operation, double Reliability)> steps)
    {
        SimulatedRun run = new();
        foreach ((string operation, double reliability) in steps)
        {
            bool ok = chance.Happens(reliability);
            run.Step(operation, ok);
            if (!ok)
            {
                return run.Ends(TraceOutcome.Failed);
            }
        }

        return run.Ends(TraceOutcome.Ok);
    }

    /// <summary>Six steps at 0.97.</summary>
    public static OutcomeRecord SixSteps(IChance chance) => FailFast(chance, Six);

    /// <summary>Ingress, then 0 to 10 times a model call and a tool call, then a last model call and the answer.</summary>
    public static OutcomeRecord Loops(IChance chance) => FailFast(chance, LoopOf(chance.OneOf(11)));

    public static IEnumerable<(string Operation, double Reliability)> LoopOf(int calls) =>
    [
        ("ingress", 0.99),
        .. Enumerable.Repeat<(string, double)[]>([("model", 0.98), ("tool", 0.96)], calls).SelectMany(static call => call),
        ("model", 0.98),
        ("answer", 0.995),
    ];

    private static readonly (string, double)[] Six =
        [("ingress", 0.97), ("retrieve", 0.97), ("orchestrate", 0.97), ("model", 0.97), ("tool", 0.97), ("answer", 0.97)];
}
