namespace TraceGap.Otlp;

/// <summary>What the decoder read from content before the content was cut: all that verdicts need and nothing that could be read back.</summary>
/// <remarks>Numbers are stored on disk; never reuse one.</remarks>
[Flags]
public enum SpanFacts : uint
{
    /// <summary>Nothing was found.</summary>
    None = 0,

    /// <summary>An <c>exception</c> event is on the span, or is what the signal tells of.</summary>
    ExceptionEvent = 1 << 0,

    /// <summary>The exception's type or message, or the status text, is that of an abort (<c>AbortError</c>, <c>… was aborted</c>, <c>CancelledError</c>); timeouts are not.</summary>
    Abort = 1 << 1,

    /// <summary>The exception is control flow and no failure (<c>GraphInterrupt</c>, <c>NodeInterrupt</c>, <c>Command</c>, <c>ParentCommand</c>, <c>CallDeferred</c>, <c>ApprovalRequired</c>, <c>ContinueAsNew</c>).</summary>
    ControlFlow = 1 << 2,

    /// <summary>A tool result parses as JSON that says it failed (<c>isError</c>, <c>status: error</c>, <c>success: false</c>, non-empty top-level <c>error</c>).</summary>
    ResultSaysError = 1 << 3,

    /// <summary>A tool result's text starts with <c>ERROR:</c>.</summary>
    ResultTextError = 1 << 4,

    /// <summary>Output attributes are there and all of them are empty (an empty text beside a tool call is no empty output).</summary>
    EmptyOutput = 1 << 5,

    /// <summary>An output attribute is there and is not empty.</summary>
    HasOutput = 1 << 6,

    /// <summary>An output lists documents, and the list is empty.</summary>
    EmptyDocuments = 1 << 7,

    /// <summary>An event marks the first chunk or token of a stream.</summary>
    FirstChunkEvent = 1 << 8,

    /// <summary>An event marks the end of a stream (<c>ai.stream.finish</c>).</summary>
    StreamFinishEvent = 1 << 9,

    /// <summary>An evaluation attached to the span says the answer is bad (label <c>fail</c>, <c>incorrect</c>, …).</summary>
    EvaluationFailed = 1 << 10,

    /// <summary>An evaluation attached to the span says the answer is good.</summary>
    EvaluationPassed = 1 << 11,

    /// <summary>The span was ended by force (<c>Application shutdown</c>, <c>Trace ended before span completion</c>).</summary>
    ForcedEnd = 1 << 12,

    /// <summary>A time on the wire was beyond 2^63 − 1 ns and was set to that.</summary>
    TimeOutOfRange = 1 << 13,

    /// <summary>Kept text on the wire was not UTF-8 and was replaced.</summary>
    InvalidText = 1 << 14,

    /// <summary>The exception or status text is that of a timeout.</summary>
    Timeout = 1 << 15,

    /// <summary>An exception left the span (<c>exception.escaped</c>, or an exception event of its own at severity ERROR): not handled inside, whatever the status says.</summary>
    EscapedException = 1 << 16,

    /// <summary>An output is the verdict of a check, and it is <c>fail</c>.</summary>
    OutputSaysFail = 1 << 17,

    /// <summary>An application's own log record tells of an exception as an error; whether it was dealt with, it does not say.</summary>
    LoggedAsError = 1 << 18,

    /// <summary>What the span evaluates is in another trace, where it counts.</summary>
    EvaluatesElsewhere = 1 << 19,
}
