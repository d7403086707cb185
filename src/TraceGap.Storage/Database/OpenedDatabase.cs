namespace TraceGap.Storage;

/// <summary>The database with everything that belongs to one opening of its file, so that a damaged file can be left for a new one.</summary>
internal sealed class OpenedDatabase : IDisposable
{
    private readonly SqlSession _session;

    private OpenedDatabase(string path, SqlSession session, TraceIndex index, StoreOptions options, DamageLog damages)
    {
        _session = session;
        Index = index;
        Writer = new BatchWriter(session, path, index, damages, options);
        Readers = new SessionPool(path);
        Blocks = new BlockStore(path, damages);
        Traces = new TraceReader(index, Blocks);
        Cells = new CellReader(path, Writer.Cells, damages, options.Paths);
        Maintenance = new Maintenance(session, Writer, index, Blocks, path, damages, options.Retention);
    }

    public BatchWriter Writer { get; }

    public TraceIndex Index { get; }

    public SessionPool Readers { get; }

    public BlockStore Blocks { get; }

    public TraceReader Traces { get; }

    public CellReader Cells { get; }

    public Maintenance Maintenance { get; }

    /// <summary>Opens the database, making it if it is not there. One that is damaged is replaced, see <see cref="Replace"/>.</summary>
    /// <exception cref="StorageUnavailableException">It is none of ours, too new, or cannot be read or written; or there is no SQLite.</exception>
    public static OpenedDatabase Open(string path, StoreOptions options, DamageLog damages)
    {
        DamagedDatabase.FinishReplacing(path);
        try
        {
            return OpenSound(path, options, damages);
        }
        catch (StorageUnavailableException failure) when (failure.IsDamage)
        {
            return Replace(path, options, damages, failure.Message);
        }
    }

    /// <summary>
    /// Begins a new database with what can be read of a damaged one, which is set aside. Nothing is applied in the new one, so that all that the inbox still has is taken up again. A crash
    /// at any moment leaves either the damaged one in its place, or a whole new one.
    /// </summary>
    /// <exception cref="StorageUnavailableException">The new one could not be made, or the damaged one not be moved.</exception>
    public static OpenedDatabase Replace(string path, StoreOptions options, DamageLog damages, string reason)
    {
        DamagedDatabase.FinishReplacing(path);
        if (!File.Exists(path))
        {
            return OpenSound(path, options, damages);
        }

        long rows = CopyWhatIsReadable(path, options);
        string aside = DamagedDatabase.SwapIn(path);
        damages.Add(new StoreDamage(aside, 0, $"a damaged database was set aside under this name; {rows} rows of it could be read and go on to be served. {reason}"));
        return OpenSound(path, options, damages);
    }

    public void Dispose()
    {
        Readers.Dispose();
        Writer.Dispose();
        _session.Dispose();
    }

    private static long CopyWhatIsReadable(string path, StoreOptions options)
    {
        // What is damaged in the copy is told under the name that it gets.
        DamageLog untold = new();
        string fresh = DamagedDatabase.FreshName(path);
        long rows;
        using (OpenedDatabase copy = OpenSound(fresh, options, untold))
        {
            rows = DamagedDatabase.Salvage(path, copy._session, copy.Blocks);
        }

        using (OpenedDatabase copy = OpenSound(fresh, options, untold))
        {
            copy.Writer.Cells.SumUpAgain(copy.Writer.SaveCells);
        }

        return rows;
    }

    private static OpenedDatabase OpenSound(string path, StoreOptions options, DamageLog damages)
    {
        SqlSession session = TraceDatabase.OpenWriter(path, options);
        try
        {
            TraceIndex index = new();
            index.Load(session, new BlockStore(path, damages));
            return new OpenedDatabase(path, session, index, options, damages);
        }
        catch (Exception failure) when (TraceDatabase.Named(path, failure) is StorageUnavailableException named)
        {
            session.Dispose();
            throw named;
        }
    }
}
