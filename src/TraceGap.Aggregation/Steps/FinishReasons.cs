using System.Collections.Frozen;

namespace TraceGap.Aggregation;

/// <summary>Why a model stopped, by whatever key and in whatever shape: a word, a list, a list as JSON text, JSON text encoded twice.</summary>
internal static class FinishReasons
{
    /// <summary>Stands for an answer that hit its length limit: a loss if nothing came of it, else a blemish.</summary>
    public const string Length = "length";

    /// <summary>Stands for an answer that asks for a tool.</summary>
    public const string Call = "call";

    private static readonly FrozenDictionary<string, (Verdict Verdict, string Reason)>.AlternateLookup<ReadOnlySpan<char>> Known = Table(
        (Verdict.Degraded, Length, "length max_tokens max_output_tokens model_length model_context_window_exceeded"),
        (Verdict.Degraded, "blocked", "content_filter content_filtered safety guardrail_intervened refusal blocklist prohibited_content spii recitation"),
        (Verdict.Failed, "error", "error malformed_function_call malformed_response network_error"),
        (Verdict.Cancelled, "cancelled", "cancelled canceled"),
        (Verdict.Ok, "stop", "stop end_turn stop_sequence eos eos_token complete completed pause_turn"),
        (Verdict.Ok, Call, "tool_call tool_calls tool_use function_call"))
        .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The keys that hold finish reasons.</summary>
    public static FrozenSet<string> Keys { get; } = FrozenSet.Create(
        StringComparer.Ordinal,
        "gen_ai.response.finish_reasons", "gen_ai.response.finish_reason", "gen_ai.response.stop_reason", "llm.response.finish_reason", "llm.finish_reason",
        "ai.response.finishReason", "stop_reason");

    /// <summary>The gravest of the reasons in a text; false if none of them is known (<c>other</c>, <c>N/A</c> say nothing).</summary>
    public static bool TryRead(string text, out Verdict verdict, out string reason, out string word)
    {
        verdict = Verdict.Ok;
        reason = word = "";
        bool any = false;
        Span<char> folded = stackalloc char[64];
        for (int at = 0; at < text.Length;)
        {
            int length = 0;
            while (at < text.Length && IsWordLetter(text[at]) && length < folded.Length)
            {
                char letter = char.ToLowerInvariant(text[at++]);
                folded[length++] = letter == '-' ? '_' : letter;
            }

            at += length == 0 ? 1 : 0;
            if (length > 0 && Known.TryGetValue(folded[..length], out (Verdict Verdict, string Reason) found) && (!any || Gravity(found.Verdict) > Gravity(verdict)))
            {
                any = true;
                (verdict, reason) = found;
                word = found.Verdict == Verdict.Ok ? "" : folded[..length].ToString();
            }
        }

        return any;
    }

    private static bool IsWordLetter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-';

    private static int Gravity(Verdict verdict) => verdict switch
    {
        Verdict.Failed => 3,
        Verdict.Cancelled => 2,
        Verdict.Degraded => 1,
        _ => 0,
    };

    private static FrozenDictionary<string, (Verdict, string)> Table(params (Verdict Verdict, string Reason, string Words)[] rows) =>
        rows.SelectMany(static row => row.Words.Split(' '), static (row, word) => KeyValuePair.Create(word, (row.Verdict, row.Reason)))
            .ToFrozenDictionary(StringComparer.Ordinal);
}
