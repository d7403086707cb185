using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>
/// An outcome table within a cell: level, records, and unless the level is 0 the traces whose records are not kept. The sums of a record are a bit for each level that occurs, shifted left by
/// one, and for each the count; if the lowest bit is set Σw and Σw² follow, which else are the count, because all weights are 1.
/// </summary>
internal static class OutcomeSumsCodec
{
    private const int WeightBits = 16;
    private const int Weighted = 1;
    private const int OutcomeMask = 7;
    private const int InferredFlag = 8;
    private const int OwnFailureFlag = 16;
    private const int UnrecoveredFlag = 32;
    private const int LargestFlags = 63;

    public static void Write(ByteWriter writer, StepKeyTableWriter keys, OutcomeSums sums)
    {
        writer.WriteCount(sums.Level);
        writer.WriteCount(sums.Count);
        foreach ((OutcomeRecord record, LevelWeights weights) in sums.ByLevel)
        {
            OutcomeRecordCodec.Write(writer, keys, record);
            WriteWeights(writer, weights.Entries);
        }

        if (sums.Level > 0)
        {
            WriteRest(writer, keys, sums.Rest);
        }
    }

    /// <summary>Adds what was written to a table.</summary>
    /// <param name="reader">Where it is.</param>
    /// <param name="keys">The keys of the cell.</param>
    /// <param name="sums">The table.</param>
    /// <param name="withPaths">False for records that say how their traces ended, and no more.</param>
    /// <param name="pool">Records that were read before.</param>
    public static void Read(ref ByteReader reader, StepKeyTable keys, OutcomeSums sums, bool withPaths, RecordPool pool)
    {
        int level = reader.ReadInt32(PathLevel.Highest);
        sums.RaiseTo(level);
        int count = reader.ReadCount();
        for (int i = 0; i < count && reader.Error == CodecError.None; i++)
        {
            OutcomeRecord record = withPaths ? OutcomeRecordCodec.Read(ref reader, keys, pool) : OutcomeRecordCodec.ReadWithoutPath(ref reader);
            ReadWeights(ref reader, record, sums);
        }

        if (level > 0)
        {
            ReadRest(ref reader, keys, sums.Rest);
        }
    }

    private static void WriteWeights(ByteWriter writer, ReadOnlySpan<(int Level, OutcomeWeight Weight)> entries)
    {
        ulong levels = 0;
        bool isWeighted = false;
        foreach ((int level, OutcomeWeight weight) in entries)
        {
            levels |= 2UL << level;
            isWeighted |= weight != Unit(weight.Count);
        }

        writer.WriteVarint(levels | (isWeighted ? Weighted : 0UL));
        foreach ((int _, OutcomeWeight weight) in entries)
        {
            writer.WriteSigned(weight.Count);
            if (isWeighted)
            {
                writer.WriteSigned(weight.Weight);
                writer.WriteSigned(weight.WeightSquared);
            }
        }
    }

    private static void ReadWeights(ref ByteReader reader, OutcomeRecord record, OutcomeSums sums)
    {
        ulong levels = reader.ReadVarint();
        bool isWeighted = (levels & Weighted) != 0;
        if (levels >> (PathLevel.Highest + 2) != 0)
        {
            reader.Fail(CodecError.BadValue);
        }

        Span<(int Level, OutcomeWeight Weight)> weights = stackalloc (int, OutcomeWeight)[PathLevel.Highest + 1];
        int read = 0;
        for (int level = 0; level <= PathLevel.Highest && reader.Error == CodecError.None; level++)
        {
            if ((levels & (2UL << level)) != 0)
            {
                long count = reader.ReadSigned();
                weights[read++] = (level, isWeighted ? new OutcomeWeight(count, reader.ReadSigned128(), reader.ReadSigned128()) : Unit(count));
            }
        }

        sums.Add(record, weights[..read]);
    }

    private static OutcomeWeight Unit(long count) => new(count, (Int128)count << WeightBits, (Int128)count << (2 * WeightBits));

    private static void WriteRest(ByteWriter writer, StepKeyTableWriter keys, OutcomeRest rest)
    {
        writer.WriteCount(rest.Classes.Count);
        foreach ((OutcomeClass of, OutcomeWeight weight) in rest.Classes)
        {
            writer.WriteCount((int)of.Outcome
                | (of.Inferred ? InferredFlag : 0) | (of.HasOwnFailure ? OwnFailureFlag : 0) | (of.HasUnrecovered ? UnrecoveredFlag : 0));
            writer.WriteSigned(weight.Count);
            writer.WriteSigned(weight.Weight);
            writer.WriteSigned(weight.WeightSquared);
        }

        writer.WriteCount(rest.Steps.Count);
        foreach (((StepKey key, bool isRated), StepSums sums) in rest.Steps)
        {
            writer.WriteCount(keys.IndexOf(key));
            writer.WriteCount(isRated ? 1 : 0);
            WriteStep(writer, sums);
        }

        foreach (RateSquares squares in rest.Layers)
        {
            WriteSquares(writer, squares);
        }
    }

    private static void ReadRest(ref ByteReader reader, StepKeyTable keys, OutcomeRest rest)
    {
        int classes = reader.ReadCount();
        for (int i = 0; i < classes && reader.Error == CodecError.None; i++)
        {
            int flags = reader.ReadInt32(LargestFlags);
            if ((flags & OutcomeMask) > (int)TraceOutcome.Open)
            {
                reader.Fail(CodecError.BadValue);
            }

            OutcomeClass of = new((TraceOutcome)(flags & OutcomeMask), (flags & InferredFlag) != 0, (flags & OwnFailureFlag) != 0, (flags & UnrecoveredFlag) != 0);
            rest.Add(of, new OutcomeWeight(reader.ReadSigned(), reader.ReadSigned128(), reader.ReadSigned128()));
        }

        int steps = reader.ReadCount();
        for (int i = 0; i < steps && reader.Error == CodecError.None; i++)
        {
            StepKey key = keys.ReadKey(ref reader);
            bool isRated = reader.ReadFlag();
            rest.Add(key, isRated, ReadStep(ref reader));
        }

        for (int layer = 0; layer < LayerNames.Count; layer++)
        {
            rest.Add((Layer)layer, ReadSquares(ref reader));
        }
    }

    private static void WriteStep(ByteWriter writer, in StepSums sums)
    {
        writer.WriteSigned(sums.Executions);
        writer.WriteSigned(sums.Attempts);
        writer.WriteSigned(sums.OwnFailures);
        writer.WriteSigned(sums.Recovered);
        writer.WriteSigned(sums.WeightedExecutions);
        writer.WriteSigned(sums.WeightedFailures);
        writer.WriteSigned(sums.WeightedFailedFirst);
        writer.WriteSigned(sums.WeightedAgain);
        WriteSquares(writer, sums.Squares);
    }

    private static StepSums ReadStep(ref ByteReader reader) => new(
        reader.ReadSigned(),
        reader.ReadSigned(),
        reader.ReadSigned(),
        reader.ReadSigned(),
        reader.ReadSigned128(),
        reader.ReadSigned128(),
        reader.ReadSigned128(),
        reader.ReadSigned128(),
        ReadSquares(ref reader));

    private static void WriteSquares(ByteWriter writer, in RateSquares squares)
    {
        writer.WriteSigned(squares.Executions);
        writer.WriteSigned(squares.Failures);
        writer.WriteSigned(squares.Mixed);
    }

    private static RateSquares ReadSquares(ref ByteReader reader) => new(reader.ReadSigned128(), reader.ReadSigned128(), reader.ReadSigned128());
}
