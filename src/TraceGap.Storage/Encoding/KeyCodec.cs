using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>Rollup keys and failure keys that stand alone. As blobs, since SQLite's text ends at a zero byte and attribute values may have one.</summary>
internal static class KeyCodec
{
    private const int LayerFlag = 1;
    private const int StepFlag = 2;

    public static byte[] Encode(RollupKey key)
    {
        using ByteWriter writer = new();
        writer.WriteText(key.Environment);
        writer.WriteText(key.Service);
        writer.WriteText(key.Workflow);
        writer.WriteText(key.Version);
        return writer.Written.ToArray();
    }

    public static byte[] Encode(FailureKey failure)
    {
        using ByteWriter writer = new();
        writer.WriteCount((failure.Layer is null ? 0 : LayerFlag) | (failure.Step is null ? 0 : StepFlag));
        if (failure.Layer is Layer layer)
        {
            writer.WriteCount((int)layer);
        }

        if (failure.Step is StepKey step)
        {
            writer.WriteText(step.Service);
            writer.WriteCount((int)step.Layer);
            writer.WriteText(step.Operation);
        }

        writer.WriteText(failure.ErrorType);
        return writer.Written.ToArray();
    }

    public static CodecError TryDecode(byte[] blob, out RollupKey key)
    {
        ByteReader reader = new(blob);
        key = new RollupKey(reader.ReadText(), reader.ReadText(), reader.ReadText(), reader.ReadText());
        reader.ExpectEnd();
        return reader.Error;
    }

    public static CodecError TryDecode(byte[] blob, out FailureKey failure)
    {
        ByteReader reader = new(blob);
        int parts = reader.ReadInt32(LayerFlag | StepFlag);
        Layer? layer = (parts & LayerFlag) != 0 ? ReadLayer(ref reader) : null;
        StepKey? step = (parts & StepFlag) != 0 ? new StepKey(reader.ReadText(), ReadLayer(ref reader), reader.ReadText()) : null;
        failure = new FailureKey(layer, step, reader.ReadText());
        reader.ExpectEnd();
        return reader.Error;
    }

    private static Layer ReadLayer(ref ByteReader reader) => (Layer)reader.ReadInt32(LayerNames.Count - 1);
}
