using System.Collections.Frozen;

namespace TraceGap.Aggregation;

/// <summary>Attributes that say how a span went beside its status: one row a key and value. Values are folded as <see cref="FoldedText"/> does.</summary>
internal static class VerdictRules
{
    private static readonly (string Key, Verdict Verdict, string[] Values)[] Rows =
    [
        // Tools whose status stays OK.
        ("gen_ai.tool.status", Verdict.Failed, ["error"]),
        ("lk.function_tool.is_error", Verdict.Failed, ["true"]),
        ("success", Verdict.Failed, ["false"]),
        ("pydantic_ai.tool.failure_stage", Verdict.Failed, ["validation"]),

        // A call that waits for somebody's approval, or for somebody else to make it, has the status of an error and is none.
        ("pydantic_ai.tool.deferral.name", Verdict.Ok, ["*"]),

        // Hosted runs and workflow engines.
        ("gen_ai.thread.run.status", Verdict.Failed, ["failed", "expired"]),
        ("gen_ai.thread.run.status", Verdict.Cancelled, ["cancelled", "canceled"]),
        ("gen_ai.thread.run.status", Verdict.Degraded, ["incomplete"]),
        ("gen_ai.run_step.status", Verdict.Failed, ["failed", "expired"]),
        ("gen_ai.run_step.status", Verdict.Cancelled, ["cancelled", "canceled"]),
        ("gen_ai.run_step.status", Verdict.Degraded, ["incomplete"]),
        ("gen_ai.task.status", Verdict.Failed, ["failure"]),
        ("n8n.node.termination_reason", Verdict.Cancelled, ["workflow_cancelled"]),
        ("n8n.execution.status", Verdict.Failed, ["error", "crashed"]),
        ("n8n.execution.status", Verdict.Cancelled, ["canceled", "cancelled"]),
        ("n8n.reconstructed", Verdict.Unfinished, ["true"]),
        ("durabletask.task.status", Verdict.Failed, ["failed", "terminated"]),
        ("durabletask.task.status", Verdict.Cancelled, ["canceled", "cancelled"]),

        // Frameworks and platforms.
        ("genkit:state", Verdict.Failed, ["error"]),
        ("langfuse.observation.level", Verdict.Failed, ["ERROR"]),
        ("langfuse.observation.level", Verdict.Degraded, ["WARNING"]),
        ("edge_group.delivery_status", Verdict.Failed, ["exception"]),
        ("edge_group.delivery_status", Verdict.Degraded, ["dropped type mismatch", "dropped target mismatch"]),

        // Routing, not loss.
        ("edge_group.delivery_status", Verdict.Ok, ["dropped condition false", "buffered"]),
    ];

    private static readonly FrozenDictionary<string, (Verdict Verdict, string[] Values)[]> ByKey =
        Rows.GroupBy(static row => row.Key, static row => (row.Verdict, row.Values)).ToFrozenDictionary(static group => group.Key, static group => group.ToArray());

    /// <summary>The keys that the table has rows for.</summary>
    public static IEnumerable<string> Keys => ByKey.Keys;

    /// <summary>Whether the table has rows for a key.</summary>
    public static bool TryGet(string key, out (Verdict Verdict, string[] Values)[] rows) => ByKey.TryGetValue(key, out rows!);
}
