using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage.Tests;

/// <summary>Compares records field by field.</summary>
internal static class Same
{
    public static void Spans(IReadOnlyList<SpanRecord> expected, IReadOnlyList<SpanRecord> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.Equal(FieldsOf(expected[i]), FieldsOf(actual[i]));
        }
    }

    public static void Contributions(TraceContribution expected, TraceContribution? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Key, actual.Key);
        Assert.Equal(expected.Outcome, actual.Outcome);
        Assert.Equal(
            (expected.Minute, expected.Weight, expected.Spans, expected.Task, expected.Revised, expected.DurationNanos, expected.CoveredNanos, expected.Failure),
            (actual.Minute, actual.Weight, actual.Spans, actual.Task, actual.Revised, actual.DurationNanos, actual.CoveredNanos, actual.Failure));
        Assert.Equal(expected.PathTimes, actual.PathTimes);
        Assert.Equal(expected.Durations, actual.Durations);
        Assert.Equal(expected.CriticalTimes, actual.CriticalTimes);
        Assert.Equal(expected.Errors, actual.Errors);
        Assert.Equal(expected.Models.Select(Text), actual.Models.Select(Text));
        Assert.Equal(expected.Waste, actual.Waste);
        Assert.Equal(expected.Serial, actual.Serial);
    }

    public static void Cells(RollupCell expected, RollupCell actual) => Assert.Equal(LinesOf(expected), LinesOf(actual));

    /// <summary>All figures of a cell that are not zero, in a stated order.</summary>
    public static List<string> LinesOf(RollupCell cell)
    {
        List<string> lines = [];
        lines.Add($"level {cell.Outcomes.Level}");
        lines.AddRange(cell.Outcomes.Records.Select(static entry => $"outcome {Text(entry.Key)} {entry.Value}").Order(StringComparer.Ordinal));
        lines.AddRange(cell.Outcomes.Rest.Classes.Select(static entry => $"class {entry.Key} {entry.Value}").Order(StringComparer.Ordinal));
        lines.AddRange(cell.Outcomes.Rest.Steps.OrderBy(static entry => entry.Key).Select(static entry => $"rest {entry.Key} {entry.Value}"));
        lines.Add($"layers {string.Join(' ', cell.Outcomes.Rest.Layers.ToArray())}");
        lines.AddRange(cell.Durations.Select(static entry => $"bin {entry.Key} {entry.Value.Count} {entry.Value.SumNanos} {string.Join(',', entry.Value.PathTimes)}"));
        for (int layer = 0; layer < LayerNames.Count; layer++)
        {
            lines.Add($"layer {layer} {Text(cell.LayerCritical[layer])}");
        }

        lines.AddRange(cell.Steps
            .Where(static entry => !entry.Value.IsEmpty)
            .Select(static entry => $"step {entry.Key} {Text(entry.Value.Durations)} {string.Join(' ', entry.Value.Critical.Select(static kind => string.Join(',', kind.Bins)))} {string.Join(';', entry.Value.Errors)}")
            .Order(StringComparer.Ordinal));
        lines.Add($"tasks {cell.Tasks.Limit} {string.Join(',', cell.Tasks.Held)}");
        lines.AddRange(cell.Work.Serial.Select(static entry => $"serial {entry.Key} {entry.Value}").Order(StringComparer.Ordinal));
        lines.AddRange(cell.Work.Waste.OrderBy(static entry => entry.Key).Select(static entry => $"waste {entry.Key} {entry.Value}"));
        lines.AddRange(cell.Work.Models.OrderBy(static entry => entry.Key).Select(static entry => $"model {entry.Key} {Text(entry.Value)}"));
        lines.AddRange(cell.Failures.Select(static entry => $"failure {entry.Key} {entry.Value}").Order(StringComparer.Ordinal));
        lines.Add($"{cell.Spans} {cell.Revised} {cell.CoveredNanos}");
        return lines;
    }

    private static string Text(ModelUsage usage) => $"{usage} {string.Join(',', usage.FirstTokenNanos)}";

    private static string Text(ModelCell model) =>
        $"{model.Calls} {model.Tokens} {model.ThrownAway} {model.Repeated} {model.Failed} {model.OutputNanos} {Text(model.FirstToken)}";

    private static string Text(LatencyHistogram histogram) => $"{histogram.Count} {histogram.SumNanos} {string.Join(',', histogram.Counts)}";

    private static string Text(OutcomeRecord record) =>
        $"{string.Join(" > ", record.Path.Select(static position => string.Join('|', position)))} [{string.Join(';', record.Steps)}] "
        + $"{record.Outcome} {record.Inferred} {record.HasUnrecovered} {record.LastFailed}";

    private static string FieldsOf(SpanRecord span) => string.Join('\n',
        span.TraceId, span.SpanId, span.ParentSpanId, span.Name, span.Kind, span.Status, span.Flags, span.StartUnixNanos, span.EndUnixNanos,
        Text(span.Resource.Attributes), span.Scope.Name, span.Scope.Version, Text(span.Scope.Attributes), Text(span.Attributes), span.Facts,
        span.ExceptionType ?? "null", span.ResultCount, span.InputHash, span.Weight);

    private static string Text(AttributeSet attributes) =>
        string.Join(';', attributes.Items.ToArray().Select(static item => $"{item.Key}={item.Value.Type}:{item.Value.Bits}:{item.Value.AsText()}"));
}
