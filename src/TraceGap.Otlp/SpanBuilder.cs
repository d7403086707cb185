using System.Text;
using TraceGap.Otlp.Attributes;
using TraceGap.Otlp.Batches;
using TraceGap.Otlp.Facts;

namespace TraceGap.Otlp;

/// <summary>Writes a span into the batch from fields in any order. Both encodings of OTLP fill it, so both give the same span.</summary>
/// <remarks>Repeated single fields: the last one counts, as Protocol Buffers has it.</remarks>
internal sealed class SpanBuilder(KeyTable keys, BatchWriter batch, DecodeLimits limits)
{
    private const int None = -1;

    private static readonly byte[] EvaluatedSpanUtf8 = Encoding.UTF8.GetBytes(SpanRecord.EvaluatedSpanKey);

    private readonly AttributeCollector _attributes = new(keys, batch.Texts, limits);
    private readonly ContentFacts _facts = new(limits);
    private readonly ToolSpans _toolSpans = new(keys);
    private readonly EventTimes _eventTimes = new(keys);
    private readonly KeyRule _finishReasons = Known(keys, "gen_ai.response.finish_reasons");
    private readonly KeyRule _toolResult = Known(keys, "gen_ai.tool.call.result");
    private readonly KeyRule _evaluationName = Known(keys, "gen_ai.evaluation.name");
    private readonly KeyRule _evaluationScore = Known(keys, "gen_ai.evaluation.score.value");
    private readonly KeyRule _evaluationLabel = Known(keys, "gen_ai.evaluation.score.label");

    private readonly KeyRule _openInferenceKind = Known(keys, "openinference.span.kind");

    private readonly bool _dropsExceptionType = keys.Find("exception.type") is { Use: KeyUse.Drop };

    private SpanRow _row;
    private int _links;
    private TraceId _linkTrace;
    private SpanId _linkSpan;
    private int _textsBefore;
    private DecodeTally _tallyBefore;

    /// <summary>What was cut so far in this request.</summary>
    public ref DecodeTally Tally => ref _attributes.Tally;

    /// <summary>The attributes of the span. Who adds to them directly also gives them to <see cref="ReadFacts"/>.</summary>
    public AttributeCollector Attributes => _attributes;

    public TraceId TraceId
    {
        get => _row.TraceId;
        set => _row.TraceId = value;
    }

    public SpanId SpanId
    {
        get => _row.SpanId;
        set => _row.SpanId = value;
    }

    public SpanId ParentSpanId
    {
        set => _row.ParentSpanId = value;
    }

    public uint Flags
    {
        set => _row.Flags = value;
    }

    /// <summary>Starts the next span.</summary>
    public void Begin()
    {
        _textsBefore = batch.Texts.Table.Count;
        _tallyBefore = Tally;
        _attributes.Begin();
        _facts.Begin();
        _row = new SpanRow { Name = None, ExceptionType = None, Weight = SpanRecord.UnitWeight };
        _links = 0;
    }

    /// <summary>Forgets the span: nothing of it is in the batch or counted.</summary>
    public void TakeBack()
    {
        batch.Texts.Table.TakeBack(_textsBefore);
        Tally = _tallyBefore;
    }

    public void SetName(ReadOnlySpan<byte> name) => _row.Name = _attributes.NameOfOwner(name);

    public void SetTraceState(ReadOnlySpan<byte> traceState) => _row.Weight = SamplingWeight.Of(traceState);

    public void SetStatusText(ReadOnlySpan<byte> message) => _facts.StatusText(message);

    /// <summary>Sets the kind from its number; numbers that OTLP does not define read as unspecified.</summary>
    public void SetKind(ulong number) => _row.Kind = number <= (ulong)SpanKind.Consumer ? (SpanKind)number : SpanKind.Unspecified;

    /// <summary>Sets the status code from its number; numbers that OTLP does not define read as unset.</summary>
    public void SetStatus(ulong number) => _row.Status = number <= (ulong)SpanStatus.Error ? (SpanStatus)number : SpanStatus.Unset;

    public void SetStart(ulong unixNanos) => _row.StartUnixNanos = Clamp(unixNanos);

    public void SetEnd(ulong unixNanos) => _row.EndUnixNanos = Clamp(unixNanos);

    /// <summary>The rule for a key, or null if the attribute is of no interest.</summary>
    public KeyRule? RuleOf(ReadOnlySpan<byte> key) => _attributes.RuleOf(key);

    /// <summary>An attribute of the span, with the rule that <see cref="RuleOf"/> gave for its key.</summary>
    public void Attribute(KeyRule? rule, ReadOnlySpan<byte> key, in RawValue value, bool weak = false)
    {
        ReadFacts(rule, key, value);
        _attributes.Add(rule, key, value, weak);
    }

    /// <summary>Reads what an attribute says beyond what is kept of it.</summary>
    public void ReadFacts(KeyRule? rule, ReadOnlySpan<byte> key, in RawValue value)
    {
        if (rule is not null && rule.Use > KeyUse.Keep)
        {
            _facts.Attribute(rule, key, value);
            if (rule.Use is KeyUse.IndexedEvaluation or KeyUse.IndexedOutput)
            {
                LiftIndexed(rule, key, value);
            }
        }
    }

    /// <summary>A link to a span; of several the first counts.</summary>
    public void Link(TraceId traceId, SpanId spanId)
    {
        (_linkTrace, _linkSpan) = _links == 0 ? (traceId, spanId) : (_linkTrace, _linkSpan);
        _links++;
    }

    /// <summary>True if arrays and maps among the attributes of an event are worth turning into text.</summary>
    public bool WantsText(SpanEvent spanEvent) => spanEvent != SpanEvent.None || keys.KeepsContent;

    /// <summary>An event begins.</summary>
    public void BeginEvent(SpanEvent spanEvent, ulong unixNanos)
    {
        if (_eventTimes.RuleOf(spanEvent) is KeyRule time && unixNanos <= long.MaxValue)
        {
            _attributes.Add(time, time.Utf8, RawValue.Integer((long)unixNanos), weak: true);
        }

        switch (spanEvent)
        {
            case SpanEvent.Exception:
                _facts.BeginException();
                _row.ExceptionType = None;
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
        if (spanEvent != SpanEvent.OperationDetails && keys.Find(key) is { IsContent: true } content)
        {
            _attributes.Add(content, key, value, weak: true);
        }

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
                _attributes.Add(_toolResult, key, value, weak: true);
                break;
            case SpanEvent.OperationDetails:
                Attribute(keys.Find(key), key, value, weak: true);
                break;
            default:
                break;
        }
    }

    /// <summary>Writes the span as it stands.</summary>
    public void Build(int origin)
    {
        if (_links == 1 && _linkTrace == _row.TraceId)
        {
            AddEvaluatedSpan();
        }

        BatchAttributes attributes = _attributes.Build();
        _row.Facts = _facts.Finish(isTool: _facts.DependOnTool && _toolSpans.IsTool(_attributes))
            | (_attributes.SawInvalidText ? SpanFacts.InvalidText : SpanFacts.None);
        _row.ResultCount = _facts.FinishResultCount();
        _row.InputHash = _facts.FinishInputHash(_row.TraceId);
        _row.Origin = origin;
        _row.Name = _row.Name == None ? batch.Texts.Add([]) : _row.Name;
        batch.AddSpan(_row, attributes);
    }

    private void ExceptionAttribute(ReadOnlySpan<byte> key, in RawValue value)
    {
        if (!value.IsText)
        {
            bool isEscaped = value is { Kind: RawKind.Boolean, Bits: not 0 } && key.SequenceEqual("exception.escaped"u8);
            _facts.Add(isEscaped ? SpanFacts.EscapedException : SpanFacts.None);
            return;
        }

        if (key.SequenceEqual("exception.type"u8))
        {
            if (_dropsExceptionType)
            {
                return;
            }

            int type = _attributes.Name(value.Utf8);
            _row.ExceptionType = string.IsNullOrWhiteSpace(Encoding.UTF8.GetString(batch.Texts.Table[type])) ? None : type;
            _facts.ExceptionType(value.Utf8);
        }
        else if (key.SequenceEqual("exception.escaped"u8))
        {
            _facts.Add(value.Utf8.SequenceEqual("true"u8) || value.Utf8.SequenceEqual("True"u8) ? SpanFacts.EscapedException : SpanFacts.None);
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

    // What stands under an index would be spread over keys of its own: of a completion its reason to end is kept, of evaluations the first.
    private void LiftIndexed(KeyRule rule, ReadOnlySpan<byte> key, in RawValue value)
    {
        ReadOnlySpan<byte> field = key[rule.Utf8.Length..];
        KeyRule? lifted = rule.Use == KeyUse.IndexedOutput
            ? field.EndsWith(".finish_reason"u8) ? _finishReasons : null
            : !field.StartsWith("0."u8) ? null
            : field.EndsWith(".label"u8) ? _evaluationLabel
            : field.EndsWith(".score"u8) ? _evaluationScore
            : field.EndsWith(".name"u8) ? _evaluationName
            : null;
        if (lifted is not null)
        {
            _attributes.Add(lifted, key, value, weak: true);
        }
    }

    /// <summary>An evaluator that comes after the run names by a link what it judged (OpenInference, annotations).</summary>
    private void AddEvaluatedSpan()
    {
        bool isEvaluation = _facts.HasEvaluation
            || !_attributes.Text(_evaluationName).IsEmpty
            || Ascii.EqualsIgnoreCase(_attributes.Text(_openInferenceKind), "EVALUATOR"u8);
        if (isEvaluation)
        {
            _attributes.Add(keys.Find(SpanRecord.EvaluatedSpanKey), EvaluatedSpanUtf8, RawValue.Text(Encoding.ASCII.GetBytes(_linkSpan.ToString())), weak: true);
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
