using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>Stored cells of one key, added up for a window. Adds whole cells in any order, then reads others in order of time.</summary>
/// <param name="paths">How many distinct paths it keeps.</param>
/// <param name="parts">What of the cells is added.</param>
internal sealed class StoredSum(PathBound paths, RollupParts parts)
{
    public WindowSum Window { get; } = new(paths);

    /// <summary>Smallest failed trace by number of the failure.</summary>
    public Dictionary<long, TraceId> Examples { get; } = [];

    public void Add(StoredCell cell)
    {
        Window.Cell.Merge(cell.Cell, Window.OutcomesOf(HourOf(cell.Id)), parts);
        StoredCell.AddExamples(cell.Examples, Examples);
    }

    public void Add(StoredSum other)
    {
        Window.Merge(other.Window);
        StoredCell.AddExamples(other.Examples, Examples);
    }

    /// <summary>Reads a cell and adds it. After an error the sum is no sum of anything and must be dropped.</summary>
    public CodecError DecodeInto(CellId id, ReadOnlyMemory<byte> examples, ReadOnlyMemory<byte> cell, RecordPool pool)
    {
        long hour = HourOf(id);
        Window.CloseBefore(hour);
        CodecError error = StoredCell.DecodeExamples(examples, Examples);
        return error != CodecError.None ? error : RollupCellCodec.DecodeInto(cell, Window.Cell, Window.OutcomesOf(hour), parts, pool);
    }

    private static long HourOf(CellId id) => id.FirstMinute / CellId.MinutesPerHour;
}
