using TraceGap.Otlp.Attributes;
using TraceGap.Otlp.Facts;

namespace TraceGap.Otlp;

/// <summary>Makes a <see cref="SpanRecord"/> from fields in any order. Both encodings of OTLP fill it, so both give the same record.</summary>
/// <remarks>Repeated single fields: the last one counts, as Protocol Buffers has it.</remarks>
internal sealed class SpanBuilder(KeyTable keys, TextCache texts, DecodeLimits limits)
{
    private readonly AttributeCollector _attributes = new(keys, texts, limits);
    private readonly ContentFacts _facts = new(limits);
    private readonly ToolSpans _toolSpans = new(keys);
    private readonly KeyRule _finishReasons = Known(keys, "gen_ai.response.finish_reasons");
    private readonly KeyRule _evaluationName = Known(keys, "gen_ai.evaluation.name");
    private readonly KeyRule _evaluationScore = Known(keys, "gen_ai.evaluation.score.value");
    private readonly KeyRule _evaluationLabel = Known(keys, "gen_ai.evaluation.score.label");

    private string _name = "";
    private string? _exceptionType;
    private long _weight;
    private long _startUnixNanos;
    private long _endUnixNanos;

    /// <summary>What was cut so far in this request.</summary>
    public ref DecodeTally Tally => ref _attributes.Tally;

    public TraceId TraceId { get; set; }

    public SpanId SpanId { get; set; }

    public SpanId ParentSpanId { get; set; }

    public SpanKind Kind { get; set; }

    public SpanStatus Status { get; set; }

    public uint Flags { get; set; }

    /// <summary>Starts the next span.</summary>
    public void Begin()
    {
        _attributes.Begin();
        _facts.Begin();
        (TraceId, SpanId, ParentSpanId, Kind, Status, Flags) = (default, default, default, default, default, default);
        (_name, _exceptionType, _weight, _startUnixNanos, _endUnixNanos) = ("", null, SpanRecord.UnitWeight, 0, 0);
    }

    public void SetName(ReadOnlySpan<byte> name) => _name = _attributes.Name(name);

    public void SetTraceState(ReadOnlySpan<byte> traceState) => _weight = SamplingWeight.Of(traceState);

    public void SetStatusText(ReadOnlySpan<byte> message) => _facts.StatusText(message);

    /// <summary>Sets the kind from its number; numbers that OTLP does not define read as unspecified.</summary>
    public void SetKind(ulong number) => Kind = number <= (ulong)SpanKind.Consumer ? (SpanKind)number : SpanKind.Unspecified;

    /// <summary>Sets the status code from its number; numbers that OTLP does not define read as unset.</summary>
    public void SetStatus(ulong number) => Status = number <= (ulong)SpanStatus.Error ? (SpanStatus)number : SpanStatus.Unset;

    public void SetStart(ulong unixNanos) => _startUnixNanos = Clamp(unixNanos);

    public void SetEnd(ulong unixNanos) => _endUnixNanos = Clamp(unixNanos);

    /// <summary>The rule for a key, or null if the attribute is of no interest.</summary>
    public KeyRule? RuleOf(ReadOnlySpan<byte> key) => keys.Find(key);

    /// <summary>An attribute of the span, with the rule that <see cref="RuleOf"/> gave for its key.</summary>
    public void Attribute(KeyRule? rule, ReadOnlySpan<byte> key, in RawValue value, bool weak = false)
    {
        if (rule is not null && rule.Use > KeyUse.Keep)
        {
            _facts.Attribute(rule, key, value);
        }

        _attributes.Add(rule, key, value, weak);
    }

    /// <summary>An event begins. Attributes of <see cref="SpanEvent.None"/> need not be given.</summary>
    public void BeginEvent(SpanEvent spanEvent)
    {
        switch (spanEvent)
        {
            case SpanEvent.Exception:
                _facts.BeginException();
                _exceptionType = null;
                break;
            case SpanEvent.FirstChunk:
                _facts.Add(SpanFacts.FirstChunkEvent);
                break;
            case SpanEvent.StreamFinish:
                _facts.Add(SpanFacts.StreamFinishEvent);
                break;
            case SpanEvent.QueryResult:
                _facts.QueryResultEvent();
                break;
            default:
                break;
        }
    }

    /// <summary>An attribute of the event.</summary>
    public void EventAttribute(SpanEvent spanEvent, ReadOnlySpan<byte> key, in RawValue value)
    {
        switch (spanEvent)
        {
            case SpanEvent.Exception:
                ExceptionAttribute(key, value);
                break;
            case SpanEvent.Evaluation:
                EvaluationAttribute(key, value);
                break;
            case SpanEvent.Choice when key.SequenceEqual("finish_reason"u8) && value.IsText:
                _attributes.Add(_finishReasons, key, value, weak: true);
                break;
            case SpanEvent.ToolMessage when key.SequenceEqual("content"u8):
                _facts.ToolMessage(value);
                break;
            case SpanEvent.OperationDetails:
                Attribute(keys.Find(key), key, value, weak: true);
                break;
            default:
                break;
        }
    }

    /// <summary>The span as it stands.</summary>
    public SpanRecord Build(ResourceRecord resource, ScopeRecord scope)
    {
        AttributeSet attributes = _attributes.Build();
        SpanFacts facts = _facts.Finish(isTool: _facts.DependOnTool && _toolSpans.IsTool(_attributes));
        return new SpanRecord
        {
            TraceId = TraceId,
            SpanId = SpanId,
            ParentSpanId = ParentSpanId,
            Name = _name,
            Kind = Kind,
            Status = Status,
            Flags = Flags,
            StartUnixNanos = _startUnixNanos,
            EndUnixNanos = _endUnixNanos,
            Resource = resource,
            Scope = scope,
            Attributes = attributes,
            Facts = facts | (_attributes.SawInvalidText ? SpanFacts.InvalidText : SpanFacts.None),
            ExceptionType = _exceptionType,
            ResultCount = _facts.FinishResultCount(),
            Weight = _weight,
        };
    }

    private void ExceptionAttribute(ReadOnlySpan<byte> key, in RawValue value)
    {
        if (!value.IsText)
        {
            return;
        }

        if (key.SequenceEqual("exception.type"u8))
        {
            string type = _attributes.Name(value.Utf8);
            _exceptionType = string.IsNullOrWhiteSpace(type) ? null : type;
            _facts.ExceptionType(value.Utf8);
        }
        else if (key.SequenceEqual("exception.message"u8))
        {
            _facts.ExceptionMessage(value.Utf8);
        }
    }

    private void EvaluationAttribute(ReadOnlySpan<byte> key, in RawValue value)
    {
        if (key.SequenceEqual(_evaluationLabel.Utf8))
        {
            _facts.Label(value);
            _attributes.Add(_evaluationLabel, key, value, weak: true);
        }
        else if (key.SequenceEqual(_evaluationScore.Utf8))
        {
            _attributes.Add(_evaluationScore, key, value, weak: true);
        }
        else if (key.SequenceEqual(_evaluationName.Utf8))
        {
            _attributes.Add(_evaluationName, key, value, weak: true);
        }
    }

    private long Clamp(ulong unixNanos)
    {
        if (unixNanos <= long.MaxValue)
        {
            return (long)unixNanos;
        }

        _facts.Add(SpanFacts.TimeOutOfRange);
        return long.MaxValue;
    }

    private static KeyRule Known(KeyTable keys, string key) =>
        keys.Find(key) ?? throw new InvalidOperationException($"{key} is not in the table of keys.");
}
