using Microsoft.Data.Sqlite;

namespace TraceGap.Storage;

/// <summary>The tables of alerts.</summary>
internal static class AlertTables
{
    private const string ReadNotices = """
        SELECT id, at_ns, pending, notice FROM alert_notice
        WHERE pending <> 0 OR id IN (SELECT id FROM alert_notice WHERE pending = 0 ORDER BY id DESC LIMIT $1)
        ORDER BY id
        """;

    public static StoredAlerts Read(SqlSession session, int latest)
    {
        List<StoredAlertState> states = [];
        using (SqliteDataReader rows = session.Query("SELECT id, state FROM alert_state ORDER BY id"))
        {
            while (rows.Read())
            {
                states.Add(new StoredAlertState(rows.GetInt64(0), rows.GetFieldValue<byte[]>(1)));
            }
        }

        List<StoredAlertNotice> notices = [];
        using SqliteDataReader entries = session.Query(ReadNotices, latest);
        while (entries.Read())
        {
            notices.Add(new StoredAlertNotice(entries.GetInt64(0), entries.GetInt64(1), entries.GetInt64(2) != 0, entries.GetFieldValue<byte[]>(3)));
        }

        return new StoredAlerts(states, notices);
    }

    public static void Save(SqlSession session, AlertCommit commit)
    {
        foreach (StoredAlertState state in commit.States)
        {
            session.Run("INSERT OR REPLACE INTO alert_state (id, state) VALUES ($1, $2)", state.Id, state.State);
        }

        foreach (StoredAlertNotice notice in commit.Notices)
        {
            session.Run(
                "INSERT OR REPLACE INTO alert_notice (id, at_ns, pending, notice) VALUES ($1, $2, $3, $4)",
                notice.Id, notice.AtUnixNanos, notice.IsPending ? 1 : 0, notice.Notice);
        }

        if (commit.ForgetBeforeUnixNanos > 0)
        {
            session.Run("DELETE FROM alert_notice WHERE pending = 0 AND at_ns < $1", commit.ForgetBeforeUnixNanos);
        }
    }
}
