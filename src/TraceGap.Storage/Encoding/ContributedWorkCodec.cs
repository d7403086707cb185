using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>
/// What a contribution says of model calls, redundant work and serial groups, in the two parts of <see cref="ContributionCodec"/>. How long calls took and what groups would have saved mostly
/// follows from the durations of the steps.
/// </summary>
internal static class ContributedWorkCodec
{
    private const int MostTokenShapes = (1 << (3 * TokenSumsCodec.ShapeBits)) - 1;
    private const int FirstTokensFlag = 1 << (3 * TokenSumsCodec.ShapeBits);
    private const int ShapeMask = (1 << TokenSumsCodec.ShapeBits) - 1;
    private const int WasteTokensFlag = 2;

    public static void WriteModels(ByteWriter form, ByteWriter times, StepKeyTableWriter keys, ModelUsage[] models, ref ExpectedTimes expected)
    {
        form.WriteCount(models.Length);
        foreach (ref readonly ModelUsage model in models.AsSpan())
        {
            form.WriteCount(keys.Texts.IndexOf(model.Key.Model));
            form.WriteCount((int)model.Key.Layer);
            form.WriteCount(model.Calls);
            form.WriteCount(TokenSumsCodec.ShapeOf(model.Tokens)
                | (TokenSumsCodec.ShapeOf(model.ThrownAway) << TokenSumsCodec.ShapeBits)
                | (TokenSumsCodec.ShapeOf(model.Repeated) << (2 * TokenSumsCodec.ShapeBits))
                | (model.FirstTokenNanos.Length > 0 ? FirstTokensFlag : 0));
            TokenSumsCodec.Write(times, model.Tokens);
            TokenSumsCodec.Write(times, model.ThrownAway);
            TokenSumsCodec.Write(times, model.Repeated);
            ContributionCodec.WriteTime(form, times, model.OutputNanos, expected.OfCalls(model.Key.Layer));
            expected.Add(model);
            if (model.FirstTokenNanos.Length > 0)
            {
                form.WriteCount(model.FirstTokenNanos.Length);
                foreach (long nanos in model.FirstTokenNanos)
                {
                    times.WriteVarint((ulong)nanos);
                }
            }
        }
    }

    public static ModelUsage[] ReadModels(ref ByteReader form, ref ByteReader times, StepKeyTable keys, ref ExpectedTimes expected)
    {
        ModelUsage[] models = new ModelUsage[form.ReadCount()];
        for (int i = 0; i < models.Length; i++)
        {
            ModelKey key = new(keys.Texts.ReadText(ref form), (Layer)form.ReadInt32(LayerNames.Count - 1));
            int calls = form.ReadInt32();
            int shapes = form.ReadInt32(FirstTokensFlag | MostTokenShapes);
            TokenSums tokens = TokenSumsCodec.Read(ref times, shapes & ShapeMask);
            TokenSums thrownAway = TokenSumsCodec.Read(ref times, (shapes >> TokenSumsCodec.ShapeBits) & ShapeMask);
            TokenSums repeated = TokenSumsCodec.Read(ref times, (shapes >> (2 * TokenSumsCodec.ShapeBits)) & ShapeMask);
            long outputNanos = ContributionCodec.ReadTime(ref form, ref times, expected.OfCalls(key.Layer));
            models[i] = new ModelUsage(key, calls, tokens, thrownAway, repeated, outputNanos, (shapes & FirstTokensFlag) != 0 ? ReadFirstTokens(ref form, ref times) : []);
            expected.Add(models[i]);
        }

        return models;
    }

    public static void WriteWaste(ByteWriter form, ByteWriter times, StepKeyTableWriter keys, StepWaste[] waste)
    {
        form.WriteCount(waste.Length);
        foreach (StepWaste step in waste)
        {
            bool hasTokens = step.Input != 0 || step.Output != 0;
            form.WriteCount(keys.IndexOf(step.Key.Step));
            form.WriteCount((int)step.Key.Kind | (hasTokens ? WasteTokensFlag : 0));
            form.WriteCount(step.Count);
            times.WriteVarint((ulong)step.Nanos);
            if (hasTokens)
            {
                times.WriteVarint((ulong)step.Input);
                times.WriteVarint((ulong)step.Output);
            }
        }
    }

    public static StepWaste[] ReadWaste(ref ByteReader form, ref ByteReader times, StepKeyTable keys)
    {
        StepWaste[] waste = new StepWaste[form.ReadCount()];
        for (int i = 0; i < waste.Length; i++)
        {
            StepKey step = keys.ReadKey(ref form);
            int kind = form.ReadInt32(WasteTokensFlag | (int)WasteKind.ThrownAway);
            bool hasTokens = (kind & WasteTokensFlag) != 0;
            waste[i] = new StepWaste(
                new WasteKey(step, (WasteKind)(kind & ~WasteTokensFlag)), form.ReadInt32(), (long)times.ReadVarint(), hasTokens ? (long)times.ReadVarint() : 0, hasTokens ? (long)times.ReadVarint() : 0);
        }

        return waste;
    }

    public static void WriteSerial(ByteWriter form, ByteWriter times, StepKeyTableWriter keys, SerialSaving[] savings, in ExpectedTimes expected)
    {
        form.WriteCount(savings.Length);
        foreach (SerialSaving saving in savings)
        {
            SerialGroupCodec.Write(form, keys, saving.Group);
            ContributionCodec.WriteTime(form, times, saving.Nanos, expected.OfGroup(saving.Group));
        }
    }

    public static SerialSaving[] ReadSerial(ref ByteReader form, ref ByteReader times, StepKeyTable keys, in ExpectedTimes expected)
    {
        SerialSaving[] savings = new SerialSaving[form.ReadCount()];
        for (int i = 0; i < savings.Length; i++)
        {
            SerialGroup group = SerialGroupCodec.Read(ref form, keys);
            savings[i] = new SerialSaving(group, ContributionCodec.ReadTime(ref form, ref times, expected.OfGroup(group)));
        }

        return savings;
    }

    private static long[] ReadFirstTokens(ref ByteReader form, ref ByteReader times)
    {
        // Their number is in one part and they are in the other.
        int count = form.ReadInt32();
        if (count > times.Remaining)
        {
            times.Fail(CodecError.Truncated);
            return [];
        }

        long[] nanos = new long[count];
        for (int i = 0; i < count; i++)
        {
            nanos[i] = (long)times.ReadVarint();
        }

        return nanos;
    }
}
