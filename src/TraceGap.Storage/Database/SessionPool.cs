using System.Collections.Concurrent;

namespace TraceGap.Storage;

/// <summary>Connections for readers; safe from any thread. Each read sees one state of the database, and readers and the writer do not wait for each other (WAL).</summary>
internal sealed class SessionPool(string path) : IDisposable
{
    private readonly ConcurrentBag<SqlSession> _idle = [];
    private volatile bool _closed;

    /// <summary>Runs a read on one state of the database.</summary>
    public T Read<T>(Func<SqlSession, T> read)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        SqlSession session = _idle.TryTake(out SqlSession? idle) ? idle : Open();
        bool returned = false;
        try
        {
            session.Run("BEGIN");
            T answer = read(session);
            session.Run("COMMIT");
            _idle.Add(session);
            returned = true;
            return answer;
        }
        finally
        {
            // A session that failed may still be in its transaction; it is not worth finding out.
            if (!returned || _closed)
            {
                session.Dispose();
            }
        }
    }

    public void Dispose()
    {
        _closed = true;
        while (_idle.TryTake(out SqlSession? session))
        {
            session.Dispose();
        }
    }

    private SqlSession Open()
    {
        SqlSession session = new(path);
        session.Execute("PRAGMA query_only = 1; PRAGMA cache_size = -16384");
        return session;
    }
}
