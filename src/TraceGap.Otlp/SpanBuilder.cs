using System.Text;
using TraceGap.Otlp.Attributes;
using TraceGap.Otlp.Batches;
using TraceGap.Otlp.Facts;
using TraceGap.Otlp.Signals;

namespace TraceGap.Otlp;

/// <summary>Writes a span into the batch from fields in any order. Both encodings of OTLP fill it, so both give the same span.</summary>
/// <remarks>Repeated single fields: the last one counts, as Protocol Buffers has it.</remarks>
internal sealed class SpanBuilder
{
    private const int None = -1;

    private const SpanFacts EvaluationFacts = SpanFacts.EvaluationFailed | SpanFacts.EvaluationPassed | SpanFacts.InvalidText | SpanFacts.TimeOutOfRange;

    private static readonly byte[] EvaluatedSpanUtf8 = Encoding.UTF8.GetBytes(SpanRecord.EvaluatedSpanKey);

    private readonly KeyTable _keys;
    private readonly BatchWriter _batch;
    private readonly SignalBuilder _signal;
    private readonly AttributeCollector _attributes;
    private readonly ContentFacts _facts;
    private readonly ExceptionReader _exception;
    private readonly EvaluationList _evaluations;
    private readonly ToolSpans _toolSpans;
    private readonly EventTimes _eventTimes;
    private readonly KeyRule _finishReasons;
    private readonly KeyRule _toolResult;
    private readonly KeyRule[] _evaluationRules;
    private readonly KeyRule _openInferenceKind;

    private SpanRow _row;
    private int _links;
    private TraceId _linkTrace;
    private SpanId _linkSpan;
    private int _textsBefore;
    private DecodeTally _tallyBefore;

    /// <param name="keys">What becomes of attributes.</param>
    /// <param name="batch">Where spans go.</param>
    /// <param name="limits">Caps.</param>
    /// <param name="signal">Writes what a span says about others, and what it has no room for itself.</param>
    public SpanBuilder(KeyTable keys, BatchWriter batch, DecodeLimits limits, SignalBuilder signal)
    {
        (_keys, _batch, _signal) = (keys, batch, signal);
        _attributes = new AttributeCollector(keys, batch.Texts, limits);
        _facts = new ContentFacts(limits);
        _exception = new ExceptionReader(keys, batch.Texts, _attributes, _facts);
        _evaluations = new EvaluationList(limits);
        _toolSpans = new ToolSpans(keys);
        _eventTimes = new EventTimes(keys);
        _finishReasons = Known(keys, "gen_ai.response.finish_reasons");
        _toolResult = Known(keys, "gen_ai.tool.call.result");
        _evaluationRules = [.. EvaluationList.Keys.Select(key => Known(keys, key))];
        _openInferenceKind = Known(keys, "openinference.span.kind");
    }

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
        _textsBefore = _batch.Texts.Table.Count;
        _tallyBefore = Tally;
        _attributes.Begin();
        _facts.Begin();
        _exception.Clear();
        _evaluations.Clear();
        _row = new SpanRow { Name = None, Weight = SpanRecord.UnitWeight };
        _links = 0;
    }

    /// <summary>Forgets the span: nothing of it is in the batch or counted.</summary>
    public void TakeBack()
    {
        _batch.Texts.Table.TakeBack(_textsBefore);
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
    public bool WantsText(SpanEvent spanEvent) => spanEvent != SpanEvent.None || _keys.KeepsContent;

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
                _exception.Begin();
                break;
            case SpanEvent.Evaluation:
                _evaluations.BeginEvent();
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
        if (spanEvent != SpanEvent.OperationDetails && _keys.Find(key) is { IsContent: true } content)
        {
            _attributes.Add(content, key, value, weak: true);
        }

        switch (spanEvent)
        {
            case SpanEvent.Exception:
                _exception.Attribute(key, value);
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
                Attribute(_keys.Find(key), key, value, weak: true);
                break;
            default:
                break;
        }
    }

    /// <summary>Writes the span as it stands, and behind it what it says that is not about itself.</summary>
    public void Build(int origin)
    {
        bool judgesElsewhere = _links == 1 && _linkTrace != _row.TraceId && IsEvaluationAlone();
        int further = _evaluations.Count > 0 ? LiftEvaluation() : 0;
        bool isLinked = judgesElsewhere || (_links == 1 && _linkTrace == _row.TraceId && (HasEvaluation() || IsEvaluator()));
        if (isLinked)
        {
            _attributes.Add(_keys.Find(SpanRecord.EvaluatedSpanKey), EvaluatedSpanUtf8, RawValue.Text(Encoding.ASCII.GetBytes(_linkSpan.ToString())), weak: true);
        }

        BatchAttributes attributes = _attributes.Build();
        _row.Facts = _facts.Finish(isTool: _facts.DependOnTool && _toolSpans.IsTool(_attributes))
            | (_attributes.SawInvalidText ? SpanFacts.InvalidText : SpanFacts.None)
            | (judgesElsewhere ? SpanFacts.EvaluatesElsewhere : SpanFacts.None);
        _row.ResultCount = _facts.FinishResultCount();
        _row.InputHash = _facts.FinishInputHash(_row.TraceId);
        _row.ExceptionType = _exception.Type;
        _row.Origin = origin;
        _row.Name = _row.Name == None ? _batch.Texts.Add([]) : _row.Name;
        _batch.AddSpan(_row, attributes);
        if (judgesElsewhere)
        {
            _batch.AddSpan(SignalElsewhere(), attributes);
        }

        for (int place = further; place < _evaluations.Count; place++)
        {
            AddFurtherEvaluation(place, isLinked, origin);
        }
    }

    private void EvaluationAttribute(ReadOnlySpan<byte> key, in RawValue value)
    {
        for (int field = 0; field < _evaluationRules.Length; field++)
        {
            if (key.SequenceEqual(_evaluationRules[field].Utf8))
            {
                CountIfFull(_evaluations.TryAddOfEvent((EvaluationField)field, value));
            }
        }

        if (key.SequenceEqual("error.type"u8) && value is { IsText: true, Utf8.IsEmpty: false })
        {
            _evaluations.BreakEvent();
        }
    }

    // What stands under an index would be spread over keys of its own: of a completion its reason to end is kept, of an evaluation name, label and score.
    private void LiftIndexed(KeyRule rule, ReadOnlySpan<byte> key, in RawValue value)
    {
        ReadOnlySpan<byte> field = key[rule.Utf8.Length..];
        if (rule.Use == KeyUse.IndexedEvaluation)
        {
            CountIfFull(_evaluations.TryAddIndexed(rule.Utf8, field, value));
        }
        else if (field.EndsWith(".finish_reason"u8))
        {
            _attributes.Add(_finishReasons, key, value, weak: true);
        }
    }

    private void CountIfFull(bool hasRoom) => Tally.AttributesNotKept += hasRoom ? 0 : 1;

    /// <summary>The first evaluation stands on the span, as if it were its own attributes; where it has some, all others stand behind it.</summary>
    /// <returns>The place of the first that does not stand on the span.</returns>
    private int LiftEvaluation()
    {
        _evaluations.Settle();
        if (HasEvaluation() || _evaluations.Count == 0)
        {
            return 0;
        }

        for (int field = 0; field < _evaluationRules.Length; field++)
        {
            if (_evaluations.Field(0, (EvaluationField)field, out RawValue value))
            {
                KeyRule rule = _evaluationRules[field];
                _attributes.Add(rule, rule.Utf8, value, weak: true);
                if (rule.Use == KeyUse.KeepLabel)
                {
                    _facts.Label(value);
                }
            }
        }

        return 1;
    }

    // A signal of its own, in the trace of what it is about.
    private void AddFurtherEvaluation(int place, bool isLinked, int origin)
    {
        (TraceId trace, SpanId about) = isLinked ? (_linkTrace, _linkSpan) : (_row.TraceId, _row.SpanId);
        _signal.BeginEvaluation(trace, about, (ulong)_row.EndUnixNanos);
        for (int field = 0; field < _evaluationRules.Length; field++)
        {
            if (_evaluations.Field(place, (EvaluationField)field, out RawValue value))
            {
                _signal.Attribute(_evaluationRules[field].Utf8, value);
            }
        }

        _signal.Build(origin);
    }

    /// <summary>Whether an evaluation is among the attributes.</summary>
    private bool HasEvaluation() => Array.Exists(_evaluationRules, _attributes.Has);

    /// <summary>Whether the span is an evaluator. One that comes after the run names by a link what it judged (OpenInference, annotations).</summary>
    private bool IsEvaluator() => Ascii.EqualsIgnoreCase(_attributes.Text(_openInferenceKind), "EVALUATOR"u8);

    // What takes a message or calls somebody has links of its own, and an event is about the span that it is on.
    private bool IsEvaluationAlone() => IsEvaluator() || (_row.Kind <= SpanKind.Internal && HasEvaluation());

    /// <summary>What the span says about one of another trace, where that is.</summary>
    private SpanRow SignalElsewhere()
    {
        SignalId id = default;
        id.Add(_row.TraceId.High);
        id.Add(_row.TraceId.Low);
        id.Add(_row.SpanId.Value);
        id.Add(_linkTrace.High);
        id.Add(_linkTrace.Low);
        id.Add(_linkSpan.Value);
        return new SpanRow
        {
            TraceId = _linkTrace,
            SpanId = id.ToSpanId(),
            ParentSpanId = _linkSpan,
            Kind = SpanKind.Signal,
            StartUnixNanos = _row.StartUnixNanos,
            EndUnixNanos = _row.EndUnixNanos,
            Name = _row.Name,
            Origin = _row.Origin,
            Facts = _row.Facts & EvaluationFacts,
            ExceptionType = None,
            ResultCount = -1,
            Weight = SpanRecord.UnitWeight,
        };
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
