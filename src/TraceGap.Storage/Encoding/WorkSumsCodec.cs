using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>Model calls, redundant work and serial groups of a cell.</summary>
internal static class WorkSumsCodec
{
    public static void Write(ByteWriter writer, StepKeyTableWriter keys, WorkSums work)
    {
        writer.WriteCount(work.Models.Count);
        foreach ((ModelKey key, ModelCell model) in work.Models)
        {
            writer.WriteCount(keys.Texts.IndexOf(key.Model));
            writer.WriteCount((int)key.Layer);
            WriteModel(writer, model);
        }

        writer.WriteCount(work.Waste.Count);
        foreach ((WasteKey key, WasteSum sum) in work.Waste)
        {
            writer.WriteCount(keys.IndexOf(key.Step));
            writer.WriteCount((int)key.Kind);
            writer.WriteSigned(sum.Traces);
            writer.WriteSigned(sum.Count);
            writer.WriteSigned(sum.Nanos);
            writer.WriteSigned(sum.Input);
            writer.WriteSigned(sum.Output);
        }

        writer.WriteCount(work.Serial.Count);
        foreach ((SerialGroup group, SerialSum sum) in work.Serial)
        {
            SerialGroupCodec.Write(writer, keys, group);
            writer.WriteSigned(sum.Traces);
            writer.WriteSigned(sum.Nanos);
        }
    }

    /// <summary>Adds what was written to the sums.</summary>
    public static void Read(ref ByteReader reader, StepKeyTable keys, WorkSums work)
    {
        int models = reader.ReadCount();
        for (int i = 0; i < models && reader.Error == CodecError.None; i++)
        {
            ModelKey key = new(keys.Texts.ReadText(ref reader), (Layer)reader.ReadInt32(LayerNames.Count - 1));
            ReadModel(ref reader, work.Model(key));
        }

        int waste = reader.ReadCount();
        for (int i = 0; i < waste && reader.Error == CodecError.None; i++)
        {
            WasteKey key = new(keys.ReadKey(ref reader), (WasteKind)reader.ReadInt32((int)WasteKind.ThrownAway));
            work.Add(key, new WasteSum(reader.ReadSigned(), reader.ReadSigned(), reader.ReadSigned128(), reader.ReadSigned(), reader.ReadSigned()));
        }

        int groups = reader.ReadCount();
        for (int i = 0; i < groups && reader.Error == CodecError.None; i++)
        {
            SerialGroup group = SerialGroupCodec.Read(ref reader, keys);
            work.Add(group, new SerialSum(reader.ReadSigned(), reader.ReadSigned128()));
        }
    }

    private static void WriteModel(ByteWriter writer, ModelCell model)
    {
        writer.WriteSigned(model.Calls);
        WriteTokens(writer, model.Tokens);
        WriteTokens(writer, model.ThrownAway);
        WriteTokens(writer, model.Repeated);
        WriteTokens(writer, model.Failed);
        writer.WriteSigned(model.OutputNanos);
        HistogramCodec.Write(writer, model.FirstToken);
    }

    private static void ReadModel(ref ByteReader reader, ModelCell model)
    {
        model.Calls += reader.ReadSigned();
        model.Tokens += ReadTokens(ref reader);
        model.ThrownAway += ReadTokens(ref reader);
        model.Repeated += ReadTokens(ref reader);
        model.Failed += ReadTokens(ref reader);
        model.OutputNanos += reader.ReadSigned128();
        HistogramCodec.Read(ref reader, model.FirstToken);
    }

    private static void WriteTokens(ByteWriter writer, in TokenSums tokens)
    {
        writer.WriteCount(TokenSumsCodec.ShapeOf(tokens));
        TokenSumsCodec.Write(writer, tokens);
    }

    private static TokenSums ReadTokens(ref ByteReader reader)
    {
        int shape = reader.ReadInt32((1 << TokenSumsCodec.ShapeBits) - 1);
        return TokenSumsCodec.Read(ref reader, shape);
    }
}
