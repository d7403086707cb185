using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>
/// A rollup cell as a blob: string and step-key table, outcome table, duration bins, layer histograms, steps, failures, tasks, work, sums. Everything in it is an integer, so what is
/// read back is what was written.
/// </summary>
internal static class RollupCellCodec
{
    public static byte[] Encode(RollupCell cell)
    {
        StepKeyTableWriter keys = new();
        using ByteWriter figures = new(4096);
        OutcomeSumsCodec.Write(figures, keys, cell.Outcomes);
        WriteDurations(figures, cell);
        WriteLayers(figures, cell);
        WriteSteps(figures, keys, cell);
        WriteFailures(figures, keys, cell);
        TaskTableCodec.Write(figures, cell.Tasks);
        WorkSumsCodec.Write(figures, keys, cell.Work);
        figures.WriteSigned(cell.Spans);
        figures.WriteSigned(cell.Revised);
        figures.WriteSigned(cell.CoveredNanos);
        using ByteWriter body = new(figures.Length + 1024);
        keys.WriteTo(body);
        body.WriteBytes(figures.Written);
        return BlobFrame.Write([], body.Written);
    }

    /// <summary>Adds what a blob holds to a cell. After an error the cell is no sum of anything and must be dropped.</summary>
    public static CodecError DecodeInto(ReadOnlyMemory<byte> blob, RollupCell cell) => DecodeInto(blob, cell, cell.Outcomes, RollupParts.All, new RecordPool());

    /// <summary>The same with the outcome table elsewhere, and of some parts alone; the checksum is that of all.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="cell">Gets all but the outcomes.</param>
    /// <param name="outcomes">Gets the outcomes.</param>
    /// <param name="parts">What is read.</param>
    /// <param name="pool">Records that were read before.</param>
    public static CodecError DecodeInto(ReadOnlyMemory<byte> blob, RollupCell cell, OutcomeSums outcomes, RollupParts parts, RecordPool pool)
    {
        CodecError framing = BlobFrame.Read(blob, out _, out ReadOnlyMemory<byte> body);
        if (framing != CodecError.None)
        {
            return framing;
        }

        ByteReader reader = new(body.Span);
        StepKeyTable keys = StepKeyTable.ReadFrom(ref reader);
        OutcomeSumsCodec.Read(ref reader, keys, outcomes, parts.HasFlag(RollupParts.Paths), pool);
        if ((parts & (RollupParts.Durations | RollupParts.Details)) == 0)
        {
            return reader.Error;
        }

        ReadDurations(ref reader, cell, isWanted: parts.HasFlag(RollupParts.Durations));
        if (!parts.HasFlag(RollupParts.Details))
        {
            return reader.Error;
        }

        ReadLayers(ref reader, cell);
        ReadSteps(ref reader, keys, cell);
        ReadFailures(ref reader, keys, cell);
        TaskTableCodec.Read(ref reader, cell.Tasks);
        WorkSumsCodec.Read(ref reader, keys, cell.Work);
        cell.Spans += reader.ReadSigned();
        cell.Revised += reader.ReadSigned();
        cell.CoveredNanos += reader.ReadSigned128();
        reader.ExpectEnd();
        return reader.Error;
    }

    private static void WriteDurations(ByteWriter writer, RollupCell cell)
    {
        writer.WriteCount(cell.Durations.Count);
        long last = 0;
        foreach ((int bin, DurationBin times) in cell.Durations)
        {
            writer.WriteSigned(bin - last);
            writer.WriteSigned(times.Count);
            writer.WriteSigned(times.SumNanos);
            WritePathTimes(writer, times.PathTimes);
            last = bin;
        }
    }

    private static void ReadDurations(ref ByteReader reader, RollupCell cell, bool isWanted)
    {
        Span<Int128> pathTimes = stackalloc Int128[TraceContribution.PathTimeCount];
        int count = reader.ReadCount();
        int bin = 0;
        for (int i = 0; i < count && reader.Error == CodecError.None; i++)
        {
            bin = HistogramCodec.ReadBin(ref reader, bin);
            long traces = reader.ReadSigned();
            Int128 sum = reader.ReadSigned128();
            ReadPathTimes(ref reader, pathTimes);
            if (isWanted)
            {
                cell.AddDuration(bin, traces, sum, pathTimes);
            }
        }
    }

    private static void WritePathTimes(ByteWriter writer, Int128[] times)
    {
        uint mask = 0;
        for (int i = 0; i < times.Length; i++)
        {
            mask |= times[i] != 0 ? 1u << i : 0;
        }

        writer.WriteVarint(mask);
        foreach (Int128 nanos in times)
        {
            if (nanos != 0)
            {
                writer.WriteSigned(nanos);
            }
        }
    }

    private static void ReadPathTimes(ref ByteReader reader, scoped Span<Int128> times)
    {
        int mask = reader.ReadInt32((1 << TraceContribution.PathTimeCount) - 1);
        for (int i = 0; i < times.Length; i++)
        {
            times[i] = (mask >> i & 1) != 0 ? reader.ReadSigned128() : 0;
        }
    }

    private static void WriteLayers(ByteWriter writer, RollupCell cell)
    {
        for (int layer = 0; layer < LayerNames.Count; layer++)
        {
            HistogramCodec.Write(writer, cell.LayerCritical[layer]);
        }
    }

    private static void ReadLayers(ref ByteReader reader, RollupCell cell)
    {
        for (int layer = 0; layer < LayerNames.Count; layer++)
        {
            HistogramCodec.Read(ref reader, cell.LayerCritical[layer]);
        }
    }

    private static void WriteSteps(ByteWriter writer, StepKeyTableWriter keys, RollupCell cell)
    {
        writer.WriteCount(cell.Steps.Count);
        foreach ((StepKey key, StepCell step) in cell.Steps)
        {
            writer.WriteCount(keys.IndexOf(key));
            HistogramCodec.Write(writer, step.Durations);
            Array.ForEach(step.Critical, kind => WriteTimes(writer, kind));
            writer.WriteCount(step.Errors.Count);
            foreach ((string errorType, long count) in step.Errors)
            {
                writer.WriteCount(keys.Texts.IndexOf(errorType));
                writer.WriteSigned(count);
            }
        }
    }

    private static void ReadSteps(ref ByteReader reader, StepKeyTable keys, RollupCell cell)
    {
        int count = reader.ReadCount();
        for (int i = 0; i < count && reader.Error == CodecError.None; i++)
        {
            StepCell step = cell.Step(keys.ReadKey(ref reader));
            HistogramCodec.Read(ref reader, step.Durations);
            foreach (BinnedTime kind in step.Critical)
            {
                ReadTimes(ref reader, kind);
            }

            int errors = reader.ReadCount();
            for (int j = 0; j < errors && reader.Error == CodecError.None; j++)
            {
                step.AddError(keys.Texts.ReadText(ref reader), reader.ReadSigned());
            }
        }
    }

    private static void WriteTimes(ByteWriter writer, BinnedTime times)
    {
        writer.WriteCount(times.Count);
        long last = 0;
        foreach ((int bin, Int128 nanos) in times.Bins)
        {
            writer.WriteSigned(bin - last);
            writer.WriteSigned(nanos);
            last = bin;
        }
    }

    private static void ReadTimes(ref ByteReader reader, BinnedTime times)
    {
        int count = reader.ReadCount();
        int bin = 0;
        for (int i = 0; i < count && reader.Error == CodecError.None; i++)
        {
            bin = HistogramCodec.ReadBin(ref reader, bin);
            times.Add(bin, reader.ReadSigned128());
        }
    }

    private static void WriteFailures(ByteWriter writer, StepKeyTableWriter keys, RollupCell cell)
    {
        writer.WriteCount(cell.Failures.Count);
        foreach ((FailureKey failure, long count) in cell.Failures)
        {
            FailureKeyCodec.Write(writer, keys, failure);
            writer.WriteSigned(count);
        }
    }

    private static void ReadFailures(ref ByteReader reader, StepKeyTable keys, RollupCell cell)
    {
        int count = reader.ReadCount();
        for (int i = 0; i < count && reader.Error == CodecError.None; i++)
        {
            cell.AddFailure(FailureKeyCodec.Read(ref reader, keys), reader.ReadSigned());
        }
    }
}
