using System.Globalization;
using System.Text.Json;
using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// How long a model call took to its first token or chunk, in the many words and units that say so. What stands first is believed; what is not positive, or longer than a day, says nothing.
/// </summary>
internal static class FirstTokenTime
{
    private const long NanosPerDay = 86_400_000_000_000;
    private const double NanosPerSecond = 1e9;
    private const double NanosPerMilli = 1e6;
    private const long NanosPerTick = 100;

    private static readonly (string Key, Func<AttributeValue, SpanRecord, double?> Read)[] Rules =
    [
        ("gen_ai.response.time_to_first_chunk", Seconds),
        ("gen_ai.client.operation.time_to_first_chunk", Seconds),
        ("ai.response.msToFirstChunk", Millis),
        ("ai.stream.msToFirstChunk", Millis),
        ("gen_ai.server.time_to_first_token", SecondsOrMillis),
        ("gen_ai.latency.time_to_first_token", Seconds),
        ("gen_ai.user.time_to_first_token", static (value, _) => value.AsNumber()),
        ("time_to_first_token_ms", Millis),
        ("ttft_ms", Millis),
        ("lk.response.ttft", Seconds),
        ("langfuse.observation.completion_start_time", UntilTime),
        ("mastra.completion_start_time", UntilTime),
        ("langwatch.timestamps", UntilFirstTokenAt),
    ];

    /// <summary>The rules that may say something of spans with these attributes: place of the attribute and number of the rule.</summary>
    public static (int Place, int Rule)[] In(AttributeShape shape) =>
        [.. Rules.Select((rule, number) => (Place: shape.IndexOf(rule.Key), Rule: number)).Where(static found => found.Place >= 0)];

    /// <summary>The time, ns, or null.</summary>
    public static long? Of(SpanRecord span, ReadOnlySpan<(int Place, int Rule)> rules)
    {
        foreach ((int place, int rule) in rules)
        {
            if (Rules[rule].Read(span.Attributes.Values[place], span) is double nanos and > 0 and <= NanosPerDay)
            {
                return (long)Math.Round(nanos);
            }
        }

        return null;
    }

    private static double? Seconds(AttributeValue value, SpanRecord span) => value.AsNumber() * NanosPerSecond;

    private static double? Millis(AttributeValue value, SpanRecord span) => value.AsNumber() * NanosPerMilli;

    // Strands and LangWatch write milliseconds, OpenLIT seconds, all under one key. What would be longer than the span is not in seconds.
    private static double? SecondsOrMillis(AttributeValue value, SpanRecord span)
    {
        bool isMillis = span.Scope.Name.StartsWith("strands", StringComparison.OrdinalIgnoreCase)
            || span.Scope.Name.StartsWith("langwatch", StringComparison.OrdinalIgnoreCase)
            || value.AsNumber() * NanosPerSecond > span.EndUnixNanos - span.StartUnixNanos;
        return isMillis ? Millis(value, span) : Seconds(value, span);
    }

    // ISO 8601, in some emitters as JSON text.
    private static double? UntilTime(AttributeValue value, SpanRecord span) =>
        value.Type == AttributeType.Text
        && DateTimeOffset.TryParse(
            value.AsText().AsSpan().Trim(" \""), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time)
            ? (double)(((Int128)(time - DateTimeOffset.UnixEpoch).Ticks * NanosPerTick) - span.StartUnixNanos)
            : null;

    // {"started_at": …, "first_token_at": …, "finished_at": …}, milliseconds since the epoch.
    private static double? UntilFirstTokenAt(AttributeValue value, SpanRecord span)
    {
        try
        {
            using JsonDocument times = JsonDocument.Parse(value.AsText());
            return times.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("first_token_at", out JsonElement first) && first.TryGetDouble(out double firstMillis)
                && root.TryGetProperty("started_at", out JsonElement started) && started.TryGetDouble(out double startMillis)
                    ? (firstMillis - startMillis) * NanosPerMilli
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            // A member is there and is no number.
            return null;
        }
    }
}
