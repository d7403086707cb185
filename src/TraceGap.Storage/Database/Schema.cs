namespace TraceGap.Storage;

/// <summary>The tables of the database.</summary>
internal static class Schema
{
    /// <summary>The version that this build writes and reads.</summary>
    public const int FormatVersion = 1;

    // Bytes "TGap", so that tools and later versions can tell the file from other databases.
    public const int ApplicationId = 0x54476170;

    /// <summary>
    /// <list type="bullet">
    /// <item><c>span_block</c>: spans of traces that were committed together, in order of commit. <c>contribution_block</c>: what the same commit booked for them, under the same number.</item>
    /// <item><c>trace</c>: a row per trace, numbered in order of first commit. <c>blocks</c> lists the blocks that have its spans; the contribution that is booked is in the last of them.
    /// Times of start and arrival are stored as distances, which take half the bytes.</item>
    /// <item><c>trace_index</c>: finds the number of a trace id; see <see cref="TraceIndex"/>.</item>
    /// <item><c>minute_cell</c>: number = key × 2^32 + minute since the epoch; the rollup of that minute, and the smallest failed trace per failure.</item>
    /// <item><c>store</c>: one row, the position up to which the inbox is applied.</item>
    /// </list>
    /// </summary>
    public const string Create = """
        CREATE TABLE rollup_key (id INTEGER PRIMARY KEY, key BLOB NOT NULL);
        CREATE TABLE failure_key (id INTEGER PRIMARY KEY, layer INTEGER, failure BLOB NOT NULL);
        CREATE TABLE span_block (id INTEGER PRIMARY KEY, spans BLOB NOT NULL);
        CREATE TABLE contribution_block (id INTEGER PRIMARY KEY, contributions BLOB NOT NULL);
        CREATE TABLE trace (
          id INTEGER PRIMARY KEY,
          trace_id BLOB NOT NULL,
          key INTEGER NOT NULL,
          outcome INTEGER NOT NULL,
          source INTEGER NOT NULL,
          end_ns INTEGER NOT NULL,
          duration_ns INTEGER NOT NULL,
          first_arrival_after_end_ns INTEGER NOT NULL,
          arrival_span_ns INTEGER NOT NULL,
          revision INTEGER NOT NULL,
          open INTEGER NOT NULL,
          spans INTEGER NOT NULL,
          failure INTEGER,
          blocks BLOB NOT NULL);
        CREATE INDEX trace_by_end ON trace (key, outcome, end_ns);
        CREATE INDEX trace_open ON trace (open) WHERE open = 1;
        CREATE TABLE trace_index (id INTEGER PRIMARY KEY, entries BLOB NOT NULL);
        CREATE TABLE minute_cell (id INTEGER PRIMARY KEY, examples BLOB NOT NULL, cell BLOB NOT NULL);
        CREATE TABLE store (id INTEGER PRIMARY KEY CHECK (id = 1), applied INTEGER NOT NULL);
        INSERT INTO store (id, applied) VALUES (1, 0);
        """;
}
