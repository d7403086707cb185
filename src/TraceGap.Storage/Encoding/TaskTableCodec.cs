using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>The tries of tasks within a cell: the limit of the sample, number of tasks, per task the distance of its hash from the one before and how its tries ended.</summary>
internal static class TaskTableCodec
{
    private const int All = 0;
    private const int Limited = 1;

    public static void Write(ByteWriter writer, TaskTable table)
    {
        writer.WriteCount(table.Limit is null ? All : Limited);
        if (table.Limit is ulong limit)
        {
            writer.WriteVarint(limit);
        }

        writer.WriteCount(table.Held.Count);
        ulong last = 0;
        foreach ((ulong task, TaskTries tries) in table.Held)
        {
            writer.WriteVarint(task - last);
            writer.WriteSigned(tries.Ok);
            writer.WriteSigned(tries.Failed);
            last = task;
        }
    }

    /// <summary>Adds what was written to a table.</summary>
    public static void Read(ref ByteReader reader, TaskTable table)
    {
        if (reader.ReadInt32(Limited) == Limited)
        {
            table.Cut(reader.ReadVarint());
        }

        int count = reader.ReadCount();
        ulong task = 0;
        for (int i = 0; i < count && reader.Error == CodecError.None; i++)
        {
            task = unchecked(task + reader.ReadVarint());
            table.Add(task, new TaskTries(reader.ReadSigned(), reader.ReadSigned()));
        }
    }
}
