using Microsoft.Data.Sqlite;

namespace TraceGap.Storage;

/// <summary>
/// Copies the rows of one table that can be read. They stand in order of their number; where a page cannot be read the copy goes on behind it, looking in steps that double, so that what
/// is passed over is at most twice what is damaged.
/// </summary>
internal sealed class TableSalvage(SqlSession damaged, SqlSession fresh, string table)
{
    private readonly string _read = $"SELECT * FROM {table} WHERE id >= $1 ORDER BY id";
    private object?[] _values = [];
    private string _insert = "";
    private long _next = long.MinValue;
    private long _rows;

    /// <summary>Copies what can be read.</summary>
    /// <returns>The number of rows.</returns>
    /// <exception cref="SqliteException">The fresh database could not be written.</exception>
    public long Copy()
    {
        long step = 1;
        while (true)
        {
            long before = _rows;
            if (ReachesTheEnd())
            {
                return _rows;
            }

            step = _rows > before ? 1 : step * 2;
            if (step <= 0 || _next > long.MaxValue - step)
            {
                return _rows;
            }

            _next = Math.Max(_next, 0) + step;
        }
    }

    private bool ReachesTheEnd()
    {
        bool reading = true;
        try
        {
            using SqliteDataReader row = damaged.Query(_read, _next);
            while (row.Read())
            {
                _next = row.GetInt64(0) + 1;
                if (TryTake(row))
                {
                    reading = false;
                    _rows += fresh.Prepare(_insert, _values).ExecuteNonQuery();
                    reading = true;
                }
            }

            return true;
        }
        catch (SqliteException) when (reading)
        {
            return false;
        }
    }

    // All columns are numbers and blobs; a row with anything else in it is damaged.
    private bool TryTake(SqliteDataReader row)
    {
        if (_values.Length == 0)
        {
            _values = new object?[row.FieldCount];
            _insert = $"INSERT OR IGNORE INTO {table} VALUES ({string.Join(", ", Enumerable.Range(1, row.FieldCount).Select(static column => "$" + column))})";
        }

        for (int column = 0; column < _values.Length; column++)
        {
            object value = row.GetValue(column);
            _values[column] = value is DBNull ? null : value;
            if (value is not (DBNull or long or byte[]))
            {
                return false;
            }
        }

        return true;
    }
}
