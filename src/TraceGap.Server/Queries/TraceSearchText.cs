using TraceGap.Aggregation;
using TraceGap.Storage;

namespace TraceGap.Server.Queries;

/// <summary>Reads which traces are asked for.</summary>
internal static class TraceSearchText
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 1000;

    /// <summary>In place of a step: failures with no step to blame. A step key has slashes.</summary>
    private const string Silent = "silent";

    /// <summary>Reads a query.</summary>
    /// <param name="query">As the caller wrote it.</param>
    /// <param name="nowUnixNanos">Now.</param>
    /// <param name="search">What to ask the store.</param>
    /// <returns>What is wrong with it, naming the parameter; null if all is well.</returns>
    public static string? Read(TracesQuery query, long nowUnixNanos, out TraceQuery search)
    {
        string? problem = EventWindow.Read(query, nowUnixNanos, out EventWindow window);
        search = new TraceQuery
        {
            FromUnixNanos = window.FromUnixNanos,
            ToUnixNanos = window.ToUnixNanos,
            Workflow = query.Workflow,
            Environment = query.Environment,
            Version = query.Version,
            Outcome = Outcome(query.Outcome, ref problem),
            Layer = Layer(query.Layer, ref problem),
            Step = query.Step == Silent ? "" : query.Step,
            ErrorType = query.ErrorType,
            MinDurationNanos = Duration("minDuration", query.MinDuration, ref problem),
            MaxDurationNanos = Duration("maxDuration", query.MaxDuration, ref problem),
            Attributes = Attributes(query.Attribute, ref problem),
            Limit = Limit(query.Limit, ref problem),
            Cursor = Cursor(query.Cursor, ref problem),
        };
        return problem ?? (search.MinDurationNanos > search.MaxDurationNanos ? "minDuration: is longer than maxDuration" : null);
    }

    private static TraceOutcome? Outcome(string? text, ref string? problem)
    {
        if (text is null)
        {
            return null;
        }

        if (!Enum.TryParse(text, ignoreCase: true, out TraceOutcome outcome) || !Enum.IsDefined(outcome))
        {
            problem ??= $"outcome: \"{text}\" is none of ok, failed, cancelled, unknown, open";
        }

        return outcome;
    }

    private static Layer? Layer(string? text, ref string? problem)
    {
        if (text is null)
        {
            return null;
        }

        if (!LayerNames.TryParse(text, out Layer layer))
        {
            problem ??= $"layer: \"{text}\" is no layer";
        }

        return layer;
    }

    private static long? Duration(string name, string? text, ref string? problem)
    {
        if (text is null)
        {
            return null;
        }

        if (!WindowText.TryParseDuration(text, out long nanos))
        {
            problem ??= $"{name}: \"{text}\" is no duration; write 500ms or 2s";
        }

        return nanos;
    }

    private static KeyValuePair<string, string>[] Attributes(IReadOnlyList<string> texts, ref string? problem)
    {
        if (texts.Count > TraceQuery.MostAttributes)
        {
            problem ??= $"attribute: {texts.Count} are more than {TraceQuery.MostAttributes}";
            return [];
        }

        List<KeyValuePair<string, string>> attributes = [];
        foreach (string text in texts)
        {
            int end = text.IndexOf('=', StringComparison.Ordinal);
            if (end < 1)
            {
                problem ??= $"attribute: \"{text}\" is no key=value";
                return [];
            }

            attributes.Add(new(text[..end], text[(end + 1)..]));
        }

        return [.. attributes];
    }

    private static int Limit(int? limit, ref string? problem)
    {
        if (limit is < 1 or > MaxLimit)
        {
            problem ??= $"limit: {limit} is not from 1 to {MaxLimit}";
        }

        return limit ?? DefaultLimit;
    }

    private static TraceCursor? Cursor(string? text, ref string? problem)
    {
        if (text is null)
        {
            return null;
        }

        if (!TraceCursor.TryParse(text, out TraceCursor cursor))
        {
            problem ??= "cursor: is no nextCursor of an answer";
        }

        return cursor;
    }
}
