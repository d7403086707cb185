using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>What changes do for the reliability of steps: how likely a failed execution is rescued, and how likely a run that was lost silently is caught at a degraded one.</summary>
internal sealed class Rescues
{
    private readonly Dictionary<StepKey, Rescue> _byKey = [];
    private readonly HashSet<(string List, int Index)> _used = [];

    /// <summary>Works out the rescues of the steps of a window.</summary>
    /// <param name="records">Ok and failed traces; of a sample where paths are one, since how tries of one trace hang together is in no sum.</param>
    /// <param name="changes">The changes.</param>
    public Rescues(IEnumerable<KeyValuePair<OutcomeRecord, OutcomeWeight>> records, ReplayChanges changes)
    {
        Dictionary<StepKey, TriesOfStep> tries = [];
        foreach ((OutcomeRecord record, OutcomeWeight weight) in records)
        {
            foreach (StepCount step in record.Steps)
            {
                if (!tries.TryGetValue(step.Key, out TriesOfStep? sum))
                {
                    tries.Add(step.Key, sum = new TriesOfStep());
                }

                sum.Add(step, weight);
            }
        }

        Dictionary<StepKey, RedoRates> rates = [];
        foreach ((StepKey key, TriesOfStep sum) in tries)
        {
            if (sum.ToRates() is RedoRates known)
            {
                rates.Add(key, known);
                _byKey.Add(key, RescueOf(key, known, changes));
            }
        }

        Rates = rates;
    }

    /// <summary>How steps fare when they are done again.</summary>
    public IReadOnlyDictionary<StepKey, RedoRates> Rates { get; }

    /// <summary>The changes that mean something for any step of the window, as the name of their list and their place in it.</summary>
    public IReadOnlySet<(string List, int Index)> Used => _used;

    /// <summary>The rescue of a step.</summary>
    public Rescue Of(StepKey key) => _byKey.GetValueOrDefault(key);

    private Rescue RescueOf(StepKey key, RedoRates rates, ReplayChanges changes)
    {
        double failing = 1 - RetryRescue(key, rates, changes);
        double uncaught = 1;
        for (int i = 0; i < changes.Gate.Count; i++)
        {
            if (Means("gate", i, changes.Gate[i].Target.Matches(key)))
            {
                uncaught *= 1 - (changes.Gate[i].Catch * rates.Reliability);
            }
        }

        failing *= uncaught;
        for (int i = 0; i < changes.Fallback.Count; i++)
        {
            if (Means("fallback", i, changes.Fallback[i].Target.Matches(key)))
            {
                failing *= 1 - (changes.Fallback[i].Reliability ?? rates.FirstAttempt);
            }
        }

        for (int i = 0; i < changes.Remove.Count; i++)
        {
            failing = Means("remove", i, ReplayTarget.Names(changes.Remove[i].Step, key)) ? 0 : failing;
        }

        return new Rescue(1 - failing, 1 - uncaught);
    }

    // As many tries in all as are asked for fail with q₁·q^(n−1); what the system's own tries have already brought is no gain.
    private double RetryRescue(StepKey key, RedoRates rates, ReplayChanges changes)
    {
        int attempts = 1;
        for (int i = 0; i < changes.Retry.Count; i++)
        {
            attempts = Means("retry", i, changes.Retry[i].Target.Matches(key)) ? Math.Max(attempts, changes.Retry[i].Attempts) : attempts;
        }

        double fails = 1 - rates.Reliability;
        double failsAfter = (1 - rates.FirstAttempt) * Math.Pow(rates.FailsAgain, attempts - 1);
        return attempts > 1 && fails > 0 ? Math.Max(0, 1 - (failsAfter / fails)) : 0;
    }

    private bool Means(string list, int index, bool holds)
    {
        if (holds)
        {
            _used.Add((list, index));
        }

        return holds;
    }
}

/// <summary>What changes do for a step. Both 0..1.</summary>
/// <param name="OfFailure">Probability that a failed execution is rescued.</param>
/// <param name="OfSilence">Probability that a run that was lost silently is caught here, if the step was degraded, and the step is done again with success.</param>
internal readonly record struct Rescue(double OfFailure, double OfSilence);
