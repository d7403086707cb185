using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>One contribution within a block of them.</summary>
internal static class ContributionCodec
{
    private const int RevisedFlag = 1;
    private const int DurationFlag = 2;
    private const int FailureFlag = 4;

    public static void Write(ByteWriter writer, StepKeyTableWriter keys, TraceContribution trace)
    {
        writer.WriteCount((trace.Revised ? RevisedFlag : 0) | (trace.DurationNanos is null ? 0 : DurationFlag) | (trace.Failure is null ? 0 : FailureFlag));
        writer.WriteCount(keys.Texts.IndexOf(trace.Key.Environment));
        writer.WriteCount(keys.Texts.IndexOf(trace.Key.Service));
        writer.WriteCount(keys.Texts.IndexOf(trace.Key.Workflow));
        writer.WriteCount(keys.Texts.IndexOf(trace.Key.Version));
        writer.WriteSigned(trace.Minute);
        writer.WriteSigned(trace.Weight);
        writer.WriteCount(trace.Spans);
        OutcomeRecordCodec.Write(writer, keys, trace.Outcome);
        WriteTimes(writer, keys, trace);
        WriteErrorsAndTokens(writer, keys, trace);
        if (trace.Failure is FailureKey failure)
        {
            FailureKeyCodec.Write(writer, keys, failure);
        }
    }

    public static TraceContribution Read(ref ByteReader reader, StepKeyTable keys)
    {
        int flags = reader.ReadInt32(RevisedFlag | DurationFlag | FailureFlag);
        return new TraceContribution
        {
            Revised = (flags & RevisedFlag) != 0,
            Key = ReadKey(ref reader, keys.Texts),
            Minute = reader.ReadSigned(),
            Weight = reader.ReadSigned(),
            Spans = reader.ReadInt32(),
            Outcome = OutcomeRecordCodec.Read(ref reader, keys),
            DurationNanos = (flags & DurationFlag) != 0 ? reader.ReadSigned() : null,
            PathTimes = ReadPathTimes(ref reader),
            CoveredNanos = reader.ReadSigned(),
            Durations = ReadDurations(ref reader, keys),
            CriticalTimes = ReadCriticalTimes(ref reader, keys),
            Errors = ReadErrors(ref reader, keys),
            Tokens = ReadTokens(ref reader),
            Failure = (flags & FailureFlag) != 0 ? FailureKeyCodec.Read(ref reader, keys) : null,
        };
    }

    private static void WriteTimes(ByteWriter writer, StepKeyTableWriter keys, TraceContribution trace)
    {
        if (trace.DurationNanos is long duration)
        {
            writer.WriteSigned(duration);
        }

        WritePathTimes(writer, trace.PathTimes);
        writer.WriteSigned(trace.CoveredNanos);
        writer.WriteCount(trace.Durations.Length);
        foreach (StepDuration step in trace.Durations)
        {
            writer.WriteCount(keys.IndexOf(step.Key));
            writer.WriteSigned(step.DurationNanos);
        }

        writer.WriteCount(trace.CriticalTimes.Length);
        foreach (StepCriticalTime step in trace.CriticalTimes)
        {
            writer.WriteCount(keys.IndexOf(step.Key));
            writer.WriteSigned(step.CriticalNanos);
        }
    }

    private static void WriteErrorsAndTokens(ByteWriter writer, StepKeyTableWriter keys, TraceContribution trace)
    {
        writer.WriteCount(trace.Errors.Length);
        foreach (StepError error in trace.Errors)
        {
            writer.WriteCount(keys.IndexOf(error.Key));
            writer.WriteCount(keys.Texts.IndexOf(error.ErrorType));
            writer.WriteCount(error.Count);
        }

        writer.WriteCount(trace.Tokens.Length);
        foreach (LayerTokens tokens in trace.Tokens)
        {
            writer.WriteCount((int)tokens.Layer);
            writer.WriteSigned(tokens.Input);
            writer.WriteSigned(tokens.Output);
        }
    }

    // Most of the 28 sums are zero: a mask says which are not.
    private static void WritePathTimes(ByteWriter writer, long[] times)
    {
        uint mask = 0;
        for (int i = 0; i < times.Length; i++)
        {
            mask |= times[i] != 0 ? 1u << i : 0;
        }

        writer.WriteVarint(mask);
        foreach (long nanos in times)
        {
            if (nanos != 0)
            {
                writer.WriteSigned(nanos);
            }
        }
    }

    private static long[] ReadPathTimes(ref ByteReader reader)
    {
        int mask = reader.ReadInt32((1 << TraceContribution.PathTimeCount) - 1);
        long[] times = new long[TraceContribution.PathTimeCount];
        for (int i = 0; i < times.Length; i++)
        {
            times[i] = (mask >> i & 1) != 0 ? reader.ReadSigned() : 0;
        }

        return times;
    }

    private static RollupKey ReadKey(ref ByteReader reader, TextTable texts) =>
        new(texts.ReadText(ref reader), texts.ReadText(ref reader), texts.ReadText(ref reader), texts.ReadText(ref reader));

    private static StepDuration[] ReadDurations(ref ByteReader reader, StepKeyTable keys)
    {
        StepDuration[] durations = new StepDuration[reader.ReadCount()];
        for (int i = 0; i < durations.Length; i++)
        {
            durations[i] = new StepDuration(keys.ReadKey(ref reader), reader.ReadSigned());
        }

        return durations;
    }

    private static StepCriticalTime[] ReadCriticalTimes(ref ByteReader reader, StepKeyTable keys)
    {
        StepCriticalTime[] times = new StepCriticalTime[reader.ReadCount()];
        for (int i = 0; i < times.Length; i++)
        {
            times[i] = new StepCriticalTime(keys.ReadKey(ref reader), reader.ReadSigned());
        }

        return times;
    }

    private static StepError[] ReadErrors(ref ByteReader reader, StepKeyTable keys)
    {
        StepError[] errors = new StepError[reader.ReadCount()];
        for (int i = 0; i < errors.Length; i++)
        {
            errors[i] = new StepError(keys.ReadKey(ref reader), keys.Texts.ReadText(ref reader), reader.ReadInt32());
        }

        return errors;
    }

    private static LayerTokens[] ReadTokens(ref ByteReader reader)
    {
        LayerTokens[] tokens = new LayerTokens[reader.ReadCount()];
        for (int i = 0; i < tokens.Length; i++)
        {
            tokens[i] = new LayerTokens((Layer)reader.ReadInt32(LayerNames.Count - 1), reader.ReadSigned(), reader.ReadSigned());
        }

        return tokens;
    }
}
