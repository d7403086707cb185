using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>
/// One contribution within a block of them, in two parts: what it is made of, which is alike from trace to trace, and its times and tokens, which are all but random. Most times follow from
/// others, and are then not written: what is expected is said in <see cref="ExpectedTimes"/>, and only what is otherwise is among the times. No time is negative; one that were would take
/// ten bytes.
/// </summary>
internal static class ContributionCodec
{
    private const int RevisedFlag = 1;
    private const int DurationFlag = 2;
    private const int FailureFlag = 4;
    private const int ModelsFlag = 8;
    private const int WasteFlag = 16;
    private const int SerialFlag = 32;
    private const int TaskFlag = 64;
    private const int AllFlags = 127;

    private const int AsExpected = 0;
    private const int Otherwise = 1;

    public static void Write(ByteWriter form, ByteWriter times, StepKeyTableWriter keys, TraceContribution trace)
    {
        form.WriteCount(FlagsOf(trace));
        form.WriteCount(keys.Texts.IndexOf(trace.Key.Environment));
        form.WriteCount(keys.Texts.IndexOf(trace.Key.Service));
        form.WriteCount(keys.Texts.IndexOf(trace.Key.Workflow));
        form.WriteCount(keys.Texts.IndexOf(trace.Key.Version));
        form.WriteSigned(trace.Minute);
        form.WriteSigned(trace.Weight);
        form.WriteCount(trace.Spans);
        OutcomeRecordCodec.Write(form, keys, trace.Outcome);
        if (trace.Task is ulong task)
        {
            times.WriteVarint(task);
        }

        ExpectedTimes expected = WriteTimes(form, times, keys, trace);
        WriteErrors(form, keys, trace.Errors);
        WriteWork(form, times, keys, trace, ref expected);
        if (trace.Failure is FailureKey failure)
        {
            FailureKeyCodec.Write(form, keys, failure);
        }
    }

    private static int FlagsOf(TraceContribution trace) =>
        (trace.Revised ? RevisedFlag : 0)
        | (trace.DurationNanos is null ? 0 : DurationFlag)
        | (trace.Failure is null ? 0 : FailureFlag)
        | (trace.Models.Length == 0 ? 0 : ModelsFlag)
        | (trace.Waste.Length == 0 ? 0 : WasteFlag)
        | (trace.Serial.Length == 0 ? 0 : SerialFlag)
        | (trace.Task is null ? 0 : TaskFlag);

    private static void WriteWork(ByteWriter form, ByteWriter times, StepKeyTableWriter keys, TraceContribution trace, ref ExpectedTimes expected)
    {
        if (trace.Models.Length > 0)
        {
            ContributedWorkCodec.WriteModels(form, times, keys, trace.Models, ref expected);
        }

        if (trace.Waste.Length > 0)
        {
            ContributedWorkCodec.WriteWaste(form, times, keys, trace.Waste);
        }

        if (trace.Serial.Length > 0)
        {
            ContributedWorkCodec.WriteSerial(form, times, keys, trace.Serial, expected);
        }
    }

    public static TraceContribution Read(ref ByteReader form, ref ByteReader times, StepKeyTable keys)
    {
        int flags = form.ReadInt32(AllFlags);
        RollupKey key = ReadKey(ref form, keys.Texts);
        long minute = form.ReadSigned();
        long weight = form.ReadSigned();
        int spans = form.ReadInt32();
        OutcomeRecord outcome = OutcomeRecordCodec.Read(ref form, keys);
        ulong? task = (flags & TaskFlag) != 0 ? times.ReadVarint() : null;
        StepDuration[] durations = ReadDurations(ref form, ref times, keys);
        ExpectedTimes expected = new(durations);
        long? duration = (flags & DurationFlag) != 0 ? ReadTime(ref form, ref times, expected.Duration) : null;
        StepCriticalTime[] criticalTimes = StepCriticalTimesCodec.Read(ref form, ref times, keys, ref expected, duration);
        return new TraceContribution
        {
            Revised = (flags & RevisedFlag) != 0,
            Key = key,
            Minute = minute,
            Weight = weight,
            Task = task,
            Spans = spans,
            Outcome = outcome,
            Durations = durations,
            DurationNanos = duration,
            CriticalTimes = criticalTimes,
            CoveredNanos = ReadTime(ref form, ref times, expected.Covered),
            PathTimes = ReadPathTimes(ref form, ref times, expected),
            Errors = ReadErrors(ref form, keys),
            Models = (flags & ModelsFlag) != 0 ? ContributedWorkCodec.ReadModels(ref form, ref times, keys, ref expected) : [],
            Waste = (flags & WasteFlag) != 0 ? ContributedWorkCodec.ReadWaste(ref form, ref times, keys) : [],
            Serial = (flags & SerialFlag) != 0 ? ContributedWorkCodec.ReadSerial(ref form, ref times, keys, expected) : [],
            Failure = (flags & FailureFlag) != 0 ? FailureKeyCodec.Read(ref form, keys) : null,
        };
    }

    /// <summary>Writes a time, of which there is nothing but a bit if it is as expected.</summary>
    public static void WriteTime(ByteWriter form, ByteWriter times, long value, long expected)
    {
        form.WriteCount(value == expected ? AsExpected : Otherwise);
        if (value != expected)
        {
            times.WriteVarint((ulong)value);
        }
    }

    /// <summary>Reads what <see cref="WriteTime"/> wrote.</summary>
    public static long ReadTime(ref ByteReader form, ref ByteReader times, long expected) => form.ReadInt32(Otherwise) == AsExpected ? expected : (long)times.ReadVarint();

    private static ExpectedTimes WriteTimes(ByteWriter form, ByteWriter times, StepKeyTableWriter keys, TraceContribution trace)
    {
        form.WriteCount(trace.Durations.Length);
        foreach (StepDuration step in trace.Durations)
        {
            form.WriteCount(keys.IndexOf(step.Key));
            times.WriteVarint((ulong)step.DurationNanos);
        }

        ExpectedTimes expected = new(trace.Durations);
        if (trace.DurationNanos is long duration)
        {
            WriteTime(form, times, duration, expected.Duration);
        }

        StepCriticalTimesCodec.Write(form, times, keys, trace, ref expected);
        WriteTime(form, times, trace.CoveredNanos, expected.Covered);
        WritePathTimes(form, times, trace.PathTimes, expected);
        return expected;
    }

    // Most of the 28 sums are zero: a mask says which are not.
    private static void WritePathTimes(ByteWriter form, ByteWriter times, long[] sums, in ExpectedTimes expected)
    {
        uint mask = 0;
        for (int i = 0; i < sums.Length; i++)
        {
            mask |= sums[i] != 0 ? 1u << i : 0;
        }

        form.WriteVarint(mask);
        for (int i = 0; i < sums.Length; i++)
        {
            if (sums[i] != 0)
            {
                WriteTime(form, times, sums[i], expected.OfPath(i));
            }
        }
    }

    private static long[] ReadPathTimes(ref ByteReader form, ref ByteReader times, in ExpectedTimes expected)
    {
        int mask = form.ReadInt32((1 << TraceContribution.PathTimeCount) - 1);
        long[] sums = new long[TraceContribution.PathTimeCount];
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] = (mask >> i & 1) != 0 ? ReadTime(ref form, ref times, expected.OfPath(i)) : 0;
        }

        return sums;
    }

    private static void WriteErrors(ByteWriter form, StepKeyTableWriter keys, StepError[] errors)
    {
        form.WriteCount(errors.Length);
        foreach (StepError error in errors)
        {
            form.WriteCount(keys.IndexOf(error.Key));
            form.WriteCount(keys.Texts.IndexOf(error.ErrorType));
            form.WriteCount(error.Count);
        }
    }

    private static RollupKey ReadKey(ref ByteReader form, TextTable texts) =>
        new(texts.ReadText(ref form), texts.ReadText(ref form), texts.ReadText(ref form), texts.ReadText(ref form));

    private static StepDuration[] ReadDurations(ref ByteReader form, ref ByteReader times, StepKeyTable keys)
    {
        StepDuration[] durations = new StepDuration[form.ReadCount()];
        for (int i = 0; i < durations.Length; i++)
        {
            durations[i] = new StepDuration(keys.ReadKey(ref form), (long)times.ReadVarint());
        }

        return durations;
    }

    private static StepError[] ReadErrors(ref ByteReader form, StepKeyTable keys)
    {
        StepError[] errors = new StepError[form.ReadCount()];
        for (int i = 0; i < errors.Length; i++)
        {
            errors[i] = new StepError(keys.ReadKey(ref form), keys.Texts.ReadText(ref form), form.ReadInt32());
        }

        return errors;
    }
}
