using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>
/// The critical times of the steps within a contribution: first how long each step was on the path, the first step of the trace last, since the others tell what is left for it; then of what
/// kinds the time is, of which the last follows from the others. Most steps have one kind, and that is nothing but a mask among what is alike from trace to trace.
/// </summary>
internal static class StepCriticalTimesCodec
{
    private const int AllKinds = (1 << KindNanos.Count) - 1;

    public static void Write(ByteWriter form, ByteWriter times, StepKeyTableWriter keys, TraceContribution trace, ref ExpectedTimes expected)
    {
        form.WriteCount(trace.CriticalTimes.Length);
        foreach (StepCriticalTime step in trace.CriticalTimes)
        {
            form.WriteCount(keys.IndexOf(step.Key));
            form.WriteCount(KindsOf(step.Nanos));
            if (!expected.IsRest(step.Key))
            {
                ContributionCodec.WriteTime(form, times, step.Nanos.Total, expected.OfStep(step.Key));
                expected.Add(step.Key, step.Nanos.Total);
            }
        }

        foreach (StepCriticalTime step in trace.CriticalTimes)
        {
            if (expected.IsRest(step.Key))
            {
                ContributionCodec.WriteTime(form, times, step.Nanos.Total, expected.Rest(trace.DurationNanos));
                expected.Add(step.Key, step.Nanos.Total);
            }
        }

        foreach (StepCriticalTime step in trace.CriticalTimes)
        {
            WriteKinds(times, step.Nanos);
            expected.Add(step);
        }
    }

    public static StepCriticalTime[] Read(ref ByteReader form, ref ByteReader times, StepKeyTable keys, ref ExpectedTimes expected, long? duration)
    {
        StepCriticalTime[] steps = new StepCriticalTime[form.ReadCount()];
        int[] kinds = new int[steps.Length];
        long[] totals = new long[steps.Length];
        for (int i = 0; i < steps.Length; i++)
        {
            StepKey key = keys.ReadKey(ref form);
            kinds[i] = form.ReadInt32(AllKinds);
            steps[i] = new StepCriticalTime(key, default);
            if (!expected.IsRest(key))
            {
                totals[i] = ContributionCodec.ReadTime(ref form, ref times, expected.OfStep(key));
                expected.Add(key, totals[i]);
            }
        }

        for (int i = 0; i < steps.Length; i++)
        {
            if (expected.IsRest(steps[i].Key))
            {
                totals[i] = ContributionCodec.ReadTime(ref form, ref times, expected.Rest(duration));
                expected.Add(steps[i].Key, totals[i]);
            }
        }

        for (int i = 0; i < steps.Length; i++)
        {
            steps[i] = steps[i] with { Nanos = ReadKinds(ref times, kinds[i], totals[i]) };
            expected.Add(steps[i]);
        }

        return steps;
    }

    private static int KindsOf(KindNanos nanos)
    {
        int mask = 0;
        for (int kind = 0; kind < KindNanos.Count; kind++)
        {
            mask |= nanos[(SegmentKind)kind] != 0 ? 1 << kind : 0;
        }

        return mask;
    }

    private static void WriteKinds(ByteWriter times, KindNanos nanos)
    {
        int mask = KindsOf(nanos);
        for (int kind = 0; kind < KindNanos.Count; kind++)
        {
            if (IsWritten(mask, kind))
            {
                times.WriteVarint((ulong)nanos[(SegmentKind)kind]);
            }
        }
    }

    private static KindNanos ReadKinds(ref ByteReader times, int mask, long total)
    {
        Span<long> nanos = stackalloc long[KindNanos.Count];
        long left = total;
        for (int kind = 0; kind < KindNanos.Count; kind++)
        {
            bool isThere = (mask >> kind & 1) != 0;
            nanos[kind] = IsWritten(mask, kind) ? (long)times.ReadVarint() : isThere ? left : 0;
            left = unchecked(left - nanos[kind]);
        }

        return new KindNanos(nanos);
    }

    /// <summary>Whether a kind is there and another one after it.</summary>
    private static bool IsWritten(int mask, int kind) => (mask >> kind & 1) != 0 && mask >> (kind + 1) != 0;
}
