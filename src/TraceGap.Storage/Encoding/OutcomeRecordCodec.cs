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
        int flags = reader.ReadInt32(LargestFlags);
        if ((flags & OutcomeMask) > (int)TraceOutcome.Open)
        {
            reader.Fail(CodecError.BadValue);
        }

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

        return new OutcomeRecord(
            path, steps, (TraceOutcome)(flags & OutcomeMask), (flags & InferredFlag) != 0, (flags & UnrecoveredFlag) != 0, (flags & LastFailedFlag) != 0);
    }

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
