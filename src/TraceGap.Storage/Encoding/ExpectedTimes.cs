using System.Runtime.CompilerServices;
using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>
/// What the times of a contribution are in the common case, as far as they follow from those written before. Nothing depends on it being right: times that are otherwise are stored.
/// <list type="bullet">
/// <item>The trace lasts as long as its first step.</item>
/// <item>A step that has none below it is on the critical path for all of its duration; such steps cover the path.</item>
/// <item>The first step has what the others leave of the trace's duration.</item>
/// <item>The kinds of a layer are those of its steps.</item>
/// <item>Every step of a layer that calls models made output, at the first attempt; the last model has what the others leave.</item>
/// <item>A serial group has all steps of its keys.</item>
/// </list>
/// </summary>
internal struct ExpectedTimes(StepDuration[] durations)
{
    // Beyond this the sums are not worth looking for; a trace of very many steps must not cost their square.
    private const int MostDurations = 64;

    private PathTimes _path;
    private LayerTimes _calls;
    private long _sum;

    /// <summary>Duration of the trace.</summary>
    public readonly long Duration => durations.Length == 0 ? 0 : durations[0].DurationNanos;

    /// <summary>Path time of the steps that were as expected.</summary>
    public long Covered { get; private set; }

    /// <summary>True for the step whose critical time comes last.</summary>
    public readonly bool IsRest(StepKey key) => durations.Length > 0 && IsSame(durations[0].Key, key);

    /// <summary>Critical time of a step.</summary>
    public readonly long OfStep(StepKey key)
    {
        long sum = 0;
        for (int i = 0; i < durations.Length && i < MostDurations; i++)
        {
            sum = unchecked(sum + (IsSame(durations[i].Key, key) ? durations[i].DurationNanos : 0));
        }

        return sum;
    }

    /// <summary>Critical time of the step that comes last.</summary>
    public readonly long Rest(long? duration) => unchecked((duration ?? 0) - _sum);

    /// <summary>Path time of a layer and kind, by its place in <see cref="TraceContribution.PathTimes"/>.</summary>
    public readonly long OfPath(int place) => _path[place];

    /// <summary>What the models so far leave of the durations of a layer.</summary>
    public readonly long OfCalls(Layer layer)
    {
        long sum = 0;
        for (int i = 0; i < durations.Length && i < MostDurations; i++)
        {
            sum = unchecked(sum + (durations[i].Key.Layer == layer ? durations[i].DurationNanos : 0));
        }

        return unchecked(sum - _calls[(int)layer]);
    }

    /// <summary>Saving of a serial group.</summary>
    public readonly long OfGroup(SerialGroup group)
    {
        long sum = 0;
        long longest = 0;
        for (int i = 0; i < durations.Length && i < MostDurations; i++)
        {
            if (IsAmong(group.Children, durations[i].Key))
            {
                sum = unchecked(sum + durations[i].DurationNanos);
                longest = Math.Max(longest, durations[i].DurationNanos);
            }
        }

        return unchecked(sum - longest);
    }

    /// <summary>Takes note of the calls of a model.</summary>
    public void Add(in ModelUsage model) => _calls[(int)model.Key.Layer] = unchecked(_calls[(int)model.Key.Layer] + model.OutputNanos);

    /// <summary>Takes note of the critical time of a step.</summary>
    public void Add(StepKey step, long criticalNanos)
    {
        _sum = unchecked(_sum + criticalNanos);
        if (!IsRest(step) && criticalNanos == OfStep(step))
        {
            Covered = unchecked(Covered + criticalNanos);
        }
    }

    /// <summary>Takes note of what kinds the critical time of a step is of.</summary>
    public void Add(in StepCriticalTime step)
    {
        for (int kind = 0; kind < KindNanos.Count; kind++)
        {
            int place = ((int)step.Key.Layer * KindNanos.Count) + kind;
            _path[place] = unchecked(_path[place] + step.Nanos[(SegmentKind)kind]);
        }
    }

    private static bool IsAmong(IReadOnlyList<StepKey> keys, StepKey key)
    {
        for (int i = 0; i < keys.Count; i++)
        {
            if (IsSame(keys[i], key))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsSame(StepKey left, StepKey right) => ReferenceEquals(left, right) || left.Equals(right);

    [InlineArray(LayerNames.Count)]
    private struct LayerTimes
    {
        private long _first;
    }

    [InlineArray(TraceContribution.PathTimeCount)]
    private struct PathTimes
    {
        private long _first;
    }
}
