using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>Reads what a span says of a model call, in the words of any convention. Which of its attributes say something is worked out once a shape.</summary>
internal sealed class CallReader
{
    /// <summary>Far above what a model call can read or write, so that no reported number can overflow a sum.</summary>
    public const long MaxTokens = 1L << 40;

    private static readonly string[] InputKeys =
        ["gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt", "ai.usage.inputTokens", "ai.usage.promptTokens", "input_tokens"];

    private static readonly string[] OutputKeys =
        ["gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion", "ai.usage.outputTokens", "ai.usage.completionTokens", "output_tokens"];

    private static readonly string[] CachedKeys =
        ["gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens", "llm.token_count.prompt_details.cache_read", "ai.usage.cachedInputTokens"];

    // Coding agents pass on the numbers of a provider that counts cached tokens beside the input.
    private const string CachedBesideKey = "cache_read_tokens";

    private static readonly string[] ResponseModelKeys = ["gen_ai.response.model", "llm.response.model_name", "ai.response.model"];

    private static readonly string[] RequestModelKeys = ["gen_ai.request.model", "llm.model_name", "llm.request.model_name", "ai.model.id", "model"];

    private static readonly ShapeMemo<CallReader> Readers = new(static shape => new CallReader(shape));

    private readonly int[] _input;
    private readonly int[] _output;
    private readonly int[] _cached;
    private readonly int _cachedBeside;
    private readonly int[] _responseModel;
    private readonly int[] _requestModel;
    private readonly (int Place, int Rule)[] _firstToken;

    private CallReader(AttributeShape shape)
    {
        int[] Places(string[] keys) => [.. keys.Select(key => shape.IndexOf(key)).Where(static place => place >= 0)];

        _input = Places(InputKeys);
        _output = Places(OutputKeys);
        _cached = Places(CachedKeys);
        _cachedBeside = shape.IndexOf(CachedBesideKey);
        _responseModel = Places(ResponseModelKeys);
        _requestModel = Places(RequestModelKeys);
        _firstToken = FirstTokenTime.In(shape);
    }

    /// <summary>The reader for a span.</summary>
    public static CallReader Of(SpanRecord span) => Readers.Of(span.Attributes.Shape);

    /// <summary>The call as this span tells it.</summary>
    public static ModelCall Read(SpanRecord span)
    {
        CallReader reader = Of(span);
        return new ModelCall(reader.ResponseModel(span) ?? reader.RequestModel(span) ?? "", reader.Tokens(span), reader.FirstToken(span));
    }

    /// <summary>Tokens that the span reports.</summary>
    public TokenSums Tokens(SpanRecord span)
    {
        ReadOnlySpan<AttributeValue> values = span.Attributes.Values;
        long input = Count(values, _input);
        long cached = Count(values, _cached);
        long beside = cached == 0 && _cachedBeside >= 0 ? CountAt(values, _cachedBeside) ?? 0 : 0;

        // What is more than the input cannot be a part of it.
        long fresh = cached <= input ? input - cached : input;
        return new TokenSums(input, Count(values, _output), cached + beside, fresh);
    }

    /// <summary>The model that answered, or null.</summary>
    public string? ResponseModel(SpanRecord span) => Text(span, _responseModel);

    /// <summary>The model that was asked, or null.</summary>
    public string? RequestModel(SpanRecord span) => Text(span, _requestModel);

    /// <summary>Time to the first token, ns, or null.</summary>
    public long? FirstToken(SpanRecord span) => _firstToken.Length == 0 ? null : FirstTokenTime.Of(span, _firstToken);

    private static long Count(ReadOnlySpan<AttributeValue> values, int[] places)
    {
        foreach (int place in places)
        {
            if (CountAt(values, place) is long count)
            {
                return count;
            }
        }

        return 0;
    }

    private static long? CountAt(ReadOnlySpan<AttributeValue> values, int place) =>
        values[place].AsNumber() is double tokens and >= 0 and < long.MaxValue ? Math.Min((long)tokens, MaxTokens) : null;

    private static string? Text(SpanRecord span, int[] places)
    {
        foreach (int place in places)
        {
            ref readonly AttributeValue value = ref span.Attributes.Values[place];
            if (!value.IsBlank)
            {
                return value.AsText();
            }
        }

        return null;
    }
}
