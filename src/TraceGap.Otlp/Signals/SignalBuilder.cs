using TraceGap.Otlp.Attributes;
using TraceGap.Otlp.Batches;
using TraceGap.Otlp.Facts;

namespace TraceGap.Otlp.Signals;

/// <summary>Writes what is said about a span elsewhere than on it as a signal (<see cref="SpanKind.Signal"/>) into the batch. Both encodings of OTLP fill it. Used over and over, one owner at a time.</summary>
/// <remarks>A log record is walked twice: what it is about comes after its attributes as a rule, and most records are about nothing that is kept.</remarks>
internal sealed class SignalBuilder
{
    private const int MaxEventName = 256;

    // The grades of severity that OTLP numbers from 17 on, ERROR and FATAL: the instrumentation did not see the exception dealt with.
    private const ulong Error = 17;

    private readonly BatchWriter _batch;
    private readonly AttributeCollector _attributes;
    private readonly ContentFacts _facts;
    private readonly ExceptionReader _exception;
    private readonly KeyRule[] _evaluation;
    private readonly byte[] _eventName = new byte[MaxEventName];

    private SpanRow _row;
    private SignalId _id;
    private SignalKind _kind;
    private int _eventNameLength;
    private bool _isNamedByField;
    private bool _hasException;
    private bool _hasEvaluatorFailed;
    private ulong _time;
    private ulong _observedTime;
    private ulong _severity;
    private int _textsBefore;
    private DecodeTally _tallyBefore;

    public SignalBuilder(KeyTable keys, BatchWriter batch, DecodeLimits limits)
    {
        _batch = batch;
        _attributes = new AttributeCollector(keys, batch.Texts, limits);
        _facts = new ContentFacts(limits);
        _exception = new ExceptionReader(keys, batch.Texts, _attributes, _facts);
        _evaluation = [.. EvaluationList.Keys.Append("gen_ai.response.id").Select(key => keys.Find(key)!)];
    }

    /// <summary>What was cut so far in this request.</summary>
    public ref DecodeTally Tally => ref _attributes.Tally;

    public TraceId TraceId
    {
        set => _row.TraceId = value;
    }

    /// <summary>The span that the record is about.</summary>
    public SpanId About
    {
        set => _row.ParentSpanId = value;
    }

    public ulong Time
    {
        set => _time = value;
    }

    /// <summary>Counts where there is no time.</summary>
    public ulong ObservedTime
    {
        set => _observedTime = value;
    }

    /// <summary>OTLP's number of the severity; 0 if it is not said.</summary>
    public ulong Severity
    {
        set => _severity = value;
    }

    /// <summary>Starts the next log record.</summary>
    public void Begin()
    {
        _textsBefore = _batch.Texts.Table.Count;
        _tallyBefore = Tally;
        _row = new SpanRow { Kind = SpanKind.Signal, ExceptionType = ExceptionReader.None, ResultCount = -1, Weight = SpanRecord.UnitWeight };
        (_time, _observedTime, _severity, _eventNameLength) = (0, 0, 0, 0);
        (_isNamedByField, _hasException, _hasEvaluatorFailed) = (false, false, false);
    }

    /// <summary>The name of the event, from the record's own field or, where that is empty, from the attribute <c>event.name</c>.</summary>
    public void SetEventName(ReadOnlySpan<byte> name, bool isField)
    {
        if (name.IsEmpty || (_isNamedByField && !isField))
        {
            return;
        }

        _isNamedByField |= isField;
        _eventNameLength = Math.Min(name.Length, MaxEventName);
        name[.._eventNameLength].CopyTo(_eventName);
    }

    /// <summary>Looks at a key on the first walk. True if the value is the event's name.</summary>
    public bool IsEventName(ReadOnlySpan<byte> key)
    {
        _hasException |= key.SequenceEqual("exception.type"u8) || key.SequenceEqual("exception.message"u8);
        return key.SequenceEqual("event.name"u8);
    }

    /// <summary>After the first walk: what the record is. If it is worth a second walk, its attributes are given to <see cref="Attribute"/>.</summary>
    public RecordUse Judge()
    {
        ReadOnlySpan<byte> name = _eventName.AsSpan(0, _eventNameLength);
        _kind = name.SequenceEqual("gen_ai.evaluation.result"u8) ? SignalKind.Evaluation
            : name.SequenceEqual("exception"u8) || name.EndsWith(".exception"u8) ? SignalKind.Exception
            : _hasException ? SignalKind.LoggedException
            : SignalKind.None;
        if (_kind == SignalKind.None)
        {
            return RecordUse.Unrelated;
        }

        if (_row.TraceId.IsZero || _row.ParentSpanId.IsNone)
        {
            return RecordUse.Unattributed;
        }

        ulong time = Math.Min(_time == 0 ? _observedTime : _time, long.MaxValue);
        BeginSignal(time, name.IsEmpty ? "log"u8 : name);
        _id.Add(_severity);
        if (_kind != SignalKind.Evaluation)
        {
            bool isGrave = _severity is 0 or >= Error;
            _exception.Begin();
            _facts.Add(!isGrave ? SpanFacts.None : _kind == SignalKind.Exception ? SpanFacts.EscapedException : SpanFacts.LoggedAsError);
        }

        return RecordUse.Signal;
    }

    /// <summary>Starts a signal that no log record tells: one of several evaluations of a span.</summary>
    public void BeginEvaluation(TraceId trace, SpanId about, ulong unixNanos)
    {
        Begin();
        _kind = SignalKind.Evaluation;
        (_row.TraceId, _row.ParentSpanId) = (trace, about);
        BeginSignal(unixNanos, "gen_ai.evaluation.result"u8);
    }

    /// <summary>An attribute of the signal. All but those that say something are passed over.</summary>
    public void Attribute(ReadOnlySpan<byte> key, in RawValue value)
    {
        if (_kind != SignalKind.Evaluation)
        {
            if (key.SequenceEqual("exception.type"u8))
            {
                _id.Add(key, value);
            }

            _exception.Attribute(key, value);
            return;
        }

        _hasEvaluatorFailed |= key.SequenceEqual("error.type"u8) && value is { IsText: true, Utf8.IsEmpty: false };
        foreach (KeyRule rule in _evaluation)
        {
            if (key.SequenceEqual(rule.Utf8) && rule.Use != KeyUse.Drop)
            {
                if (rule.Use == KeyUse.KeepLabel)
                {
                    _facts.Label(value);
                }

                _id.Add(key, value);
                _attributes.Add(rule, key, value);
            }
        }
    }

    /// <summary>Writes the signal as it stands. False if there is nothing to write: an evaluator that failed judges nothing.</summary>
    public bool Build(int origin)
    {
        if (_hasEvaluatorFailed)
        {
            TakeBack();
            return false;
        }

        BatchAttributes attributes = _attributes.Build();
        _row.SpanId = _id.ToSpanId();
        _row.Facts = _facts.Finish(isTool: false) | (_attributes.SawInvalidText ? SpanFacts.InvalidText : SpanFacts.None);
        _row.ExceptionType = _exception.Type;
        _row.Origin = origin;
        _batch.AddSpan(_row, attributes);
        return true;
    }

    /// <summary>Forgets the record: nothing of it is in the batch or counted.</summary>
    public void TakeBack()
    {
        _batch.Texts.Table.TakeBack(_textsBefore);
        Tally = _tallyBefore;
    }

    private void BeginSignal(ulong unixNanos, ReadOnlySpan<byte> name)
    {
        _attributes.Begin();
        _facts.Begin();
        _exception.Clear();
        _row.Name = _attributes.Name(name);
        _row.StartUnixNanos = _row.EndUnixNanos = (long)unixNanos;
        _id = default;
        _id.Add(_row.TraceId.High);
        _id.Add(_row.TraceId.Low);
        _id.Add(_row.ParentSpanId.Value);
        _id.Add(unixNanos);
        _id.Add(name);
    }
}
