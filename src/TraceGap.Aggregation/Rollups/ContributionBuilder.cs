using System.Runtime.InteropServices;

namespace TraceGap.Aggregation;

/// <summary>Findings of one trace → what it adds to the rollup of its key and minute. Pure.</summary>
/// <remarks>
/// Every trace counts in the total under its outcome. Open and cancelled ones count nowhere else. Unknown ones keep their steps, because reports say what they would mean as
/// failed traces, but have neither latency nor errors: those cover traces that are known to be ok or failed.
/// </remarks>
public static class ContributionBuilder
{
    private const long NanosPerMinute = 60_000_000_000;

    private static readonly Comparer<(StepKey Key, string ErrorType)> ByKeyAndErrorType = Comparer<(StepKey Key, string ErrorType)>.Create(static (left, right) =>
        left.Key.CompareTo(right.Key) is not 0 and int byKey ? byKey : string.CompareOrdinal(left.ErrorType, right.ErrorType));

    /// <summary>Builds the contribution.</summary>
    /// <param name="findings">What the analysis found.</param>
    /// <param name="revised">True if this is not the first revision of the trace.</param>
    public static TraceContribution Build(TraceFindings findings, bool revised) => Build(findings, revised, new ContributionScratch());

    /// <summary>The same in memory that is used again.</summary>
    internal static TraceContribution Build(TraceFindings findings, bool revised, ContributionScratch scratch)
    {
        bool isDecided = findings.Outcome is TraceOutcome.Ok or TraceOutcome.Failed;
        bool hasSteps = isDecided || findings.Outcome == TraceOutcome.Unknown;
        bool hasLatency = isDecided && findings.RootIndex >= 0;
        ReadOnlySpan<StepFinding> steps = hasSteps ? AsSpan(findings.Steps) : [];
        ReadOnlySpan<SpanFinding> spans = AsSpan(findings.Spans);
        scratch.Begin(steps);
        Count(steps, findings.Outcome, scratch);
        scratch.Path.Find(steps, spans);
        StepWaste[] waste = scratch.Waste.Find(steps, spans);
        long[] pathTimes = new long[TraceContribution.PathTimeCount];
        long covered = hasLatency ? AddPathTimes(AsSpan(findings.CriticalPath), spans, pathTimes, scratch) : 0;
        return new TraceContribution
        {
            Key = findings.Key,
            Minute = findings.EndUnixNanos / NanosPerMinute,
            Outcome = OutcomeOf(findings, steps, scratch),
            Weight = findings.Weight,
            Task = findings.Task,
            Spans = findings.Spans.Count,
            Revised = revised,
            DurationNanos = hasLatency ? Math.Max(0, findings.EndUnixNanos - findings.StartUnixNanos) : null,
            PathTimes = pathTimes,
            CoveredNanos = covered,
            Durations = isDecided ? Durations(steps) : [],
            CriticalTimes = hasLatency ? CriticalTimes(scratch) : [],
            Errors = isDecided ? Errors(steps) : [],
            Models = scratch.Models.Find(steps, scratch.Waste.IsRepeated),
            Waste = waste,
            Serial = hasLatency ? scratch.Serial.Find(steps, spans, AsSpan(findings.CriticalPath)) : [],
            Failure = findings.Outcome == TraceOutcome.Failed && findings.Failure is TraceFailure failure
                ? new FailureKey(failure.Layer, failure.Step, failure.ErrorType)
                : null,
        };
    }

    private static OutcomeRecord OutcomeOf(TraceFindings findings, ReadOnlySpan<StepFinding> steps, ContributionScratch scratch)
    {
        bool hasUnrecovered = false;
        foreach (ref readonly StepFinding step in steps)
        {
            hasUnrecovered |= step is { IsExecution: true, OwnFailure: true, Recovered: false };
        }

        bool isInferred = findings.OutcomeSource == OutcomeSource.Inferred;
        return new OutcomeRecord(scratch.Path.Keys(steps), StepCounts(scratch), findings.Outcome, isInferred, hasUnrecovered, scratch.Path.LastFailed);
    }

    private static void Count(ReadOnlySpan<StepFinding> steps, TraceOutcome outcome, ContributionScratch scratch)
    {
        for (int i = 0; i < steps.Length; i++)
        {
            ref readonly StepFinding step = ref steps[i];
            if (step.Verdict == Verdict.Cancelled)
            {
                continue;
            }

            ref StepCount count = ref scratch.Counts[scratch.NumberOfStep[i]];
            count = count with { Attempts = count.Attempts + step.Attempts.Count };
            count = step.IsExecution ? WithExecution(count, step, outcome) : count;
        }
    }

    private static StepCount[] StepCounts(ContributionScratch scratch)
    {
        StepCount[] counts = new StepCount[scratch.InOrderOfKeys.Count];
        int written = 0;
        foreach (int number in scratch.InOrderOfKeys)
        {
            // Cancelled steps alone count nowhere.
            if (scratch.Counts[number].Attempts > 0)
            {
                counts[written++] = scratch.Counts[number];
            }
        }

        return written == counts.Length ? counts : counts[..written];
    }

    private static StepCount WithExecution(StepCount count, in StepFinding step, TraceOutcome outcome) => count with
    {
        Executions = count.Executions + 1,
        OwnFailures = count.OwnFailures + (step.OwnFailure ? 1 : 0),
        Recovered = count.Recovered + (step.OwnFailure && step.Recovered ? 1 : 0),
        Degraded = count.Degraded + (IsDegraded(step, outcome) ? 1 : 0),
        FailedFirstAttempts = count.FailedFirstAttempts + (FailedFirst(step) ? 1 : 0),
    };

    /// <summary>A step that never ended is no better than degraded; where the trace failed, it counts as failed if anything.</summary>
    private static bool IsDegraded(in StepFinding step, TraceOutcome outcome) =>
        step.Verdict == Verdict.Degraded || (step.Verdict == Verdict.Unfinished && !step.OwnFailure && outcome != TraceOutcome.Failed);

    /// <summary>What failed inside a superseded attempt is no execution, so the retried step alone can tell that its first attempt failed, whatever explains it.</summary>
    private static bool FailedFirst(in StepFinding step) =>
        step.Attempts.Count == 1 ? step.OwnFailure : step.Attempts[0].Verdict is Verdict.Failed or Verdict.Unfinished;

    /// <returns>Path time inside steps without steps below them, ns.</returns>
    private static long AddPathTimes(ReadOnlySpan<PathSegment> path, ReadOnlySpan<SpanFinding> spans, long[] pathTimes, ContributionScratch scratch)
    {
        long covered = 0;
        foreach (ref readonly PathSegment segment in path)
        {
            long nanos = segment.EndUnixNanos - segment.StartUnixNanos;
            pathTimes[((int)segment.Layer * KindNanos.Count) + (int)segment.Kind] += nanos;
            int step = spans[segment.SpanIndex].StepIndex;
            if (step >= 0)
            {
                scratch.CriticalNanos[(scratch.NumberOfStep[step] * KindNanos.Count) + (int)segment.Kind] += nanos;
                covered += scratch.HasStepsBelow[step] ? 0 : nanos;
            }
        }

        return covered;
    }

    private static StepCriticalTime[] CriticalTimes(ContributionScratch scratch)
    {
        StepCriticalTime[] times = new StepCriticalTime[scratch.InOrderOfKeys.Count];
        int written = 0;
        foreach (int number in scratch.InOrderOfKeys)
        {
            KindNanos nanos = new(scratch.CriticalNanos.AsSpan(number * KindNanos.Count, KindNanos.Count));
            if (nanos.Total > 0)
            {
                times[written++] = new StepCriticalTime(scratch.Counts[number].Key, nanos);
            }
        }

        return written == times.Length ? times : times[..written];
    }

    private static StepDuration[] Durations(ReadOnlySpan<StepFinding> steps)
    {
        StepDuration[] durations = new StepDuration[steps.Length];
        int written = 0;
        foreach (ref readonly StepFinding step in steps)
        {
            if (step.IsExecution)
            {
                durations[written++] = new StepDuration(step.Key, step.EndUnixNanos - step.StartUnixNanos);
            }
        }

        return written == durations.Length ? durations : durations[..written];
    }

    private static StepError[] Errors(ReadOnlySpan<StepFinding> steps)
    {
        SortedDictionary<(StepKey Key, string ErrorType), int>? counts = null;
        foreach (ref readonly StepFinding step in steps)
        {
            if (step.IsExecution && step.OwnFailure)
            {
                counts ??= new SortedDictionary<(StepKey Key, string ErrorType), int>(ByKeyAndErrorType);
                counts[(step.Key, step.ErrorType ?? "")] = counts.GetValueOrDefault((step.Key, step.ErrorType ?? "")) + 1;
            }
        }

        return counts is null ? [] : [.. counts.Select(static it => new StepError(it.Key.Key, it.Key.ErrorType, it.Value))];
    }

    private static ReadOnlySpan<T> AsSpan<T>(IReadOnlyList<T> list) => list is List<T> inMemory ? CollectionsMarshal.AsSpan(inMemory) : list.ToArray();
}
