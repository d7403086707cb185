namespace TraceGap.Otlp.Attributes;

/// <summary>What becomes of an attribute.</summary>
internal enum KeyUse : byte
{
    /// <summary>The attribute counts for nothing, as if it had not been sent.</summary>
    Drop,

    /// <summary>The value is kept.</summary>
    Keep,

    /// <summary>The value is a URL: scheme, host and path are kept; user, query and fragment may hold secrets.</summary>
    KeepUrl,

    /// <summary>The value is kept, and is a number of documents or rows.</summary>
    KeepCount,

    /// <summary>The value is kept, and says whether an answer was good.</summary>
    KeepLabel,

    /// <summary>Numbers and booleans are kept; text is content, of which it is kept that it was there (an empty text).</summary>
    KeepPresence,

    /// <summary>Every key with the prefix is kept.</summary>
    KeepPrefix,

    /// <summary>Content that holds no fact.</summary>
    Content,

    /// <summary>Content: what a span gave back. Read for facts.</summary>
    Output,

    /// <summary>Content: what a tool gave back, whatever kind of span says so.</summary>
    ToolOutput,

    /// <summary>Content: messages with results of tools, as JSON, each with a mark of its own for failure.</summary>
    ToolMessages,

    /// <summary>Content: chat messages that a model gave back, as JSON.</summary>
    OutputMessages,

    /// <summary>Content: one field of one output message, by indexed key.</summary>
    IndexedOutput,

    /// <summary>Content: a JSON list of retrieved documents. That it was there is kept (an empty text).</summary>
    Documents,

    /// <summary>Content: one field of one retrieved document, by indexed key. That there were any is kept under the marker.</summary>
    IndexedDocument,

    /// <summary>The same of a document that a reranker gave back.</summary>
    IndexedReranked,

    /// <summary>The same of a document that a reranker was given.</summary>
    IndexedInput,

    /// <summary>One field of one evaluation, by indexed key.</summary>
    IndexedEvaluation,
}

/// <summary>A row of the table of keys.</summary>
/// <param name="key">The key, or the prefix.</param>
/// <param name="use">What becomes of the attribute.</param>
internal sealed class KeyRule(string key, KeyUse use)
{
    /// <summary>The rank of keys that are not in the table themselves.</summary>
    public const int NoRank = -1;

    public string Key { get; } = key;

    public byte[] Utf8 { get; } = System.Text.Encoding.UTF8.GetBytes(key);

    public KeyUse Use { get; } = use;

    /// <summary>Number of the key among the single keys of its table.</summary>
    public int Rank { get; init; } = NoRank;

    /// <summary>For indexed keys: the key under which it is kept that there were any, which gives the rule its rank.</summary>
    public string? Marker { get; init; }

    /// <summary>True if content is kept.</summary>
    public bool KeepsContent { get; init; }

    /// <summary>True for content as a whole; <see cref="KeyUse.KeepPresence"/> is content only where it is text.</summary>
    public bool IsContent => Use is >= KeyUse.Content and <= KeyUse.IndexedInput;

    /// <summary>True for content that tells what the span was asked to do: of it a hash is made.</summary>
    public bool IsInput { get; init; }

    /// <summary>For <see cref="KeyUse.KeepCount"/>: which count to believe where a span has several, smaller first.</summary>
    public int CountOrder { get; init; }

    /// <summary>True if a value is looked at, so that arrays and maps are worth turning into text.</summary>
    public bool WantsText =>
        KeepsContent || IsInput ? Use != KeyUse.Drop : Use is not (KeyUse.Drop or KeyUse.Content or KeyUse.IndexedDocument or KeyUse.IndexedReranked or KeyUse.IndexedInput);
}
