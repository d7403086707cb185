using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>A failure key within a block: which parts it has (layer, step), then those parts and the error type.</summary>
internal static class FailureKeyCodec
{
    private const int LayerFlag = 1;
    private const int StepFlag = 2;

    public static void Write(ByteWriter writer, StepKeyTableWriter keys, FailureKey failure)
    {
        writer.WriteCount((failure.Layer is null ? 0 : LayerFlag) | (failure.Step is null ? 0 : StepFlag));
        if (failure.Layer is Layer layer)
        {
            writer.WriteCount((int)layer);
        }

        if (failure.Step is StepKey step)
        {
            writer.WriteCount(keys.IndexOf(step));
        }

        writer.WriteCount(keys.Texts.IndexOf(failure.ErrorType));
    }

    public static FailureKey Read(ref ByteReader reader, StepKeyTable keys)
    {
        int parts = reader.ReadInt32(LayerFlag | StepFlag);
        Layer? layer = (parts & LayerFlag) != 0 ? (Layer)reader.ReadInt32(LayerNames.Count - 1) : null;
        StepKey? step = (parts & StepFlag) != 0 ? keys.ReadKey(ref reader) : null;
        return new FailureKey(layer, step, keys.Texts.ReadText(ref reader));
    }
}
