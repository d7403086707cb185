namespace TraceGap.Aggregation;

/// <summary>Findings of one trace → what it adds to the rollup of its key and minute. Pure.</summary>
/// <remarks>
/// Every trace counts in the total under its outcome. Open and cancelled ones count nowhere else. Unknown ones keep their steps, because reports say what they would mean as
/// failed traces, but have neither latency nor errors: those cover traces that are known to be ok or failed.
/// </remarks>
public static class ContributionBuilder
{
    /// <summary>Far above what a model call can read or write, so that no reported number can overflow a sum.</summary>
    private const long MaxTokens = 1L << 40;

    private const long NanosPerMinute = 60_000_000_000;

    /// <summary>Builds the contribution.</summary>
    /// <param name="findings">What the analysis found.</param>
    /// <param name="revised">True if this is not the first revision of the trace.</param>
    public static TraceContribution Build(TraceFindings findings, bool revised)
    {
        bool isDecided = findings.Outcome is TraceOutcome.Ok or TraceOutcome.Failed;
        bool hasSteps = isDecided || findings.Outcome == TraceOutcome.Unknown;
        bool hasLatency = isDecided && findings.RootIndex >= 0;
        StepFinding[] executions = [.. findings.Steps.Where(static step => step.IsExecution)];
        return new TraceContribution
        {
            Key = findings.Key,
            Minute = findings.EndUnixNanos / NanosPerMinute,
            Outcome = OutcomeOf(findings, hasSteps),
            Weight = findings.Weight,
            Spans = findings.Spans.Count,
            Revised = revised,
            DurationNanos = hasLatency ? Math.Max(0, findings.EndUnixNanos - findings.StartUnixNanos) : null,
            PathTimes = PathTimes(hasLatency ? findings.CriticalPath : []),
            CoveredNanos = hasLatency ? CoveredNanos(findings) : 0,
            Durations = isDecided ? [.. executions.Select(static step => new StepDuration(step.Key, step.EndUnixNanos - step.StartUnixNanos))] : [],
            CriticalTimes = hasLatency ? CriticalTimes(findings) : [],
            Errors = isDecided ? Errors(executions) : [],
            Tokens = hasSteps ? Tokens(executions) : [],
            Failure = findings.Outcome == TraceOutcome.Failed && findings.Failure is TraceFailure failure
                ? new FailureKey(failure.Layer, failure.Step, failure.ErrorType)
                : null,
        };
    }

    private static OutcomeRecord OutcomeOf(TraceFindings findings, bool hasSteps)
    {
        bool isInferred = findings.OutcomeSource == OutcomeSource.Inferred;
        if (!hasSteps)
        {
            return new OutcomeRecord([], [], findings.Outcome, isInferred, false, false);
        }

        PathPositions positions = new(findings);
        bool hasUnrecovered = findings.Steps.Any(static step => step.IsExecution && step.OwnFailure && !step.Recovered);
        return new OutcomeRecord(positions.Keys(), StepCounts(findings), findings.Outcome, isInferred, hasUnrecovered, positions.LastFailed);
    }

    private static StepCount[] StepCounts(TraceFindings findings)
    {
        SortedDictionary<StepKey, StepCount> counts = [];
        foreach (StepFinding step in findings.Steps.Where(static step => step.Verdict != Verdict.Cancelled))
        {
            StepCount before = counts.GetValueOrDefault(step.Key, new StepCount(step.Key, 0, 0, 0, 0, 0, 0));
            StepCount tried = before with { Attempts = before.Attempts + step.Attempts.Count };
            counts[step.Key] = step.IsExecution ? WithExecution(tried, step, findings.Outcome) : tried;
        }

        return [.. counts.Values];
    }

    private static StepCount WithExecution(StepCount count, StepFinding step, TraceOutcome outcome) => count with
    {
        Executions = count.Executions + 1,
        OwnFailures = count.OwnFailures + (step.OwnFailure ? 1 : 0),
        Recovered = count.Recovered + (step.OwnFailure && step.Recovered ? 1 : 0),
        Degraded = count.Degraded + (IsDegraded(step, outcome) ? 1 : 0),
        FailedFirstAttempts = count.FailedFirstAttempts + (FailedFirst(step) ? 1 : 0),
    };

    /// <summary>A step that never ended is no better than degraded; where the trace failed, it counts as failed if anything.</summary>
    private static bool IsDegraded(StepFinding step, TraceOutcome outcome) =>
        step.Verdict == Verdict.Degraded || (step.Verdict == Verdict.Unfinished && !step.OwnFailure && outcome != TraceOutcome.Failed);

    /// <summary>What failed inside a superseded attempt is no execution, so the retried step alone can tell that its first attempt failed, whatever explains it.</summary>
    private static bool FailedFirst(StepFinding step) =>
        step.Attempts.Count == 1 ? step.OwnFailure : step.Attempts[0].Verdict is Verdict.Failed or Verdict.Unfinished;

    private static long[] PathTimes(IReadOnlyList<PathSegment> path)
    {
        long[] times = new long[TraceContribution.PathTimeCount];
        foreach (PathSegment segment in path)
        {
            times[((int)segment.Layer * 4) + (int)segment.Kind] += segment.EndUnixNanos - segment.StartUnixNanos;
        }

        return times;
    }

    private static long CoveredNanos(TraceFindings findings)
    {
        HashSet<int> withStepsBelow = [.. findings.Steps.Select(static step => step.ParentIndex)];
        return OwnTimes(findings).Where(it => !withStepsBelow.Contains(it.Step.Index)).Sum(static it => it.Nanos);
    }

    private static StepCriticalTime[] CriticalTimes(TraceFindings findings)
    {
        SortedDictionary<StepKey, long> times = [];
        foreach ((StepFinding step, long nanos) in OwnTimes(findings))
        {
            times[step.Key] = times.GetValueOrDefault(step.Key) + nanos;
        }

        return [.. times.Select(static it => new StepCriticalTime(it.Key, it.Value))];
    }

    private static IEnumerable<(StepFinding Step, long Nanos)> OwnTimes(TraceFindings findings)
    {
        foreach (PathSegment segment in findings.CriticalPath)
        {
            int step = findings.Spans[segment.SpanIndex].StepIndex;
            if (step >= 0)
            {
                yield return (findings.Steps[step], segment.EndUnixNanos - segment.StartUnixNanos);
            }
        }
    }

    private static StepError[] Errors(StepFinding[] executions) =>
    [
        .. executions.Where(static step => step.OwnFailure)
            .GroupBy(static step => (step.Key, ErrorType: step.ErrorType ?? ""))
            .OrderBy(static group => group.Key.Key).ThenBy(static group => group.Key.ErrorType, StringComparer.Ordinal)
            .Select(static group => new StepError(group.Key.Key, group.Key.ErrorType, group.Count())),
    ];

    private static LayerTokens[] Tokens(StepFinding[] executions) =>
    [
        .. executions.GroupBy(static step => step.Key.Layer)
            .OrderBy(static group => group.Key)
            .Select(static group => new LayerTokens(
                group.Key,
                group.Sum(static step => Math.Clamp(step.InputTokens, 0, MaxTokens)),
                group.Sum(static step => Math.Clamp(step.OutputTokens, 0, MaxTokens))))
            .Where(static tokens => tokens.Input > 0 || tokens.Output > 0),
    ];
}
