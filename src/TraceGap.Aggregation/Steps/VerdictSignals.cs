using System.Collections.Frozen;
using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>All that the attributes of a span say about how it went, gathered in one pass over those that say something.</summary>
internal struct VerdictSignals
{
    /// <summary>The attribute by which an application states the outcome of the whole trace.</summary>
    public const string OutcomeKey = "tracegap.outcome";

    /// <summary>The label that an evaluation gave.</summary>
    public const string EvaluationLabelKey = "gen_ai.evaluation.score.label";

    /// <summary>The score that an evaluation gave.</summary>
    public const string EvaluationScoreKey = "gen_ai.evaluation.score.value";

    // Guardrails AI: the output of such a span is one word.
    private const string ValidatorKey = "validator_name";

    private static readonly FrozenSet<string> Keys =
    [
        "error.type", "http.response.status_code", "http.status_code", "http.request.method", "http.method",
        "rpc.grpc.status_code", "rpc.response.status_code", "rpc.status_code",
        "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion", "ai.usage.outputTokens", "ai.usage.completionTokens",
        "gen_ai.response.time_to_first_chunk", "gen_ai.client.operation.time_to_first_chunk", "ai.response.msToFirstChunk", "ai.stream.msToFirstChunk",
        ValidatorKey, "edge_group.delivered", "gen_ai.framework", "retrieval.query", "retrieval.document", "anthropic.request.id",
        "haystack.agent.steps_taken", "haystack.agent.max_steps", EvaluationLabelKey, EvaluationScoreKey, SpanRecord.EvaluatedSpanKey,
        OutcomeKey, .. FinishReasons.Keys, .. VerdictRules.Keys,
    ];

    private static readonly ShapeMemo<int[]> Telling = new(static shape => [.. Enumerable.Range(0, shape.Count).Where(index => Keys.Contains(shape.Keys[index]) || GuardrailRules.Reads(shape.Keys[index]))]);

    /// <summary><c>error.type</c>, or null.</summary>
    public string? ErrorType;

    /// <summary>HTTP status, or 0.</summary>
    public int HttpStatus;

    /// <summary>HTTP method, or null.</summary>
    public string? HttpMethod;

    /// <summary>RPC status, or null.</summary>
    public string? RpcStatus;

    /// <summary>The gravest row of <see cref="VerdictRules"/> that matches.</summary>
    public Verdict Stated;

    /// <summary>The key and value of that row.</summary>
    public string StatedSignal;

    /// <summary>Whether any finish reason is known.</summary>
    public bool HasFinishReason;

    /// <summary>What the finish reasons say.</summary>
    public Verdict Finish;

    /// <summary>Group of the gravest finish reason.</summary>
    public string FinishReason;

    /// <summary>The gravest finish reason.</summary>
    public string FinishWord;

    /// <summary>Output tokens, or −1 if nothing says.</summary>
    public long OutputTokens;

    /// <summary>Whether a time to the first chunk is reported.</summary>
    public bool HasFirstChunk;

    /// <summary>Whether a guardrail says that it tripped.</summary>
    public bool IsTripped;

    /// <summary>Whether the outcome of the whole trace is stated here.</summary>
    public bool StatesOutcome;

    /// <summary>Whether an evaluation is on the span.</summary>
    public bool HasEvaluation;

    /// <summary>Whether a message was handed on and nobody took it.</summary>
    public bool IsUndelivered;

    /// <summary>Whether the span asked for documents and lists none, from an emitter that leaves an empty list out (Dify).</summary>
    public bool IsMissingDocuments;

    /// <summary>Whether the provider's own server says so; it leaves the status unset where a request was cancelled.</summary>
    public bool IsAnthropic;

    /// <summary>Whether an agent used up the steps that it may take.</summary>
    public bool AreStepsUsedUp;

    private bool _isValidator;
    private bool _isDify;
    private bool _hasQuery;
    private bool _hasDocument;
    private double? _stepsTaken;
    private double? _mostSteps;

    /// <summary>True if nothing of this judges the span.</summary>
    public readonly bool AreQuiet =>
        ErrorType is null && StatedSignal.Length == 0 && HttpStatus < 400 && RpcStatus is null && !HasFirstChunk && !IsTripped && (!HasFinishReason || Finish == Verdict.Ok)
        && !IsUndelivered && !IsMissingDocuments && !IsAnthropic && !AreStepsUsedUp;

    /// <summary>Gathers the signals of a span.</summary>
    public static VerdictSignals Of(SpanRecord span)
    {
        VerdictSignals signals = new() { OutputTokens = -1, StatedSignal = "", FinishReason = "", FinishWord = "" };
        AttributeSet attributes = span.Attributes;
        foreach (int index in Telling.Of(attributes.Shape))
        {
            signals.Take(attributes.Shape.Keys[index], attributes.Values[index]);
        }

        signals.IsTripped |= signals._isValidator && (span.Facts & SpanFacts.OutputSaysFail) != 0;
        signals.IsMissingDocuments = signals is { _isDify: true, _hasQuery: true, _hasDocument: false };
        signals.AreStepsUsedUp = signals._stepsTaken >= signals._mostSteps;
        return signals;
    }

    private void Take(string key, AttributeValue value)
    {
        switch (key)
        {
            case "error.type":
                ErrorType = Blank(value.AsText());
                return;
            case "http.response.status_code" or "http.status_code":
                HttpStatus = (int)Math.Clamp(value.AsNumber() ?? 0, 0, 999);
                return;
            case "http.request.method" or "http.method":
                HttpMethod = value.AsText();
                return;
            case "rpc.grpc.status_code" or "rpc.response.status_code" or "rpc.status_code":
                RpcStatus = Blank(value.AsText());
                return;
            case "gen_ai.usage.output_tokens" or "gen_ai.usage.completion_tokens" or "llm.token_count.completion" or "ai.usage.outputTokens" or "ai.usage.completionTokens":
                OutputTokens = Math.Max(OutputTokens, (long)(value.AsNumber() ?? -1));
                return;
            case "gen_ai.response.time_to_first_chunk" or "gen_ai.client.operation.time_to_first_chunk" or "ai.response.msToFirstChunk" or "ai.stream.msToFirstChunk":
                HasFirstChunk = true;
                return;
            case OutcomeKey:
                StatesOutcome = Blank(value.AsText()) is not null;
                return;
            case EvaluationLabelKey or EvaluationScoreKey or SpanRecord.EvaluatedSpanKey:
                HasEvaluation = true;
                return;
            case ValidatorKey:
                _isValidator = true;
                return;
            case "edge_group.delivered":
                IsUndelivered |= value.AsBoolean() == false;
                return;
            case "gen_ai.framework":
                _isDify = FoldedText.Comparer.Equals(value.AsText(), "dify");
                return;
            case "retrieval.query":
                _hasQuery = true;
                return;
            case "retrieval.document":
                _hasDocument = true;
                return;
            case "anthropic.request.id":
                IsAnthropic = true;
                return;
            case "haystack.agent.steps_taken":
                _stepsTaken = value.AsNumber();
                return;
            case "haystack.agent.max_steps":
                _mostSteps = value.AsNumber();
                return;
            default:
                TakeByTable(key, value);
                return;
        }
    }

    private void TakeByTable(string key, AttributeValue value)
    {
        IsTripped |= GuardrailRules.SaysTripped(key, value);
        if (FinishReasons.Keys.Contains(key))
        {
            if (FinishReasons.TryRead(value.AsText(), out Verdict verdict, out string reason, out string word))
            {
                (HasFinishReason, Finish, FinishReason, FinishWord) = (true, verdict, reason, word);
            }
        }
        else if (VerdictRules.TryGet(key, out (Verdict Verdict, string[] Values)[] rows))
        {
            foreach ((Verdict verdict, string[] values) in rows)
            {
                if (!value.IsBlank && FoldedText.MatchesAny(values, value.AsText()) && (StatedSignal.Length == 0 || Stated is Verdict.Degraded or Verdict.Ok))
                {
                    Stated = verdict;
                    StatedSignal = $"{key}={value.AsText()}";
                }
            }
        }
    }

    private static string? Blank(string text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
