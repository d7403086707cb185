using TraceGap.Otlp.Attributes;

namespace TraceGap.Otlp.Facts;

/// <summary>Gathers what one span's content says: outputs, documents, evaluations, errors. Used over and over, one owner at a time.</summary>
internal sealed class ContentFacts
{
    private const OutputFacts Failures = OutputFacts.SaysError | OutputFacts.ErrorText;

    private readonly OutputContent _content;
    private readonly DecodeLimits _limits;
    private readonly IndexSet _documents = new();
    private readonly IndexSet _reranked = new();

    private SpanFacts _facts;
    private SpanFacts _statusFacts;
    private SpanFacts _exceptionFacts;
    private OutputFacts _outputs;
    private OutputFacts _toolOutputs;
    private int _listedDocuments;
    private int _queryResults;
    private int _explicitCount;
    private int _explicitOrder;
    private InputHash _input;

    public ContentFacts(DecodeLimits limits)
    {
        _limits = limits;
        _content = new OutputContent(limits.MaxContentBytes);
        Begin();
    }

    public void Begin()
    {
        _facts = _statusFacts = _exceptionFacts = SpanFacts.None;
        _outputs = _toolOutputs = OutputFacts.None;
        _listedDocuments = _explicitCount = -1;
        _queryResults = 0;
        _input = default;
        _documents.Clear();
        _reranked.Clear();
    }

    public void Add(SpanFacts facts) => _facts |= facts;

    /// <summary>The status text; a later one replaces it.</summary>
    public void StatusText(ReadOnlySpan<byte> message) => _statusFacts = ErrorTexts.OfText(message, _limits.MaxErrorTextBytes);

    /// <summary>An exception begins; what earlier ones said is superseded.</summary>
    public void BeginException()
    {
        _facts |= SpanFacts.ExceptionEvent;
        _exceptionFacts = SpanFacts.None;
    }

    public void ExceptionType(ReadOnlySpan<byte> type) =>
        _exceptionFacts |= ErrorTexts.OfType(type[..Math.Min(type.Length, _limits.MaxErrorTextBytes)]);

    public void ExceptionMessage(ReadOnlySpan<byte> message) => _exceptionFacts |= ErrorTexts.OfText(message, _limits.MaxErrorTextBytes);

    public void QueryResultEvent() => _queryResults++;

    public void Label(in RawValue label)
    {
        if (label.IsText && label.Utf8.Length <= _limits.MaxNameChars)
        {
            _facts |= EvaluationLabels.Read(System.Text.Encoding.UTF8.GetString(label.Utf8));
        }
    }

    /// <summary>An attribute that says more than what is kept of it. <paramref name="key"/> is the whole key.</summary>
    public void Attribute(KeyRule rule, ReadOnlySpan<byte> key, in RawValue value)
    {
        if (rule.IsInput)
        {
            _input.Add(key, value, _limits.MaxContentBytes);
        }

        switch (rule.Use)
        {
            case KeyUse.KeepCount:
                ResultCount(value, rule.CountOrder);
                break;
            case KeyUse.IndexedDocument:
                _documents.Add(key[rule.Utf8.Length..]);
                break;
            case KeyUse.IndexedReranked:
                _reranked.Add(key[rule.Utf8.Length..]);
                break;
            case KeyUse.KeepLabel:
                Label(value);
                break;
            default:
                OutputOf(rule.Use, key, value);
                break;
        }
    }

    /// <summary>What a tool gave back to the model, if this span turns out to be the tool's.</summary>
    public void ToolMessage(in RawValue content) => Output(content);

    /// <summary>True if <see cref="Finish"/> depends on whether the span executes a tool.</summary>
    public bool DependOnTool => (_outputs & Failures) != 0;

    /// <summary>All facts. An output that says it failed is a failure only where it is the result of a tool.</summary>
    public SpanFacts Finish(bool isTool)
    {
        SpanFacts errors = ErrorTexts.Settle(_statusFacts | _exceptionFacts);
        OutputFacts all = _outputs | _toolOutputs;
        SpanFacts outputs =
            (all & OutputFacts.NotEmpty) != 0 ? SpanFacts.HasOutput
            : (all & OutputFacts.Empty) != 0 ? SpanFacts.EmptyOutput
            : SpanFacts.None;
        if ((all & OutputFacts.NoDocuments) != 0)
        {
            outputs |= SpanFacts.EmptyDocuments;
        }

        outputs |= (all & OutputFacts.SaysFail) != 0 ? SpanFacts.OutputSaysFail : SpanFacts.None;
        OutputFacts results = isTool ? all : _toolOutputs;
        outputs |= (results & OutputFacts.SaysError) != 0 ? SpanFacts.ResultSaysError : SpanFacts.None;
        outputs |= (results & OutputFacts.ErrorText) != 0 ? SpanFacts.ResultTextError : SpanFacts.None;
        return _facts | errors | outputs;
    }

    /// <summary>The number of documents or rows that anything said, or −1.</summary>
    public int FinishResultCount() =>
        _explicitCount >= 0 ? _explicitCount
        : _listedDocuments >= 0 ? _listedDocuments
        : _documents.Count > 0 ? _documents.Count
        : _reranked.Count > 0 ? _reranked.Count
        : _queryResults > 0 ? _queryResults
        : -1;

    /// <summary>What tells whether another span of the trace was given the same, or 0.</summary>
    public uint FinishInputHash(TraceId trace) => _input.Of(trace);

    // Of several counts the one of the smaller order is believed.
    private void ResultCount(in RawValue value, int order)
    {
        AttributeValue number = value.Kind switch
        {
            RawKind.Integer => AttributeValue.FromBits(AttributeType.Integer, value.Bits),
            RawKind.Double => AttributeValue.FromBits(AttributeType.Double, value.Bits),
            RawKind.Text when value.Utf8.Length <= 20 => AttributeValue.Of(System.Text.Encoding.UTF8.GetString(value.Utf8)),
            _ => default,
        };
        if (number.AsNumber() is double count && count >= 0 && (_explicitCount < 0 || order <= _explicitOrder))
        {
            _explicitCount = (int)Math.Min(count, int.MaxValue);
            _explicitOrder = order;
        }
    }

    private void OutputOf(KeyUse use, ReadOnlySpan<byte> key, in RawValue value)
    {
        switch (use)
        {
            case KeyUse.Output:
                Output(value);
                break;
            case KeyUse.ToolOutput:
                _toolOutputs |= Read(value);
                break;
            case KeyUse.ToolMessages when value.IsText:
                ToolMessages(key, value);
                break;
            case KeyUse.OutputMessages when value.IsText:
                _outputs |= _content.ReadMessages(value.Utf8);
                break;
            case KeyUse.IndexedOutput when !key.EndsWith(".role"u8) && !key.EndsWith(".finish_reason"u8):
                _outputs |= IsBlank(value) ? OutputFacts.Empty : OutputFacts.NotEmpty;
                break;
            case KeyUse.Documents when value.IsText:
                Documents(value);
                break;
            default:
                break;
        }
    }

    // What any component gives back may quote results of tools; only the tools' own say how they went.
    private void ToolMessages(ReadOnlySpan<byte> key, in RawValue messages)
    {
        if (_content.HasFailedToolResult(messages.Utf8))
        {
            bool isOfTool = key.StartsWith("haystack.agent.step.tool"u8);
            _toolOutputs |= isOfTool ? OutputFacts.SaysError : OutputFacts.None;
            _outputs |= isOfTool ? OutputFacts.None : OutputFacts.SaysError;
        }
    }

    private void Documents(in RawValue list)
    {
        int count = _content.CountList(list.Utf8);
        if (count >= 0)
        {
            _listedDocuments = count;
            _facts |= count == 0 ? SpanFacts.EmptyDocuments : SpanFacts.None;
        }
    }

    private void Output(in RawValue value) => _outputs |= Read(value);

    private OutputFacts Read(in RawValue value) => value.Kind switch
    {
        RawKind.Empty => OutputFacts.Empty,
        RawKind.Text or RawKind.Json => _content.Read(value.Utf8),
        _ => IsBlank(value) ? OutputFacts.Empty : OutputFacts.NotEmpty,
    };

    private static bool IsBlank(in RawValue value) => value.Kind switch
    {
        RawKind.Empty => true,
        RawKind.Text or RawKind.Json => value.Utf8.Trim(" \t\r\n"u8).IsEmpty,
        RawKind.Bytes or RawKind.Base64 => value.Utf8.IsEmpty,
        _ => false,
    };
}
