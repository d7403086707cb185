using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

/// <summary>An agent system with the truth about it, worked out from its probabilities alone.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Theoretical">The product over the paths that runs would take if none were cut.</param>
/// <param name="Run">One run.</param>
internal sealed record KnownWorld(string Name, double Theoretical, Func<IChance, OutcomeRecord> Run)
{
    private const int Six = 6;
    private const double P = 0.97;

    /// <summary>The weight with which a run is kept, 0 if it is not: what a sampler does.</summary>
    public Func<OutcomeRecord, IChance, int> Weigh { get; init; } = static (_, _) => 1;

    /// <summary>True if <see cref="Weigh"/> gives different weights.</summary>
    public bool HasUnequalWeights { get; init; }

    /// <summary>Probability that a run gives what was asked for.</summary>
    public double Observed { get; } = EveryChance.Explore(Run).Sum(static run => run.Result.Outcome == TraceOutcome.Ok ? run.Probability : 0);

    /// <summary>What real agent systems do to a product.</summary>
    public static IReadOnlyList<KnownWorld> All { get; } =
    [
        new("six steps, the first failure ends the run", Math.Pow(P, Six), SimulatedWorld.SixSteps),
        new("loops of 0 to 10 calls", Loops(11), SimulatedWorld.Loops),
        new("a tool that is tried twice", Math.Pow(P, Six - 1) * 0.99, static chance => Retries(chance)),
        new("a model with a fallback", Math.Pow(P, Six) * (0.95 + (0.05 * P)) * 0.95 / P, Fallbacks),
        new("5 % of the answers are lost in silence", Math.Pow(P, Six), static chance => Silent(SimulatedWorld.SixSteps(chance), chance, 0.05)),
        new("a seam loses 1 % after every step", Loops(6), Seams),
        new("a tool that always fails, in 60 % of the runs", 0.4 * 0.97 * 0.96 * 0.968, AlwaysFailing),
        new("a step that always fails, in every run", 0, static chance => SimulatedWorld.FailFast(chance, [("ingress", P), ("tool", 0), ("answer", P)])),
        new("hard requests fail at every step", 0, Clustered) { Theoretical = (0.2 * Math.Pow(0.85, Six)) + (0.8 * Math.Pow(0.99, Six)) },
        new("hard requests fail at every step, and runs go on", Math.Pow((0.2 * 0.85) + (0.8 * 0.99), Six), ClusteredGoesOn),
        new("one of two branches", P * ((0.3 * 0.9) + (0.7 * 0.99)) * P, Branches),
        new("three branches at once, all must succeed", P * P * P * P * P * P, Parallel),
        new("branches at once that have steps of their own", Math.Pow(P, Six), NestedParallel),
        new("runs go on after failures", 0.9 * Enumerable.Range(0, 5).Average(static calls => Math.Pow(0.8, calls)), GoesOn),
        new("silent, one run in ten is kept", Math.Pow(P, Six), static chance => Silent(SimulatedWorld.SixSteps(chance), chance, 0.05))
        {
            Weigh = static (_, chance) => chance.Happens(0.1) ? 10 : 0,
        },
        new("silent, every second run is kept and one in ten of the others", Math.Pow(P, Six), static chance => Silent(SimulatedWorld.SixSteps(chance), chance, 0.05))
        {
            Weigh = static (_, chance) => chance.Happens(0.5) ? 1 : chance.Happens(0.1) ? 10 : 0,
            HasUnequalWeights = true,
        },
        new("a reliable chain, every second run is kept and one in ten of the others", Math.Pow(0.995, Six), static chance => SimulatedWorld.FailFast(
            chance, [("ingress", 0.995), ("retrieve", 0.995), ("orchestrate", 0.995), ("model", 0.995), ("tool", 0.995), ("answer", 0.995)]))
        {
            Weigh = static (_, chance) => chance.Happens(0.5) ? 1 : chance.Happens(0.1) ? 10 : 0,
            HasUnequalWeights = true,
        },
        new("silent, every failed run is kept and one in ten of the others", Math.Pow(P, Six), static chance => Silent(SimulatedWorld.SixSteps(chance), chance, 0.05))
        {
            Weigh = static (run, chance) => run.Outcome == TraceOutcome.Failed ? 1 : chance.Happens(0.1) ? 10 : 0,
            HasUnequalWeights = true,
        },
    ];

    /// <summary>Systems whose failed runs lose their root. A run of which some step is known to have failed is failed all the same, if the steps are asked.</summary>
    public static IReadOnlyList<KnownWorld> WithLostRoots { get; } =
    [
        new("silent, and what fails in silence loses its root", Math.Pow(P, Six), static chance => Silent(SimulatedWorld.SixSteps(chance), chance, 0.05))
        {
            LosesRoot = static (run, _) => run.Outcome == TraceOutcome.Failed && !run.HasUnrecovered,
        },
        new("silent, and every second failed run loses its root", Math.Pow(P, Six), static chance => Silent(SimulatedWorld.SixSteps(chance), chance, 0.05))
        {
            LosesRoot = static (run, chance) => run.Outcome == TraceOutcome.Failed && chance.Happens(0.5),
        },
    ];

    /// <summary>Whether the root of a run is never exported, so that nobody knows its outcome.</summary>
    public Func<OutcomeRecord, IChance, bool> LosesRoot { get; init; } = static (_, _) => false;

    /// <summary>The outcome table of so many kept runs.</summary>
    public Dictionary<OutcomeRecord, OutcomeWeight> Sample(int runs, int seed)
    {
        RandomChance chance = new(seed);
        Dictionary<OutcomeRecord, OutcomeWeight> table = [];
        for (int kept = 0; kept < runs;)
        {
            OutcomeRecord run = Run(chance);
            Int128 weight = (Int128)Weigh(run, chance) << 16;
            if (weight > 0)
            {
                OutcomeRecord seen = LosesRoot(run, chance) ? Unknown(run) : run;
                table[seen] = table.GetValueOrDefault(seen) + new OutcomeWeight(1, weight, weight * weight);
                kept++;
            }
        }

        return table;
    }

    private static OutcomeRecord Unknown(OutcomeRecord run) =>
        new([.. run.Path.Select(static position => position.ToArray())], [.. run.Steps], TraceOutcome.Unknown, inferred: false, run.HasUnrecovered, run.LastFailed);

    private static double Loops(int lengths) =>
        Enumerable.Range(0, lengths).Average(static calls => 0.99 * Math.Pow(0.98, calls + 1) * Math.Pow(0.96, calls) * 0.995);

    private static OutcomeRecord Retries(IChance chance)
    {
        SimulatedRun run = new();
        foreach (string operation in (ReadOnlySpan<string>)["ingress", "retrieve", "orchestrate", "model", "tool", "answer"])
        {
            bool isTool = operation == "tool";
            bool first = chance.Happens(isTool ? 0.9 : P);
            bool ok = first || (isTool && chance.Happens(0.9));
            run.Step(operation, ok, attempts: first || !isTool ? 1 : 2);
            if (!ok)
            {
                return run.Ends(TraceOutcome.Failed);
            }
        }

        return run.Ends(TraceOutcome.Ok);
    }

    private static OutcomeRecord Fallbacks(IChance chance)
    {
        SimulatedRun run = new();
        foreach (string operation in (ReadOnlySpan<string>)["ingress", "retrieve", "orchestrate", "model", "tool", "answer"])
        {
            bool isModel = operation == "model";
            bool ok = chance.Happens(isModel ? 0.95 : P);
            run.Step(operation, ok, recovered: isModel);
            if (!ok && isModel)
            {
                ok = chance.Happens(P);
                run.Step("model, the small one", ok);
            }

            if (!ok)
            {
                return run.Ends(TraceOutcome.Failed);
            }
        }

        return run.Ends(TraceOutcome.Ok);
    }

    private static OutcomeRecord Silent(OutcomeRecord run, IChance chance, double loss) => run.Outcome == TraceOutcome.Ok && chance.Happens(loss)
        ? new OutcomeRecord([.. run.Path.Select(static position => position.ToArray())], [.. run.Steps], TraceOutcome.Failed, inferred: false, hasUnrecovered: false, lastFailed: false)
        : run;

    private static OutcomeRecord Seams(IChance chance)
    {
        SimulatedRun run = new();
        foreach ((string operation, double reliability) in SimulatedWorld.LoopOf(chance.OneOf(6)))
        {
            bool ok = chance.Happens(reliability);
            run.Step(operation, ok);
            if (!ok || chance.Happens(0.01))
            {
                return run.Ends(TraceOutcome.Failed);
            }
        }

        return run.Ends(TraceOutcome.Ok);
    }

    private static OutcomeRecord AlwaysFailing(IChance chance) => SimulatedWorld.FailFast(
        chance,
        chance.Happens(0.6) ? [("ingress", 0.97), ("model", 0.96), ("tool", 0), ("answer", 0.968)] : [("ingress", 0.97), ("model", 0.96), ("answer", 0.968)]);

    private static OutcomeRecord Clustered(IChance chance)
    {
        double p = chance.Happens(0.2) ? 0.85 : 0.99;
        return SimulatedWorld.FailFast(chance, [("ingress", p), ("retrieve", p), ("orchestrate", p), ("model", p), ("tool", p), ("answer", p)]);
    }

    private static OutcomeRecord ClusteredGoesOn(IChance chance)
    {
        double p = chance.Happens(0.2) ? 0.85 : 0.99;
        SimulatedRun run = new();
        bool allWell = true;
        foreach (string operation in (ReadOnlySpan<string>)["ingress", "retrieve", "orchestrate", "model", "tool", "answer"])
        {
            bool ok = chance.Happens(p);
            run.Step(operation, ok);
            allWell &= ok;
        }

        return run.Ends(allWell ? TraceOutcome.Ok : TraceOutcome.Failed);
    }

    private static OutcomeRecord Branches(IChance chance) => SimulatedWorld.FailFast(
        chance, [("ingress", P), chance.Happens(0.3) ? ("tool, the flaky one", 0.9) : ("tool", 0.99), ("answer", P)]);

    private static OutcomeRecord Parallel(IChance chance)
    {
        SimulatedRun run = new();
        foreach (string operation in (ReadOnlySpan<string>)["ingress", "orchestrate"])
        {
            bool passed = chance.Happens(P);
            run.Step(operation, passed);
            if (!passed)
            {
                return run.Ends(TraceOutcome.Failed);
            }
        }

        bool[] ok = [chance.Happens(P), chance.Happens(P), chance.Happens(P)];
        run.Parallel(("retrieve", ok[0], false, 1), ("model", ok[1], false, 1), ("tool", ok[2], false, 1));
        if (!Array.TrueForAll(ok, static branch => branch))
        {
            return run.Ends(TraceOutcome.Failed);
        }

        bool answered = chance.Happens(P);
        return run.Step("answer", answered).Ends(answered ? TraceOutcome.Ok : TraceOutcome.Failed);
    }

    /// <summary>The agents are one position; what they do stands after it in order of start, and a branch that fails does not keep the others from it.</summary>
    private static OutcomeRecord NestedParallel(IChance chance)
    {
        SimulatedRun run = new();
        foreach (string operation in (ReadOnlySpan<string>)["ingress", "orchestrate"])
        {
            bool passed = chance.Happens(P);
            run.Step(operation, passed);
            if (!passed)
            {
                return run.Ends(TraceOutcome.Failed);
            }
        }

        run.Parallel(("orchestrate researcher", true, false, 1), ("orchestrate analyst", true, false, 1), ("orchestrate clerk", true, false, 1));
        bool[] ok = [chance.Happens(P), chance.Happens(P), chance.Happens(P)];
        run.Step("retrieve", ok[0]).Step("model", ok[1]).Step("tool", ok[2]);
        if (!Array.TrueForAll(ok, static branch => branch))
        {
            return run.Ends(TraceOutcome.Failed);
        }

        bool answered = chance.Happens(P);
        return run.Step("answer", answered).Ends(answered ? TraceOutcome.Ok : TraceOutcome.Failed);
    }

    private static OutcomeRecord GoesOn(IChance chance)
    {
        SimulatedRun run = new SimulatedRun().Step("ingress");
        bool ok = true;
        for (int calls = chance.OneOf(5); calls > 0; calls--)
        {
            bool called = chance.Happens(0.8);
            ok &= called;
            run.Step("tool", called);
        }

        bool answered = chance.Happens(0.9);
        return run.Step("answer", answered).Ends(ok && answered ? TraceOutcome.Ok : TraceOutcome.Failed);
    }
}
