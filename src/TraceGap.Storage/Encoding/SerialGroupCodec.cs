using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>A serial group within a block: parent, number of children, children.</summary>
internal static class SerialGroupCodec
{
    public static void Write(ByteWriter writer, StepKeyTableWriter keys, SerialGroup group)
    {
        writer.WriteCount(keys.IndexOf(group.Parent));
        writer.WriteCount(group.Children.Count);
        for (int i = 0; i < group.Children.Count; i++)
        {
            writer.WriteCount(keys.IndexOf(group.Children[i]));
        }
    }

    public static SerialGroup Read(ref ByteReader reader, StepKeyTable keys)
    {
        StepKey parent = keys.ReadKey(ref reader);
        StepKey[] children = new StepKey[reader.ReadInt32(SerialGroup.MaxChildren)];
        for (int i = 0; i < children.Length; i++)
        {
            children[i] = keys.ReadKey(ref reader);
        }

        return new SerialGroup(parent, children);
    }
}
