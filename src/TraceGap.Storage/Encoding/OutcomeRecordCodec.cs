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
        foreach (IReadOnlyList<StepKey> position in record.Path)
        {
            writer.WriteCount(position.Count);
            foreach (StepKey key in position)
            {
                writer.WriteCount(keys.IndexOf(key));
            }
        }

        writer.WriteCount(record.Steps.Count);
        foreach (StepCount step in record.Steps)
        {
            writer.WriteCount(keys.IndexOf(step.Key));
            writer.WriteCount(step.Executions);
            writer.WriteCount(step.OwnFailures);
            writer.WriteCount(step.Recovered);
            writer.WriteCount(step.Degraded);
            writer.WriteCount(step.Attempts);
            writer.WriteCount(step.FailedFirstAttempts);
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
            steps[i] = new StepCount(
                keys.ReadKey(ref reader), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
        }

        return new OutcomeRecord(
            path, steps, (TraceOutcome)(flags & OutcomeMask), (flags & InferredFlag) != 0, (flags & UnrecoveredFlag) != 0, (flags & LastFailedFlag) != 0);
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
