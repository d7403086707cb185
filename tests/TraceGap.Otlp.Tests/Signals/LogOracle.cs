using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Logs.V1;

namespace TraceGap.Otlp.Tests.Signals;

/// <summary>What the decoder must make of log records, said a second time: over the object graph of the reference implementation, without care for cost.</summary>
internal static class LogOracle
{
    private static readonly string[] EvaluationKeys = ["gen_ai.evaluation.name", "gen_ai.evaluation.score.label", "gen_ai.evaluation.score.value", "gen_ai.response.id"];

    /// <summary>The signals as texts, and what becomes of all records.</summary>
    public static (List<string> Signals, LogTally Tally) Expect(ExportLogsServiceRequest request)
    {
        List<string> signals = [];
        LogTally tally = default;
        foreach ((LogRecord record, string service) in request.ResourceLogs.SelectMany(static logs => logs.ScopeLogs
            .SelectMany(static scope => scope.LogRecords).Select(record => (record, logs.Resource.Attributes[0].Value.StringValue))))
        {
            string name = record.EventName.Length > 0 ? record.EventName : record.Attributes.LastOrDefault(static each => each.Key == "event.name" && TextOf(each.Value).Length > 0) is { } named ? TextOf(named.Value) : "";
            bool isEvaluation = name == "gen_ai.evaluation.result";
            bool isException = name == "exception" || name.EndsWith(".exception", StringComparison.Ordinal);
            if (!isEvaluation && !isException && !record.Attributes.Any(static each => each.Key is "exception.type" or "exception.message"))
            {
                tally = tally with { Unrelated = tally.Unrelated + 1 };
            }
            else if (!IsId(record.TraceId, 16) || !IsId(record.SpanId, 8))
            {
                tally = tally with { Unattributed = tally.Unattributed + 1 };
            }
            else if (isEvaluation && record.Attributes.Any(static each => each.Key == "error.type" && TextOf(each.Value).Length > 0))
            {
                tally = tally with { EvaluatorFailed = tally.EvaluatorFailed + 1 };
            }
            else
            {
                tally = tally with { Signals = tally.Signals + 1 };
                ulong time = Math.Min(record.TimeUnixNano == 0 ? record.ObservedTimeUnixNano : record.TimeUnixNano, long.MaxValue);
                string kept = isEvaluation ? string.Join("; ", EvaluationKeys.Where(key => Last(record, key) is not null).Order(StringComparer.Ordinal)) : "";
                bool isGrave = (int)record.SeverityNumber is 0 or >= 17;
                bool isEscaped = !isEvaluation && ((isException && isGrave) || record.Attributes.Any(static each => each.Key == "exception.escaped" && (each.Value?.BoolValue == true || TextOf(each.Value) is "true" or "True")));
                signals.Add($"{Hex(record.TraceId)} {Hex(record.SpanId)} {time} {service} {!isEvaluation} {isEscaped} {!isException && !isEvaluation && isGrave} [{kept}]");
            }
        }

        return (signals, tally);
    }

    /// <summary>The same of what was decoded.</summary>
    public static string Text(SpanRecord signal)
    {
        bool isEscaped = (signal.Facts & SpanFacts.EscapedException) != 0;
        string kept = string.Join("; ", signal.Attributes.Items.ToArray().Select(static item => item.Key).Order(StringComparer.Ordinal));
        return $"{signal.TraceId} {signal.ParentSpanId} {signal.StartUnixNanos} {signal.Resource.ServiceName} {(signal.Facts & SpanFacts.ExceptionEvent) != 0} {isEscaped} {(signal.Facts & SpanFacts.LoggedAsError) != 0} [{kept}]";
    }

    private static AnyValue? Last(LogRecord record, string key) =>
        record.Attributes.LastOrDefault(each => each.Key == key) is { Value: { ValueCase: not AnyValue.ValueOneofCase.None } value } ? value : null;

    private static string TextOf(AnyValue? value) => value?.ValueCase switch
    {
        AnyValue.ValueOneofCase.StringValue => value.StringValue,
        AnyValue.ValueOneofCase.ArrayValue or AnyValue.ValueOneofCase.KvlistValue => SpanOracle.Json(value),
        _ => "",
    };

    private static bool IsId(ByteString id, int length) => id.Length == length && id.Any(static next => next != 0);

    private static string Hex(ByteString id) => Convert.ToHexStringLower(id.Span);
}
