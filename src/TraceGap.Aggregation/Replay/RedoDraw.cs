namespace TraceGap.Aggregation;

/// <summary>
/// How often the failed executions of a trace are done again, by a draw that is the same whenever it is made: its luck comes from the trace id and the number of the step. A draw keeps
/// the spread of durations; an expectation would take the slow runs out of the tail.
/// </summary>
internal readonly ref struct RedoDraw
{
    private readonly ReplayChanges _changes;
    private readonly IReadOnlyDictionary<StepKey, RedoRates> _rates;
    private readonly ReadOnlySpan<StepFinding> _steps;
    private readonly ulong _seed;
    private readonly bool _isSilent;

    public RedoDraw(ReplayChanges changes, IReadOnlyDictionary<StepKey, RedoRates> rates, TraceFindings findings, ReadOnlySpan<StepFinding> steps)
    {
        _changes = changes;
        _rates = rates;
        _steps = steps;
        _seed = TraceHash.Of(findings.TraceId);
        _isSilent = findings.Outcome == TraceOutcome.Failed;
        foreach (ref readonly StepFinding step in steps)
        {
            AnyFailed |= step is { IsExecution: true, OwnFailure: true };
            _isSilent &= step is not { IsExecution: true, OwnFailure: true, Recovered: false };
        }

        AnyFailed |= _isSilent;
    }

    /// <summary>Whether there is anything to be done again.</summary>
    public bool AnyFailed { get; }

    /// <summary>How often a step is done again.</summary>
    public int Repeats(int number)
    {
        ref readonly StepFinding step = ref _steps[number];
        if (!step.IsExecution || !_rates.TryGetValue(step.Key, out RedoRates rates))
        {
            return 0;
        }

        Luck luck = new(_seed, number);
        return step.OwnFailure ? AfterFailure(step, rates, luck)
            : _isSilent && step.Verdict == Verdict.Degraded ? AfterGates(step.Key, rates, ref luck, out _)
            : 0;
    }

    private int AfterFailure(in StepFinding step, RedoRates rates, Luck luck)
    {
        int repeats = 0;
        bool isRescued = false;
        for (int tries = step.Attempts.Count; tries < Attempts(step.Key) && !isRescued; tries++)
        {
            repeats++;
            isRescued = !luck.Strikes(rates.FailsAgain);
        }

        if (!isRescued)
        {
            repeats += AfterGates(step.Key, rates, ref luck, out isRescued);
        }

        foreach (FallbackChange fallback in _changes.Fallback)
        {
            if (!isRescued && fallback.Target.Matches(step.Key))
            {
                repeats++;
                isRescued = luck.Strikes(fallback.Reliability ?? rates.FirstAttempt);
            }
        }

        return repeats;
    }

    private int AfterGates(StepKey key, RedoRates rates, ref Luck luck, out bool isRescued)
    {
        int repeats = 0;
        isRescued = false;
        foreach (GateChange gate in _changes.Gate)
        {
            if (!isRescued && gate.Target.Matches(key) && luck.Strikes(gate.Catch))
            {
                repeats++;
                isRescued = luck.Strikes(rates.Reliability);
            }
        }

        return repeats;
    }

    private int Attempts(StepKey key)
    {
        int most = 1;
        foreach (RetryChange retry in _changes.Retry)
        {
            most = retry.Target.Matches(key) ? Math.Max(most, retry.Attempts) : most;
        }

        return most;
    }

    private struct Luck(ulong seed, int number)
    {
        private ulong _state = TraceHash.Mix(seed ^ (uint)number);

        public bool Strikes(double probability)
        {
            _state = TraceHash.Mix(_state);
            return (_state >> 11) * (1.0 / (1UL << 53)) < probability;
        }
    }
}
