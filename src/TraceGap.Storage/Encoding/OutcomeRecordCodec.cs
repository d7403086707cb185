using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>
/// An outcome record within a block: flags (outcome in the low 3 bits, inferred, has unrecovered, last failed), positions of the path (number of keys, keys), counts per step key.
/// </summary>
internal static class OutcomeRecordCodec
{
    private const int OutcomeMask = 7;
    private const int InferredFlag = 8;
    private const int UnrecoveredFlag = 16;
    private const int LastFailedFlag = 32;
    private const int LargestFlags = 63;
    private const int NumbersOfStep = 6;
    private const int AttemptsOfStep = 4;

    // By their flags.
    private static readonly OutcomeRecord?[] WithoutPath = [.. Enumerable.Range(0, LargestFlags + 1).Select(static flags => (flags & OutcomeMask) <= (int)TraceOutcome.Open ? Make([], [], flags) : null)];

    public static void Write(ByteWriter writer, StepKeyTableWriter keys, OutcomeRecord record)
    {
        writer.WriteCount((int)record.Outcome
            | (record.Inferred ? InferredFlag : 0) | (record.HasUnrecovered ? UnrecoveredFlag : 0) | (record.LastFailed ? LastFailedFlag : 0));
        writer.WriteCount(record.Path.Count);
        for (int i = 0; i < record.Path.Count; i++)
        {
            IReadOnlyList<StepKey> position = record.Path[i];
            writer.WriteCount(position.Count);
            for (int j = 0; j < position.Count; j++)
            {
                writer.WriteCount(keys.IndexOf(position[j]));
            }
        }

        writer.WriteCount(record.Steps.Count);
        for (int i = 0; i < record.Steps.Count; i++)
        {
            WriteStep(writer, keys, record.Steps[i]);
        }
    }

    public static OutcomeRecord Read(ref ByteReader reader, StepKeyTable keys)
    {
        int flags = ReadFlags(ref reader);
        StepKey[][] path = new StepKey[reader.ReadCount()][];
        for (int i = 0; i < path.Length; i++)
        {
            path[i] = ReadPosition(ref reader, keys);
        }

        StepCount[] steps = new StepCount[reader.ReadCount()];
        for (int i = 0; i < steps.Length; i++)
        {
            steps[i] = ReadStep(ref reader, keys);
        }

        return Make(path, steps, flags);
    }

    /// <summary>Reads a record that may have been read before.</summary>
    public static OutcomeRecord Read(ref ByteReader reader, StepKeyTable keys, RecordPool pool)
    {
        List<int> words = pool.Words;
        int flags = ReadFlags(ref reader);
        words.Add(flags);
        int positions = reader.ReadCount();
        words.Add(positions);
        for (; positions > 0 && reader.Error == CodecError.None; positions--)
        {
            int members = reader.ReadCount();
            words.Add(members);
            for (; members > 0 && reader.Error == CodecError.None; members--)
            {
                words.Add(keys.ReadNumber(ref reader, pool));
            }
        }

        int steps = reader.ReadCount();
        words.Add(steps);
        for (; steps > 0 && reader.Error == CodecError.None; steps--)
        {
            words.Add(keys.ReadNumber(ref reader, pool));
            AddCounts(ref reader, words);
        }

        return reader.Error == CodecError.None ? pool.RecordOf(words, Made) : WithoutPath[0]!;
    }

    // In the order of the fields of a step.
    private static void AddCounts(ref ByteReader reader, List<int> words)
    {
        ulong times = reader.ReadVarint();
        if (times > int.MaxValue + 1UL)
        {
            reader.Fail(CodecError.BadValue);
        }

        int executions = times == 0 ? reader.ReadInt32() : (int)(times - 1);
        words.Add(executions);
        for (int number = 1; number < NumbersOfStep; number++)
        {
            words.Add(times == 0 ? reader.ReadInt32() : number == AttemptsOfStep ? executions : 0);
        }
    }

    private static OutcomeRecord Made(ReadOnlySpan<int> words, RecordPool pool)
    {
        int at = 1;
        StepKey[][] path = new StepKey[words[at++]][];
        for (int i = 0; i < path.Length; i++)
        {
            path[i] = new StepKey[words[at++]];
            for (int j = 0; j < path[i].Length; j++)
            {
                path[i][j] = pool.KeyOf(words[at++]);
            }
        }

        StepCount[] steps = new StepCount[words[at++]];
        for (int i = 0; i < steps.Length; i++, at += NumbersOfStep + 1)
        {
            ReadOnlySpan<int> step = words.Slice(at, NumbersOfStep + 1);
            steps[i] = new StepCount(pool.KeyOf(step[0]), step[1], step[2], step[3], step[4], step[5], step[6]);
        }

        return Make(path, steps, words[0]);
    }

    /// <summary>Reads a record but for its path and steps, which are empty.</summary>
    public static OutcomeRecord ReadWithoutPath(ref ByteReader reader)
    {
        int flags = ReadFlags(ref reader);
        for (int positions = reader.ReadCount(); positions > 0 && reader.Error == CodecError.None; positions--)
        {
            Skip(ref reader, reader.ReadCount());
        }

        for (int steps = reader.ReadCount(); steps > 0 && reader.Error == CodecError.None; steps--)
        {
            reader.ReadVarint();
            Skip(ref reader, reader.ReadVarint() == 0 ? NumbersOfStep : 0);
        }

        return WithoutPath[flags] ?? WithoutPath[0]!;
    }

    private static void Skip(ref ByteReader reader, int numbers)
    {
        for (; numbers > 0 && reader.Error == CodecError.None; numbers--)
        {
            reader.ReadVarint();
        }
    }

    private static int ReadFlags(ref ByteReader reader)
    {
        int flags = reader.ReadInt32(LargestFlags);
        if ((flags & OutcomeMask) > (int)TraceOutcome.Open)
        {
            reader.Fail(CodecError.BadValue);
        }

        return flags;
    }

    private static OutcomeRecord Make(StepKey[][] path, StepCount[] steps, int flags) =>
        new(path, steps, (TraceOutcome)(flags & OutcomeMask), (flags & InferredFlag) != 0, (flags & UnrecoveredFlag) != 0, (flags & LastFailedFlag) != 0);

    // Nearly all steps of a trace run so often, all well and at the first attempt: 0 says that numbers follow, n + 1 that it was n times.
    private static void WriteStep(ByteWriter writer, StepKeyTableWriter keys, in StepCount step)
    {
        writer.WriteCount(keys.IndexOf(step.Key));
        if (step.Executions == step.Attempts && (step.OwnFailures | step.Recovered | step.Degraded | step.FailedFirstAttempts) == 0)
        {
            writer.WriteVarint((uint)step.Executions + 1UL);
            return;
        }

        writer.WriteCount(0);
        writer.WriteCount(step.Executions);
        writer.WriteCount(step.OwnFailures);
        writer.WriteCount(step.Recovered);
        writer.WriteCount(step.Degraded);
        writer.WriteCount(step.Attempts);
        writer.WriteCount(step.FailedFirstAttempts);
    }

    private static StepCount ReadStep(ref ByteReader reader, StepKeyTable keys)
    {
        StepKey key = keys.ReadKey(ref reader);
        ulong times = reader.ReadVarint();
        if (times > int.MaxValue + 1UL)
        {
            reader.Fail(CodecError.BadValue);
        }

        return times == 0
            ? new StepCount(key, reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32())
            : new StepCount(key, (int)(times - 1), 0, 0, 0, (int)(times - 1), 0);
    }

    private static StepKey[] ReadPosition(ref ByteReader reader, StepKeyTable keys)
    {
        StepKey[] position = new StepKey[reader.ReadCount()];
        for (int i = 0; i < position.Length; i++)
        {
            position[i] = keys.ReadKey(ref reader);
        }

        return position;
    }
}
