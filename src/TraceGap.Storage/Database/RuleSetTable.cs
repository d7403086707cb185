using Microsoft.Data.Sqlite;

namespace TraceGap.Storage;

/// <summary>The table of rule sets.</summary>
internal static class RuleSetTable
{
    // A file that something rewrites all day must not fill the folder.
    private const int MostKept = 1000;

    /// <summary>The sets that held at some time of a window, in order. What was analysed before the first is known counts as that one's.</summary>
    public static IReadOnlyList<StoredRuleSet> Read(SqlSession session, long fromUnixNanos, long toUnixNanos)
    {
        List<StoredRuleSet> sets = [];
        using SqliteDataReader rows = session.Query(
            """
            SELECT name, from_ns FROM rule_set
            WHERE from_ns < max($2, (SELECT min(from_ns) + 1 FROM rule_set))
              AND from_ns >= coalesce((SELECT max(from_ns) FROM rule_set WHERE from_ns <= $1), 0)
            ORDER BY from_ns
            """,
            fromUnixNanos,
            toUnixNanos);
        while (rows.Read())
        {
            sets.Add(new StoredRuleSet(rows.GetString(0), rows.GetInt64(1)));
        }

        return sets;
    }

    /// <summary>Notes that a set holds from a time on, unless it does already.</summary>
    public static void Record(SqlSession session, string id, long atUnixNanos)
    {
        session.Run(
            "INSERT OR REPLACE INTO rule_set (from_ns, name) SELECT $2, $1 WHERE $1 <> coalesce((SELECT name FROM rule_set ORDER BY from_ns DESC LIMIT 1), '')",
            id,
            atUnixNanos);
        session.Run("DELETE FROM rule_set WHERE from_ns NOT IN (SELECT from_ns FROM rule_set ORDER BY from_ns DESC LIMIT $1)", MostKept);
    }
}
