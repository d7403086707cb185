using TraceGap.Otlp.Attributes;
using TraceGap.Otlp.Batches;
using TraceGap.Otlp.Json;
using TraceGap.Otlp.Signals;
using TraceGap.Otlp.Wire;

namespace TraceGap.Otlp;

/// <summary>The state of decoding one request, whatever its encoding; its buffers and caches serve the next one too. One owner at a time.</summary>
internal sealed class DecodeSession
{
    private readonly BatchWriter _batch = new();
    private int _rejected;
    private string? _rejectReason;
    private string? _malformed;
    private LogTally _records;

    public DecodeSession(DecodeLimits limits, KeepOptions keep)
    {
        Limits = limits;
        KeyTable keys = new(keep);
        Signal = new SignalBuilder(keys, _batch, limits);
        Span = new SpanBuilder(keys, _batch, limits, Signal);
        Header = new HeaderBuilder(keys, _batch, limits);
        Json = new CompactJson(limits.MaxContentBytes);
        Levels = new ProtobufValueReader.Level[Math.Max(limits.MaxValueDepth, 1)];
        JsonPlaces = new JsonValueReader.Place[JsonValueReader.PlacesPerLevel * Levels.Length];
    }

    public DecodeLimits Limits { get; }

    /// <summary>The span being read.</summary>
    public SpanBuilder Span { get; }

    /// <summary>The log record being read.</summary>
    public SignalBuilder Signal { get; }

    /// <summary>The resource or scope being read.</summary>
    public HeaderBuilder Header { get; }

    /// <summary>The array or map being read.</summary>
    public CompactJson Json { get; }

    /// <summary>The arrays and maps around it.</summary>
    public ProtobufValueReader.Level[] Levels { get; }

    /// <summary>The same in JSON, where an array or map takes several objects and arrays.</summary>
    public JsonValueReader.Place[] JsonPlaces { get; }

    /// <summary>Where the key at hand is unescaped.</summary>
    public ScratchBuffer KeyText { get; } = new();

    /// <summary>Where the text value at hand is unescaped.</summary>
    public ScratchBuffer ValueText { get; } = new();

    /// <summary>Starts the next request.</summary>
    public void Begin()
    {
        _batch.Clear();
        (_rejected, _rejectReason, _malformed) = (0, null, null);
        _records = default;
        Span.Tally = Header.Tally = Signal.Tally = default;
    }

    /// <summary>Starts the next span.</summary>
    public void BeginSpan() => Span.Begin();

    /// <summary>Keeps the span that was read. <paramref name="origin"/> is what <see cref="HeaderBuilder.BuildOrigin"/> gave.</summary>
    public void Accept(int origin) => Span.Build(origin);

    /// <summary>Rejects the span being read. <paramref name="json"/> says whose names the reason uses.</summary>
    public void Reject(in DecodeError error, bool json)
    {
        _rejected++;
        _rejectReason ??= json ? error.JsonText : error.ProtobufText;
        Span.TakeBack();
    }

    /// <summary>Counts a log record of which nothing is kept.</summary>
    public void PassRecord(RecordUse use) =>
        _records = use == RecordUse.Unrelated ? _records with { Unrelated = _records.Unrelated + 1 } : _records with { Unattributed = _records.Unattributed + 1 };

    /// <summary>Keeps the log record that was read, if it comes to something.</summary>
    public void AcceptRecord(int origin) =>
        _records = Signal.Build(origin) ? _records with { Signals = _records.Signals + 1 } : _records with { EvaluatorFailed = _records.EvaluatorFailed + 1 };

    /// <summary>Rejects the log record being read.</summary>
    public void RejectRecord(in DecodeError error, bool json)
    {
        _records = _records with { Rejected = _records.Rejected + 1 };
        _rejectReason ??= json ? error.JsonText : error.ProtobufText;
        Signal.TakeBack();
    }

    /// <summary>Gives up on the whole request.</summary>
    public void GiveUp(in DecodeError error, bool json) => _malformed = json ? error.JsonText : error.ProtobufText;

    public DecodeResult Finish()
    {
        if (_malformed is not null)
        {
            return new DecodeResult { Malformed = _malformed };
        }

        DecodeTally spans = Span.Tally;
        DecodeTally headers = Header.Tally;
        DecodeTally signals = Signal.Tally;
        return new DecodeResult
        {
            Batch = _batch.Build(),
            RejectedSpans = _rejected,
            LogRecords = _records,
            RejectReason = _rejectReason,
            AttributesNotKept = spans.AttributesNotKept + headers.AttributesNotKept + signals.AttributesNotKept,
            ContentDropped = spans.ContentDropped + headers.ContentDropped + signals.ContentDropped,
            ValuesCapped = spans.ValuesCapped + headers.ValuesCapped + signals.ValuesCapped,
            ValuesTooDeep = spans.ValuesTooDeep + headers.ValuesTooDeep + signals.ValuesTooDeep,
            InvalidTexts = spans.InvalidTexts + headers.InvalidTexts + signals.InvalidTexts,
        };
    }
}
