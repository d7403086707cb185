namespace TraceGap.Storage;

/// <summary>The tables of the database.</summary>
internal static class Schema
{
    /// <summary>The version that this build writes and reads. Formats 1 to 9 were never released; nothing opens them.</summary>
    public const int FormatVersion = 10;

    // Bytes "TGap", so that tools and later versions can tell the file from other databases.
    public const int ApplicationId = 0x54476170;

    /// <summary>Bytes a page: blocks are some kilobytes to some dozens, and a part of a page is left over in each.</summary>
    public const int PageBytes = 4096;

    /// <summary>
    /// Tables of alerts, made wherever they are missing. <c>alert_state</c>: what is true, a row a rule of a workflow. <c>alert_notice</c>: what was or is to be told, and when that was decided;
    /// <c>pending</c> is 1 until it is done. What the rows hold is the caller's.
    /// </summary>
    public const string Alerts = """
        CREATE TABLE IF NOT EXISTS alert_state (id INTEGER PRIMARY KEY, state BLOB NOT NULL);
        CREATE TABLE IF NOT EXISTS alert_notice (id INTEGER PRIMARY KEY, at_ns INTEGER NOT NULL, pending INTEGER NOT NULL, notice BLOB NOT NULL);
        """;

    /// <summary>Which rules for layers held from when on, made wherever it is missing.</summary>
    public const string RuleSets = "CREATE TABLE IF NOT EXISTS rule_set (from_ns INTEGER PRIMARY KEY, name TEXT NOT NULL);";

    /// <summary>
    /// <para>
    /// Everything about traces is written in order of commit and never changed. Each commit of a trace, the first and every revision, gets the next number; traces that are committed
    /// together share blocks, and a block has the number of its first trace as its own.
    /// </para>
    /// <list type="bullet">
    /// <item><c>rollup_key</c>, <c>failure_key</c>: keys by number, with the last day on which they were used. <c>…_day</c>: number = day since the epoch × 2^32 + key; the keys that have
    /// numbers of their own on that day, see <see cref="DailyKeys{TKey}"/>.</item>
    /// <item><c>trace_block</c>: entries of traces, see <see cref="TraceBlockWriter"/>, with the range of their ends and what a list can pass over them by, see <see cref="TraceMarks"/>.
    /// <c>contribution_block</c>: what they book. <c>span_block</c>: their new spans.</item>
    /// <item><c>superseded</c>: numbers that a later commit of the same trace has made void, and the number of that one.</item>
    /// <item><c>open_trace</c>: numbers of traces that are not closed.</item>
    /// <item><c>trace_index</c>: finds the number of a trace id; see <see cref="TraceIndex"/>.</item>
    /// <item><c>rollup_cell</c>: the rollup of a minute or hour of a key, or of what came out of time, see <see cref="CellId"/>, and the smallest failed trace per failure.</item>
    /// <item><c>store</c>: one row. <c>applied</c>: position up to which the inbox is applied. <c>saved</c>: first number whose contribution, or whose taking out of an older one, is not in
    /// <c>rollup_cell</c> yet; see <see cref="StoredCells"/>. <c>first_minute</c>, <c>merged_hour</c>, <c>merged_key</c>: see <see cref="CellCoverage"/>. <c>first_kept</c>: lowest number that is still stored, and <c>gone_end_ns</c>: latest end of a trace below it; see
    /// <see cref="TraceRetention"/>.</item>
    /// </list>
    /// </summary>
    public const string Create = """
        CREATE TABLE rollup_key (id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, last_day INTEGER NOT NULL, key BLOB NOT NULL);
        CREATE INDEX rollup_key_by_hash ON rollup_key (hash);
        CREATE INDEX rollup_key_by_day ON rollup_key (last_day);
        CREATE TABLE rollup_key_day (id INTEGER PRIMARY KEY);
        CREATE TABLE failure_key (id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, last_day INTEGER NOT NULL, key BLOB NOT NULL);
        CREATE INDEX failure_key_by_hash ON failure_key (hash);
        CREATE INDEX failure_key_by_day ON failure_key (last_day);
        CREATE TABLE failure_key_day (id INTEGER PRIMARY KEY);
        CREATE TABLE span_block (id INTEGER PRIMARY KEY, spans BLOB NOT NULL);
        CREATE TABLE contribution_block (id INTEGER PRIMARY KEY, contributions BLOB NOT NULL);
        CREATE TABLE trace_block (id INTEGER PRIMARY KEY, min_end_ns INTEGER NOT NULL, max_end_ns INTEGER NOT NULL, marks INTEGER NOT NULL, traces BLOB NOT NULL);
        CREATE INDEX trace_block_by_end ON trace_block (max_end_ns, min_end_ns, marks);
        CREATE TABLE superseded (id INTEGER PRIMARY KEY, successor INTEGER NOT NULL);
        CREATE TABLE open_trace (id INTEGER PRIMARY KEY, trace_id BLOB NOT NULL, last_arrival_ns INTEGER NOT NULL);
        CREATE TABLE trace_index (id INTEGER PRIMARY KEY, entries BLOB NOT NULL);
        CREATE TABLE rollup_cell (id INTEGER PRIMARY KEY, examples BLOB NOT NULL, cell BLOB NOT NULL);
        CREATE TABLE store (
          id INTEGER PRIMARY KEY CHECK (id = 1), applied INTEGER NOT NULL, saved INTEGER NOT NULL, first_minute INTEGER NOT NULL, merged_hour INTEGER NOT NULL, merged_key INTEGER NOT NULL,
          first_kept INTEGER NOT NULL, gone_end_ns INTEGER NOT NULL);
        INSERT INTO store (id, applied, saved, first_minute, merged_hour, merged_key, first_kept, gone_end_ns) VALUES (1, 0, 0, 0, 0, 0, 0, -1);
        """;
}
