using System.Buffers;

namespace TraceGap.Aggregation;

/// <summary>
/// Which failed steps failed of their own, and which of those the run survived.
/// </summary>
/// <remarks>
/// A failed step is explained if a step below it failed and all steps between them did; with that it is enough to look at the steps directly below. An own failure is recovered if
/// some step above it did not fail, or if the run went on: a step that is not below it began after it ended, beside it or beside a step around it. Steps that were already
/// running beside it prove nothing, and calls that only their URL tells of prove nothing about steps that an instrumentation tells of: they may be stragglers of what was aborted.
/// </remarks>
internal static class OwnFailures
{
    /// <summary>Marks own failures and recovered ones, by the verdicts and the root's outcome.</summary>
    public static void Mark(StepForest forest)
    {
        bool hasRootFailed = forest.Root?.Verdict.Verdict is Verdict.Failed;
        bool anyFailed = false;
        HashSet<StepDraft?>? aroundLostCalls = AroundLostCalls(forest);
        ReadOnlySpan<StepDraft> order = forest.ParentsFirst();
        for (int i = order.Length - 1; i >= 0; i--)
        {
            StepDraft step = order[i];
            step.HasFailed = step.Verdict.Verdict == Verdict.Failed || (step.Verdict.Verdict == Verdict.Unfinished && hasRootFailed);
            step.OwnFailure = step.HasFailed && !IsExplained(step, aroundLostCalls) && !IsSilentRoot(forest, step);
            step.Recovered = step.HasRunGoneOn = false;
            anyFailed |= step.OwnFailure;
        }

        if (anyFailed)
        {
            MarkRecovered(forest, order);
        }
    }

    private static void MarkRecovered(StepForest forest, ReadOnlySpan<StepDraft> order)
    {

        Surroundings[] around = ArrayPool<Surroundings>.Shared.Rent(forest.Opened);
        Surroundings top = new(IsBelowFine: false, LastTold: long.MinValue, LastGuessed: long.MinValue);
        Surround(forest.Topmost, top, areSiblings: forest.Root is null, around);
        foreach (StepDraft step in order)
        {
            Surroundings here = around[step.Number];
            long lastBeside = step.IsGuess ? Math.Max(here.LastTold, here.LastGuessed) : here.LastTold;
            step.HasRunGoneOn = lastBeside > step.Start && Succession.IsAfter(lastBeside, step.End);
            step.Recovered = step.OwnFailure && (here.IsBelowFine || step.HasRunGoneOn);
            bool isFine = step.Verdict.Verdict is Verdict.Ok or Verdict.Degraded;
            Surround(step.Children, here with { IsBelowFine = here.IsBelowFine || isFine }, areSiblings: true, around);
        }

        ArrayPool<Surroundings>.Shared.Return(around);
    }

    /// <param name="IsBelowFine">Whether a step above did not fail.</param>
    /// <param name="LastTold">When the last step began beside the step or beside a step around it, of those that an instrumentation tells of.</param>
    /// <param name="LastGuessed">The same for those that only their URL tells of.</param>
    private readonly record struct Surroundings(bool IsBelowFine, long LastTold, long LastGuessed);

    private static bool IsExplained(StepDraft step, HashSet<StepDraft?>? aroundLostCalls) =>
        step.Children.Exists(child => child.HasFailed && child.SupersededIn != step) || (step.Span < 0 && aroundLostCalls?.Contains(step.Parent) == true);

    /// <summary>
    /// Steps with a failed call directly below them whose own span was never exported. Where a span around several calls was lost as well, the call that failed was most likely one of them: a cut stream takes
    /// all spans around it with it.
    /// </summary>
    private static HashSet<StepDraft?>? AroundLostCalls(StepForest forest)
    {
        HashSet<StepDraft?>? found = null;
        foreach (StepDraft step in forest.Steps)
        {
            if (step is { IsParentLost: true, Verdict.Verdict: Verdict.Failed })
            {
                (found ??= []).Add(step.Parent);
            }
        }

        return found;
    }

    /// <summary>A root that fails over steps that did not fail says nothing about itself: what was lost, was lost between the steps.</summary>
    private static bool IsSilentRoot(StepForest forest, StepDraft step) => step == forest.Root && step.Children.Count > 0;

    /// <summary>Gives each of some siblings what is around all of them, and the last start among the others.</summary>
    private static void Surround(List<StepDraft> siblings, Surroundings all, bool areSiblings, Surroundings[] around)
    {
        LatestTwo told = default;
        LatestTwo guessed = default;
        foreach (StepDraft sibling in areSiblings ? siblings : [])
        {
            (sibling.IsGuess ? ref guessed : ref told).Add(sibling);
        }

        foreach (StepDraft sibling in siblings)
        {
            around[sibling.Number] = all with
            {
                LastTold = Math.Max(all.LastTold, told.WithoutStartOf(sibling)),
                LastGuessed = Math.Max(all.LastGuessed, guessed.WithoutStartOf(sibling)),
            };
        }
    }

    /// <summary>The latest start among steps, and the latest but for the step that has it.</summary>
    private struct LatestTwo
    {
        private StepDraft? _latest;
        private StepDraft? _second;

        public void Add(StepDraft step)
        {
            if (_latest is null || step.Start > _latest.Start)
            {
                (_second, _latest) = (_latest, step);
            }
            else if (_second is null || step.Start > _second.Start)
            {
                _second = step;
            }
        }

        public readonly long WithoutStartOf(StepDraft step) => (_latest == step ? _second : _latest)?.Start ?? long.MinValue;
    }
}
