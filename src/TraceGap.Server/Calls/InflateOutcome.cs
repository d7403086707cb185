namespace TraceGap.Server.Calls;

/// <summary>How decompressing a message ended.</summary>
internal enum InflateOutcome
{
    /// <summary>The message is whole.</summary>
    Inflated,

    /// <summary>The message has more bytes than the limit.</summary>
    TooLarge,

    /// <summary>The budget has no more bytes.</summary>
    OverBudget,

    /// <summary>The bytes are not one whole compressed message.</summary>
    Corrupt,
}
