using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>Count and weight sums of equal <see cref="OutcomeRecord"/>s. Weights are fixed point 2^−16, so their squares are 2^−32.</summary>
/// <param name="Count">Traces.</param>
/// <param name="Weight">Σw.</param>
/// <param name="WeightSquared">Σw².</param>
public readonly record struct OutcomeWeight(long Count, Int128 Weight, Int128 WeightSquared)
{
    /// <summary>Adds two sums.</summary>
    public static OutcomeWeight operator +(OutcomeWeight left, OutcomeWeight right) =>
        new(left.Count + right.Count, left.Weight + right.Weight, left.WeightSquared + right.WeightSquared);
}

/// <summary>Traces whose end-to-end duration lies in one bin: how many, and where their time went.</summary>
public sealed class DurationBin
{
    /// <summary>Traces.</summary>
    public long Count { get; set; }

    /// <summary>Exact sum of their durations, ns.</summary>
    public Int128 SumNanos { get; set; }

    /// <summary>Exact critical-path sums, <c>[(int)layer * 4 + (int)kind]</c>, ns.</summary>
    public Int128[] PathTimes { get; } = new Int128[TraceContribution.PathTimeCount];
}

/// <summary>Latency figures of one step key.</summary>
public sealed class StepCell
{
    /// <summary>Durations of executions.</summary>
    public LatencyHistogram Durations { get; } = new();

    /// <summary>Own path time by <see cref="SegmentKind"/>, each by how long the traces took that spent it.</summary>
    public BinnedTime[] Critical { get; } = [.. Enumerable.Range(0, KindNanos.Count).Select(static _ => new BinnedTime())];

    /// <summary>Own failures by error type; no zero counts.</summary>
    public SortedDictionary<string, long> Errors { get; } = new(StringComparer.Ordinal);

    /// <summary>All own path time, ns.</summary>
    public Int128 CriticalNanos
    {
        get
        {
            Int128 sum = 0;
            foreach (BinnedTime kind in Critical)
            {
                sum += kind.TotalNanos;
            }

            return sum;
        }
    }

    /// <summary>True if there is nothing in it.</summary>
    public bool IsEmpty => Durations.Count == 0 && Errors.Count == 0 && Array.TrueForAll(Critical, static kind => kind.Count == 0);

    /// <summary>Adds all of another.</summary>
    public void Merge(StepCell other)
    {
        Durations.Merge(other.Durations);
        for (int kind = 0; kind < Critical.Length; kind++)
        {
            Critical[kind].Merge(other.Critical[kind]);
        }

        foreach ((string errorType, long count) in other.Errors)
        {
            AddError(errorType, count);
        }
    }

    /// <summary>Adds own failures of an error type, or takes them out.</summary>
    public void AddError(string errorType, long count)
    {
        long sum = Errors.GetValueOrDefault(errorType) + count;
        if (sum == 0)
        {
            Errors.Remove(errorType);
        }
        else
        {
            Errors[errorType] = sum;
        }
    }

    /// <summary>Adds own path time of a trace whose duration is in a bin, or takes it out with sign −1.</summary>
    internal void AddCritical(int bin, KindNanos nanos, int sign)
    {
        for (int kind = 0; kind < Critical.Length; kind++)
        {
            if (nanos[(SegmentKind)kind] is not 0 and long ofKind)
            {
                Critical[kind].Add(bin, (Int128)sign * ofKind);
            }
        }
    }
}

/// <summary>
/// The sum of the contributions of any number of traces with one <see cref="RollupKey"/>: everything that reports are made of. All sums are integers, so adding and taking
/// out are exact and their order does not matter. One owner, no lock.
/// </summary>
public sealed class RollupCell
{
    /// <summary>The outcome table.</summary>
    public OutcomeSums Outcomes { get; internal set; } = new();

    /// <summary>End-to-end durations by bin; no zero counts.</summary>
    public SortedList<int, DurationBin> Durations { get; } = [];

    /// <summary>Per layer: critical-path time of each trace that has path time in the layer.</summary>
    public LatencyHistogram[] LayerCritical { get; } = [.. Enumerable.Range(0, LayerNames.Count).Select(static _ => new LatencyHistogram())];

    /// <summary>Latency figures by step key.</summary>
    public Dictionary<StepKey, StepCell> Steps { get; } = [];

    /// <summary>Failed traces by the failure that ended them; no zero counts.</summary>
    public Dictionary<FailureKey, long> Failures { get; } = [];

    /// <summary>How tries of tasks ended.</summary>
    public TaskTable Tasks { get; } = new();

    /// <summary>Serial groups, redundant work, model calls.</summary>
    public WorkSums Work { get; } = new();

    /// <summary>Distinct spans.</summary>
    public long Spans { get; set; }

    /// <summary>Traces that were revised.</summary>
    public long Revised { get; set; }

    /// <summary>Path time inside steps without steps below them, ns.</summary>
    public Int128 CoveredNanos { get; set; }

    /// <summary>Traces, whatever their outcome.</summary>
    public long Traces => Outcomes.Traces;

    /// <summary>Adds a contribution.</summary>
    public void Add(TraceId id, TraceContribution contribution) => Apply(id, contribution, 1, Outcomes);

    /// <summary>Takes a contribution out that was added before.</summary>
    public void Remove(TraceId id, TraceContribution contribution) => Apply(id, contribution, -1, Outcomes);

    /// <summary>Adds all of another cell.</summary>
    public void Merge(RollupCell other) => Merge(other, Outcomes);

    /// <summary>Adds all of another cell, its outcome table to one that stands elsewhere.</summary>
    /// <param name="other">The other cell.</param>
    /// <param name="outcomes">The outcome table.</param>
    /// <param name="parts">What of it is added.</param>
    public void Merge(RollupCell other, OutcomeSums outcomes, RollupParts parts = RollupParts.All)
    {
        if (parts.HasFlag(RollupParts.Paths))
        {
            outcomes.Merge(other.Outcomes);
        }
        else
        {
            outcomes.MergeCounts(other.Outcomes);
        }

        if (parts.HasFlag(RollupParts.Durations))
        {
            foreach ((int bin, DurationBin times) in other.Durations)
            {
                AddDuration(bin, times.Count, times.SumNanos, times.PathTimes);
            }
        }

        if (parts.HasFlag(RollupParts.Details))
        {
            MergeDetails(other);
        }
    }

    private void MergeDetails(RollupCell other)
    {
        for (int layer = 0; layer < LayerNames.Count; layer++)
        {
            LayerCritical[layer].Merge(other.LayerCritical[layer]);
        }

        foreach ((StepKey key, StepCell step) in other.Steps)
        {
            Step(key).Merge(step);
        }

        foreach ((FailureKey key, long count) in other.Failures)
        {
            AddFailure(key, count);
        }

        Tasks.Merge(other.Tasks);
        Work.Merge(other.Work);
        Spans += other.Spans;
        Revised += other.Revised;
        CoveredNanos += other.CoveredNanos;
    }

    /// <summary>The figures of a step key, made if they are not there.</summary>
    public StepCell Step(StepKey key)
    {
        if (!Steps.TryGetValue(key, out StepCell? step))
        {
            step = new StepCell();
            Steps.Add(key, step);
        }

        return step;
    }

    /// <summary>Adds traces to a duration bin; <paramref name="pathTimes"/> has <see cref="TraceContribution.PathTimeCount"/> sums.</summary>
    public void AddDuration(int bin, long count, Int128 sumNanos, ReadOnlySpan<Int128> pathTimes)
    {
        DurationBin times = Duration(bin, count, sumNanos);
        for (int i = 0; i < pathTimes.Length; i++)
        {
            if (pathTimes[i] != 0)
            {
                times.PathTimes[i] += pathTimes[i];
            }
        }

        DropIfEmpty(bin, times);
    }

    /// <summary>Adds to the failed traces of a failure.</summary>
    public void AddFailure(FailureKey key, long count)
    {
        long sum = Failures.GetValueOrDefault(key) + count;
        if (sum == 0)
        {
            Failures.Remove(key);
        }
        else
        {
            Failures[key] = sum;
        }
    }

    /// <summary>Adds a contribution, or takes it out with sign −1; what it adds to the outcome table goes to one that may stand elsewhere.</summary>
    internal void Apply(TraceId id, TraceContribution trace, int sign, OutcomeSums outcomes)
    {
        Int128 weight = trace.Weight;
        outcomes.Add(trace.Outcome, PathLevel.Of(id), new OutcomeWeight(sign, sign * weight, sign * weight * weight));
        if (trace.DurationNanos is long duration)
        {
            int bin = LatencyBins.Of(duration);
            AddPathTimes(trace, bin, (Int128)sign * duration, sign);
            foreach (StepCriticalTime step in trace.CriticalTimes)
            {
                Step(step.Key).AddCritical(bin, step.Nanos, sign);
            }
        }

        foreach (StepDuration step in trace.Durations)
        {
            Step(step.Key).Durations.Add(step.DurationNanos, sign);
        }

        foreach (StepError error in trace.Errors)
        {
            Step(error.Key).AddError(error.ErrorType, sign * error.Count);
        }

        if (trace.Task is ulong task && trace.Outcome.Outcome is TraceOutcome.Ok or TraceOutcome.Failed)
        {
            bool isOk = trace.Outcome.Outcome == TraceOutcome.Ok;
            Tasks.Add(task, new TaskTries(isOk ? sign : 0, isOk ? 0 : sign));
        }

        Work.Apply(trace, sign);
        if (trace.Failure is FailureKey failure)
        {
            AddFailure(failure, sign);
        }

        Spans += sign * (long)trace.Spans;
        Revised += trace.Revised ? sign : 0;
        CoveredNanos += (Int128)sign * trace.CoveredNanos;
        if (sign < 0)
        {
            DropEmptySteps(trace);
        }
    }

    private void AddPathTimes(TraceContribution trace, int bin, Int128 sumNanos, int sign)
    {
        DurationBin times = Duration(bin, sign, sumNanos);
        for (int layer = 0; layer < LayerNames.Count; layer++)
        {
            long inLayer = 0;
            for (int i = layer * KindNanos.Count; i < (layer + 1) * KindNanos.Count; i++)
            {
                long nanos = trace.PathTimes[i];
                if (nanos != 0)
                {
                    times.PathTimes[i] += sign * (Int128)nanos;
                    inLayer += nanos;
                }
            }

            if (inLayer > 0)
            {
                LayerCritical[layer].Add(inLayer, sign);
            }
        }

        DropIfEmpty(bin, times);
    }

    private DurationBin Duration(int bin, long count, Int128 sumNanos)
    {
        if (!Durations.TryGetValue(bin, out DurationBin? times))
        {
            times = new DurationBin();
            Durations.Add(bin, times);
        }

        times.Count += count;
        times.SumNanos += sumNanos;
        return times;
    }

    private void DropIfEmpty(int bin, DurationBin times)
    {
        if (times.Count == 0)
        {
            Durations.Remove(bin);
        }
    }

    private void DropEmptySteps(TraceContribution trace)
    {
        foreach (StepKey key in trace.Durations.Select(static step => step.Key).Concat(trace.CriticalTimes.Select(static step => step.Key)))
        {
            if (Steps.TryGetValue(key, out StepCell? step) && step.IsEmpty)
            {
                Steps.Remove(key);
            }
        }
    }
}
