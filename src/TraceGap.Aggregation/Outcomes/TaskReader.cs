using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// Which task a trace tried: the same task tried again has the same key, whoever names it (an evaluation's test case, a question that is asked every hour). Kept as 64 bits of a hash, enough to tell
/// tasks apart and nothing to read.
/// </summary>
internal sealed class TaskReader
{
    /// <summary>The attribute that always names a task.</summary>
    public const string Key = "tracegap.task.id";

    private readonly string[] _keys;
    private readonly ShapeMemo<int[]> _places;

    /// <summary>Reads <see cref="Key"/>, then the user's keys; the first that is there counts.</summary>
    public TaskReader(AnalysisOptions options)
    {
        _keys = [Key, .. options.TaskKeys];
        _places = new ShapeMemo<int[]>(shape => [.. _keys.Select(shape.IndexOf).Where(static place => place >= 0)]);
    }

    /// <summary>The task that the root names, else the first span in canonical order that names one; null if none does.</summary>
    public ulong? Of(SpanTree tree)
    {
        ulong? task = tree.Root == SpanTree.NoParent ? null : Of(tree.Spans[tree.Root]);
        for (int span = 0; task is null && span < tree.Count; span++)
        {
            task = Of(tree.Spans[span]);
        }

        return task;
    }

    private ulong? Of(SpanRecord span)
    {
        foreach (int place in _places.Of(span.Attributes.Shape))
        {
            if (span.Attributes.Values[place] is { IsBlank: false } value)
            {
                return HashOf(value.AsText());
            }
        }

        return null;
    }

    private static ulong HashOf(string task)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(task), hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }
}
