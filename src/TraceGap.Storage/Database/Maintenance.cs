namespace TraceGap.Storage;

/// <summary>What is done in the background, a little at a time. Belongs to the writer.</summary>
internal sealed class Maintenance
{
    private readonly TraceRetention _traces;
    private readonly CellRetention _cells;
    private readonly HourMerger _hours;
    private readonly KeyRetention _keys;

    public Maintenance(SqlSession session, BatchWriter writer, TraceIndex index, BlockStore blocks, string path, DamageLog damages, RetentionOptions options)
    {
        _traces = new TraceRetention(session, writer, index, blocks, path, options);
        _keys = new KeyRetention(writer, options);
        _hours = new HourMerger(session, writer, path, damages);
        _cells = new CellRetention(session, writer, options);
    }

    /// <summary>Traces that were removed since the database was opened; safe from any thread.</summary>
    public long RemovedTraces => _traces.Removed;

    /// <summary>Does a step of everything that is due.</summary>
    /// <returns>True if more is due.</returns>
    public bool Step(long nowUnixNanos) => _hours.Step(nowUnixNanos) | _cells.Step(nowUnixNanos) | _keys.Step(nowUnixNanos) | _traces.Step(nowUnixNanos);
}
