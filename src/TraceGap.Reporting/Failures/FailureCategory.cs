using System.Collections.Frozen;
using System.Globalization;
using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>
/// What kind of failure it was, told by its error type: exception names, HTTP and gRPC codes, finish reasons, as instrumentations write them. One row a kind; the first that matches decides. A row
/// matches if one of its phrases stands in the error type as whole words, whatever their case and however they are joined (<c>ReadTimeout</c>, <c>read_timeout</c>, <c>read timeout</c>).
/// </summary>
public static class FailureCategory
{
    /// <summary>No step failed.</summary>
    public const string Silent = "silent";

    /// <summary>The error type says nothing, or nothing known.</summary>
    public const string Other = "other";

    private static readonly (string Category, string[] Phrases)[] Rows =
    [
        ("rate limit", ["rate limit", "rate limited", "ratelimit", "too many requests", "quota", "throttled", "throttling", "resource exhausted", "429"]),
        ("timeout", ["timeout", "timed out", "time out", "timeouted", "deadline exceeded", "deadline", "etimedout", "408", "504"]),
        ("context", ["context length", "context window", "context missing", "empty context", "no documents", "max tokens", "max output tokens", "length", "413"]),
        ("guardrail", ["content filter", "content policy", "guardrail", "guardrails", "safety", "refusal", "blocklist", "prohibited content", "recitation", "spii", "tripwire", "moderation"]),
        ("schema", ["schema", "validation", "json", "parse", "parser", "parsing", "malformed", "invalid argument", "type error", "key error", "value error", "output parser", "unprocessable", "malformed function call", "400", "422"]),
        ("access", ["authentication", "unauthenticated", "unauthorized", "unauthorised", "permission", "forbidden", "permission denied", "api key", "401", "403"]),
        ("not found", ["not found", "unimplemented", "no such", "unknown tool", "404", "410"]),
        ("network", ["connection", "connect", "connection refused", "connection reset", "network", "socket", "dns", "econnrefused", "econnreset", "enotfound", "epipe", "ssl", "tls", "unreachable", "broken pipe"]),
        ("provider", ["overloaded", "overload", "unavailable", "service unavailable", "internal server error", "internal", "bad gateway", "server error", "api error", "data loss"]),
        ("cancelled", ["cancelled", "canceled", "abort", "aborted"]),
        ("tool", ["tool error", "tool"]),
    ];

    private static readonly FrozenDictionary<string, string> ByPhrase =
        Rows.SelectMany(static row => row.Phrases.Select(phrase => (phrase, row.Category))).DistinctBy(static row => row.phrase).ToFrozenDictionary(static row => row.phrase, static row => row.Category);

    private static readonly string[] Order = [.. Rows.Select(static row => row.Category)];
    private static readonly int LongestPhrase = ByPhrase.Keys.Max(static phrase => phrase.Count(' '.Equals) + 1);

    /// <summary>The categories, in the order in which they are tried; then <see cref="Other"/> and <see cref="Silent"/>.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Order, Other, Silent];

    /// <summary>The category of the failure of a trace.</summary>
    /// <param name="failure">The failure.</param>
    public static string Of(FailureKey failure) => failure.Step is null ? Silent : OfErrorType(failure.ErrorType);

    /// <summary>The category of an error type.</summary>
    public static string OfErrorType(string errorType)
    {
        List<string> words = Words(errorType);
        string? found = null;
        for (int start = 0; start < words.Count; start++)
        {
            string phrase = "";
            for (int length = 1; length <= LongestPhrase && start + length <= words.Count; length++)
            {
                phrase = length == 1 ? words[start] : $"{phrase} {words[start + length - 1]}";
                found = Earlier(found, ByPhrase.GetValueOrDefault(phrase));
            }
        }

        return found ?? (IsServerError(errorType) ? "provider" : Other);
    }

    private static string? Earlier(string? one, string? other) =>
        one is null ? other : other is null || Array.IndexOf(Order, one) <= Array.IndexOf(Order, other) ? one : other;

    private static bool IsServerError(string errorType) =>
        int.TryParse(errorType, NumberStyles.None, CultureInfo.InvariantCulture, out int code) && code is >= 500 and < 600;

    /// <summary>Words in lower case: letters or digits, and a new one where a capital follows a small letter or begins another word (<c>APITimeoutError</c> is api, timeout, error).</summary>
    private static List<string> Words(string text)
    {
        List<string> words = [];
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            bool isWord = i < text.Length && char.IsLetterOrDigit(text[i]);
            bool begins = isWord && i > start && char.IsUpper(text[i])
                && (!char.IsUpper(text[i - 1]) || (i + 1 < text.Length && char.IsLower(text[i + 1])));
            if (isWord && !begins)
            {
                continue;
            }

            if (i > start)
            {
                words.Add(text[start..i].ToLowerInvariant());
            }

            start = isWord ? i : i + 1;
        }

        return words;
    }
}
