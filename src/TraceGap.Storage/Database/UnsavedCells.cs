using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>A reader's copy of the minutes of one key that the database has another state of.</summary>
internal sealed class UnsavedCells
{
    private readonly Dictionary<long, TraceId> _examples = [];

    /// <summary>Numbers of the cells.</summary>
    public HashSet<long> Ids { get; } = [];

    public RollupCell Sum { get; } = new();

    public void Add(MinuteCell cell)
    {
        Ids.Add(cell.Id);
        Sum.Merge(cell.Cell);
        MinuteCell.AddExamples(cell.Examples, _examples);
    }

    public void AddExamplesTo(Dictionary<long, TraceId> examples) => MinuteCell.AddExamples(_examples, examples);
}
