namespace TraceGap.Storage;

/// <summary>The tables of the database.</summary>
internal static class Schema
{
    /// <summary>The version that this build writes and reads. Format 1 was never released; nothing opens it.</summary>
    public const int FormatVersion = 2;

    // Bytes "TGap", so that tools and later versions can tell the file from other databases.
    public const int ApplicationId = 0x54476170;

    /// <summary>Bytes a page: blocks are some kilobytes to some dozens, and a part of a page is left over in each.</summary>
    public const int PageBytes = 4096;

    /// <summary>
    /// <para>
    /// Everything about traces is written in order of commit and never changed. Each commit of a trace, the first and every revision, gets the next number; traces that are committed
    /// together share blocks, and a block has the number of its first trace as its own.
    /// </para>
    /// <list type="bullet">
    /// <item><c>trace_block</c>: entries of traces, see <see cref="TraceBlockWriter"/>, with the range of their ends and what a list can pass over them by, see <see cref="TraceMarks"/>.
    /// <c>contribution_block</c>: what they book. <c>span_block</c>: their new spans.</item>
    /// <item><c>superseded</c>: numbers that a later commit of the same trace has made void, and the number of that one.</item>
    /// <item><c>open_trace</c>: numbers of traces that are not closed.</item>
    /// <item><c>trace_index</c>: finds the number of a trace id; see <see cref="TraceIndex"/>.</item>
    /// <item><c>minute_cell</c>: number = key × 2^32 + minute since the epoch; the rollup of that minute, and the smallest failed trace per failure.</item>
    /// <item><c>store</c>: one row. <c>applied</c>: position up to which the inbox is applied. <c>saved</c>: first number whose contribution, or whose taking out of an older one, is not in
    /// <c>minute_cell</c> yet; see <see cref="MinuteCells"/>.</item>
    /// </list>
    /// </summary>
    public const string Create = """
        CREATE TABLE rollup_key (id INTEGER PRIMARY KEY, key BLOB NOT NULL);
        CREATE TABLE failure_key (id INTEGER PRIMARY KEY, layer INTEGER, failure BLOB NOT NULL);
        CREATE TABLE span_block (id INTEGER PRIMARY KEY, spans BLOB NOT NULL);
        CREATE TABLE contribution_block (id INTEGER PRIMARY KEY, contributions BLOB NOT NULL);
        CREATE TABLE trace_block (id INTEGER PRIMARY KEY, min_end_ns INTEGER NOT NULL, max_end_ns INTEGER NOT NULL, marks INTEGER NOT NULL, traces BLOB NOT NULL);
        CREATE INDEX trace_block_by_end ON trace_block (max_end_ns, min_end_ns, marks);
        CREATE TABLE superseded (id INTEGER PRIMARY KEY, successor INTEGER NOT NULL);
        CREATE TABLE open_trace (id INTEGER PRIMARY KEY, trace_id BLOB NOT NULL, last_arrival_ns INTEGER NOT NULL);
        CREATE TABLE trace_index (id INTEGER PRIMARY KEY, entries BLOB NOT NULL);
        CREATE TABLE minute_cell (id INTEGER PRIMARY KEY, examples BLOB NOT NULL, cell BLOB NOT NULL);
        CREATE TABLE store (id INTEGER PRIMARY KEY CHECK (id = 1), applied INTEGER NOT NULL, saved INTEGER NOT NULL);
        INSERT INTO store (id, applied, saved) VALUES (1, 0, 0);
        """;
}
