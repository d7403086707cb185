using System.Globalization;
using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>How each span went, by its own words. First match wins, from what is certain to what is weak; certain and likely signals fail, weak ones degrade.</summary>
/// <remarks>
/// Status Unset is no unknown and status OK no proof: success is left unset by those who follow the specification and is said by many who never look. An exception event alone
/// was handled inside. HTTP 405 for MCP's optional stream, tripped guardrails and steering exceptions are no failures even where the status says so.
/// </remarks>
internal static class SpanVerdicts
{
    /// <summary>Signal of a client that says nothing itself while its server half failed.</summary>
    public const string ServerHalf = "server half";

    // The others only count beside a signal that is not quiet.
    private const SpanFacts FactsThatJudge = SpanFacts.ControlFlow | SpanFacts.ForcedEnd | SpanFacts.ResultSaysError | SpanFacts.ResultTextError
        | SpanFacts.EvaluationFailed | SpanFacts.EmptyDocuments | SpanFacts.FirstChunkEvent | SpanFacts.EscapedException | SpanFacts.EmptyOutput;

    // Of an exception that a log record tells, what counts as if it were an event of the span.
    private const SpanFacts ExceptionFacts = SpanFacts.ControlFlow | SpanFacts.Abort | SpanFacts.Timeout;

    private const string ExceptionLogged = "exception logged";

    private const SpanFacts Evaluations = SpanFacts.EvaluationFailed | SpanFacts.EvaluationPassed;

    /// <summary>Judges every span of a tree.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="layers">Layers of its spans.</param>
    /// <param name="verdicts">Filled, a verdict a span.</param>
    /// <returns>What the spans say about the whole trace.</returns>
    public static TraceNotes Judge(SpanTree tree, SpanLayers layers, SpanVerdict[] verdicts)
    {
        int outcomeSpan = -1;
        bool anyTripped = false;
        bool anyEvaluation = Array.Exists(tree.Signals, static signal => (signal.Facts & SpanFacts.ExceptionEvent) == 0);
        Dictionary<int, LoggedException>? logged = tree.Signals.Length == 0 ? null : LoggedExceptions.Of(tree);
        for (int span = 0; span < tree.Count; span++)
        {
            SpanRecord record = tree.Spans[span];
            VerdictSignals signals = VerdictSignals.Of(record);
            LoggedException exception = logged?.GetValueOrDefault(span) ?? default;
            verdicts[span] = signals.AreQuiet && exception.Facts == SpanFacts.None && record.Status != SpanStatus.Error && (record.Facts & FactsThatJudge) == 0 && record.ResultCount != 0
                ? SpanVerdict.Ok
                : Judge(record, signals, exception, layers.Layers[span], layers.Effects[span]);
            if (signals.StatesOutcome && (outcomeSpan < 0 || span == tree.Root))
            {
                outcomeSpan = span;
            }

            anyTripped |= signals.IsTripped;
            anyEvaluation |= signals.HasEvaluation || (record.Facts & Evaluations) != 0;
        }

        FailUnsetClients(tree, verdicts);
        return new TraceNotes(outcomeSpan, anyTripped, anyEvaluation);
    }

    private static SpanVerdict Judge(SpanRecord span, in VerdictSignals signals, in LoggedException exception, SpanLayer layer, LayerEffect effect)
    {
        SpanFacts facts = span.Facts | (exception.Facts & ExceptionFacts);
        if ((facts & SpanFacts.ControlFlow) != 0
            || TransportCodes.IsRefusedMcpStream(span, signals.HttpStatus, signals.HttpMethod)
            || (signals.IsTripped && IsGuardrail(layer, effect))
            || (signals.StatedSignal.Length > 0 && signals.Stated == Verdict.Ok))
        {
            return SpanVerdict.Ok;
        }

        if ((facts & SpanFacts.ForcedEnd) != 0)
        {
            return SpanVerdict.Unfinished("forced end");
        }

        return ByStatement(span, signals, exception, layer)
            ?? ByTransport(span, signals)
            ?? ByFinish(signals, facts)
            ?? ByLog(exception)
            ?? ByResult(span, signals, layer)
            ?? ByFramework(span, signals)
            ?? SpanVerdict.Ok;
    }

    /// <summary>Whether a span is a guardrail, not a call that one was put before.</summary>
    public static bool IsGuardrail(SpanLayer layer, LayerEffect effect) => effect == LayerEffect.ByPosition || layer is { IsOwn: true, Layer: Layer.Ingress or Layer.Assembly };

    private static SpanVerdict? ByStatement(SpanRecord span, in VerdictSignals signals, in LoggedException exception, SpanLayer layer)
    {
        if (signals.StatedSignal.Length > 0 && signals.Stated == Verdict.Cancelled)
        {
            return SpanVerdict.Cancelled(signals.StatedSignal);
        }

        bool isError = span.Status == SpanStatus.Error;
        bool isEscaped = (span.Facts & SpanFacts.EscapedException) != 0;
        if (isError || signals.ErrorType is not null || isEscaped || IsFailure(exception, span, signals, layer))
        {
            string signal = isError ? "status" : signals.ErrorType is not null ? "error.type" : isEscaped ? "exception escaped" : ExceptionLogged;
            SpanFacts facts = span.Facts | (exception.Facts & ExceptionFacts);
            bool isAbort = (facts & SpanFacts.Abort) != 0 || IsAbortType(signals.ErrorType);
            return SpanVerdict.Failed(signal, ErrorTypeOf(span, signals, exception.Type), isAbort && (facts & SpanFacts.Timeout) == 0);
        }

        if ((span.Facts & SpanFacts.ResultSaysError) != 0)
        {
            return SpanVerdict.Failed("result says error", "tool_error");
        }

        return signals.StatedSignal.Length == 0 ? null
            : signals.Stated == Verdict.Failed ? SpanVerdict.Failed(signals.StatedSignal, "")
            : signals.Stated == Verdict.Unfinished ? SpanVerdict.Unfinished(signals.StatedSignal)
            : SpanVerdict.Degraded(signals.StatedSignal);
    }

    /// <summary>
    /// Whether an exception that only a log record tells is a failure of its span. An instrumentation that tells it as an error saw it leave the span. An application may have dealt with
    /// what it logged: then it says that the span went well. Model calls tell theirs as warnings, also those that a retry made good: then there is an answer: a finish reason, tokens or text.
    /// </summary>
    private static bool IsFailure(in LoggedException exception, SpanRecord span, in VerdictSignals signals, SpanLayer layer) =>
        (exception.Facts & SpanFacts.EscapedException) != 0
        || ((exception.Facts & SpanFacts.LoggedAsError) != 0 && !SaysThatItWentWell(span, signals))
        || (exception.IsOfModelCall && layer is { IsOwn: true, Layer: Layer.Inference } && !HasAnswer(span, signals));

    private static bool HasAnswer(SpanRecord span, in VerdictSignals signals) => signals.HasFinishReason || signals.OutputTokens > 0 || (span.Facts & SpanFacts.HasOutput) != 0;

    private static bool SaysThatItWentWell(SpanRecord span, in VerdictSignals signals) =>
        span.Status == SpanStatus.Ok
        || signals.HttpStatus is > 0 and < 400
        || signals is { HasFinishReason: true, Finish: Verdict.Ok }
        || (signals.RpcStatus is string rpc && TransportCodes.IsRpcOk(rpc));

    // What did not fail the span is a weak sign that something went wrong in it.
    private static SpanVerdict? ByLog(in LoggedException exception) =>
        (exception.Facts & SpanFacts.LoggedAsError) != 0 ? SpanVerdict.Degraded(ExceptionLogged) : null;

    private static SpanVerdict? ByTransport(SpanRecord span, in VerdictSignals signals)
    {
        if (TransportCodes.IsHttpCancel(span.Kind, signals.HttpStatus))
        {
            return SpanVerdict.Cancelled("http 499");
        }

        if (TransportCodes.IsHttpFailure(span.Kind, signals.HttpStatus))
        {
            string status = signals.HttpStatus.ToString(CultureInfo.InvariantCulture);
            return SpanVerdict.Failed("http " + status, status);
        }

        return signals.RpcStatus is string rpc && TransportCodes.IsRpcFailure(span.Kind, rpc)
            ? SpanVerdict.Failed("rpc " + rpc, rpc, TransportCodes.IsRpcCancel(rpc))
            : null;
    }

    private static SpanVerdict? ByFinish(in VerdictSignals signals, SpanFacts facts)
    {
        if (!signals.HasFinishReason || signals.Finish == Verdict.Ok)
        {
            return null;
        }

        string signal = "finish_reason=" + signals.FinishWord;
        bool isEmpty = signals.OutputTokens == 0 || (facts & SpanFacts.EmptyOutput) != 0;
        return signals.Finish switch
        {
            Verdict.Failed => SpanVerdict.Failed(signal, signals.FinishWord),
            Verdict.Cancelled => SpanVerdict.Cancelled(signal),
            _ when signals.FinishReason == FinishReasons.Length && isEmpty => SpanVerdict.Failed(signal + ", no output", signals.FinishWord),
            _ => SpanVerdict.Degraded(signal),
        };
    }

    private static SpanVerdict? ByResult(SpanRecord span, in VerdictSignals signals, SpanLayer layer)
    {
        SpanFacts facts = span.Facts;
        if ((facts & SpanFacts.ResultTextError) != 0)
        {
            return SpanVerdict.Degraded("result text ERROR:");
        }

        // An evaluator that finds fault is not at fault.
        if ((facts & (SpanFacts.EvaluationFailed | SpanFacts.EvaluatesElsewhere)) == SpanFacts.EvaluationFailed && !layer.IsExcluded)
        {
            return SpanVerdict.Degraded("evaluation");
        }

        if (!layer.IsOwn)
        {
            return null;
        }

        bool isEmptyRetrieval = layer.Layer == Layer.Retrieval && (span.ResultCount == 0 || (facts & SpanFacts.EmptyDocuments) != 0 || signals.IsMissingDocuments);
        return isEmptyRetrieval ? SpanVerdict.Degraded("empty retrieval")
            : layer.Layer != Layer.Inference ? null
            : IsCutStream(signals, facts) ? SpanVerdict.Degraded("stream cut")
            : IsEmptyAnswer(signals, facts) ? SpanVerdict.Degraded("empty output")
            : null;
    }

    /// <summary>What only one framework or provider says, in its own way.</summary>
    private static SpanVerdict? ByFramework(SpanRecord span, in VerdictSignals signals) =>
        signals.IsTripped ? SpanVerdict.Degraded("guardrail tripped")
        : signals.IsUndelivered ? SpanVerdict.Degraded("edge_group.delivered=false")
        : signals.AreStepsUsedUp ? SpanVerdict.Degraded("steps used up")
        : signals.IsAnthropic && span.Status == SpanStatus.Unset && span.Scope.Name.StartsWith("com.anthropic.claude-platform", StringComparison.Ordinal)
            ? SpanVerdict.Cancelled("status unset")
        : null;

    // A model that ended as it should and said nothing. One that asks for a tool need not say anything.
    private static bool IsEmptyAnswer(in VerdictSignals signals, SpanFacts facts) =>
        (facts & (SpanFacts.EmptyOutput | SpanFacts.HasOutput)) == SpanFacts.EmptyOutput && signals is { HasFinishReason: true, FinishReason: not FinishReasons.Call };

    private static bool IsCutStream(in VerdictSignals signals, SpanFacts facts) =>
        (signals.HasFirstChunk || (facts & SpanFacts.FirstChunkEvent) != 0)
        && !signals.HasFinishReason
        && signals.OutputTokens <= 0
        && (facts & (SpanFacts.StreamFinishEvent | SpanFacts.HasOutput)) == 0;

    private static string ErrorTypeOf(SpanRecord span, in VerdictSignals signals, string? logged)
    {
        if (signals.ErrorType is string type)
        {
            return type;
        }

        // A failed status with an HTTP code is best told by the code; the names of exceptions are the next best.
        return (span.ExceptionType ?? logged) is { Length: > 0 } exception ? exception
            : signals.HttpStatus >= 400 ? signals.HttpStatus.ToString(CultureInfo.InvariantCulture)
            : signals.RpcStatus ?? "";
    }

    // The spelling of runtimes: AbortError, asyncio.exceptions.CancelledError, System.OperationCanceledException.
    private static bool IsAbortType(string? type) =>
        type is not null
        && (type.EndsWith("AbortError", StringComparison.Ordinal)
            || type.EndsWith("CancelledError", StringComparison.Ordinal)
            || type.EndsWith("CanceledException", StringComparison.Ordinal)
            || type.EndsWith("CancellationException", StringComparison.Ordinal));

    /// <summary>A client that says nothing may not have seen that its server half failed.</summary>
    private static void FailUnsetClients(SpanTree tree, SpanVerdict[] verdicts)
    {
        for (int span = 0; span < tree.Count; span++)
        {
            int parent = tree.Parent[span];
            if (parent != SpanTree.NoParent
                && tree.Kind[span] == SpanKind.Server
                && tree.Spans[parent] is { Kind: SpanKind.Client, Status: SpanStatus.Unset }
                && verdicts[span].Verdict == Verdict.Failed
                && verdicts[parent].Verdict is Verdict.Ok or Verdict.Degraded)
            {
                verdicts[parent] = SpanVerdict.Failed(ServerHalf, verdicts[span].ErrorType);
            }
        }
    }
}
