using System.Collections.Frozen;
using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>How guardrails say that they tripped: one row a key. A number trips where it is more than zero; values are folded as <see cref="FoldedText"/> does.</summary>
/// <remarks>A guardrail that trips has done its work, so it has not failed; the run that it stopped is degraded.</remarks>
internal static class GuardrailRules
{
    private static readonly string[] Denials = ["deny", "denied", "block", "blocked", "fail", "failed", "reject", "rejected", "escalate"];

    private static readonly FrozenDictionary<string, string[]> ByKey = new Dictionary<string, string[]>
    {
        ["gen_ai.guardrail.triggered"] = ["true"],
        ["gen_ai.guardrail.status"] = ["failed"],
        ["gen_ai.guardrail.failed_guard_count"] = [],
        ["gen_ai.guardrail.error.type"] = ["*"],
        ["gen_ai.guardrail.verdict.type"] = Denials,
        ["guard.denied"] = ["true"],
        ["guard.verdict"] = Denials,
        ["guard.action"] = Denials,
        ["rail.stop"] = ["true"],

        // NeMo: what the rail decided, one after the other; among them intents of the bot.
        ["rail.decisions"] = ["stop", "*\"stop\"*", "*refuse to respond*"],
        ["tripwireAbort"] = ["true"],
    }.ToFrozenDictionary();

    // What the guardrail of a Bedrock call found: OpenLLMetry tells it only where the guardrail intervened, and its text is content.
    private const string Bedrock = "gen_ai.bedrock.guardrail.";

    /// <summary>Whether a key may say so.</summary>
    public static bool Reads(string key) => ByKey.ContainsKey(key) || key.StartsWith(Bedrock, StringComparison.Ordinal);

    /// <summary>Whether an attribute says that a guardrail tripped.</summary>
    public static bool SaysTripped(string key, AttributeValue value) =>
        ByKey.TryGetValue(key, out string[]? values)
            ? !value.IsBlank && (values.Length == 0 ? value.AsNumber() > 0 : FoldedText.MatchesAny(values, value.AsText()))
            : key.StartsWith(Bedrock, StringComparison.Ordinal) && value.AsNumber() is not 0 && value.AsBoolean() is not false;
}
