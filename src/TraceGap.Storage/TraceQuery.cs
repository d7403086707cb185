using System.Globalization;
using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>Which traces are asked for. A filter that is null lets everything pass.</summary>
public sealed record TraceQuery
{
    /// <summary>Earliest end, nanoseconds since the Unix epoch.</summary>
    public long FromUnixNanos { get; init; }

    /// <summary>Ends before this, nanoseconds since the Unix epoch.</summary>
    public long ToUnixNanos { get; init; } = long.MaxValue;

    /// <summary>The workflow.</summary>
    public string? Workflow { get; init; }

    /// <summary>The environment.</summary>
    public string? Environment { get; init; }

    /// <summary>The version.</summary>
    public string? Version { get; init; }

    /// <summary>How they ended.</summary>
    public TraceOutcome? Outcome { get; init; }

    /// <summary>Layer of the failure that they ended with.</summary>
    public Layer? Layer { get; init; }

    /// <summary>Step of the failure that they ended with: the text of its key; empty for a failure with no step to blame.</summary>
    public string? Step { get; init; }

    /// <summary>Error type of the failure that they ended with.</summary>
    public string? ErrorType { get; init; }

    /// <summary>Shortest end-to-end duration, ns.</summary>
    public long? MinDurationNanos { get; init; }

    /// <summary>Longest end-to-end duration, ns.</summary>
    public long? MaxDurationNanos { get; init; }

    /// <summary>Attributes that they have: each of these keys with this value, as text, on some span of theirs, on its scope or its resource. At most <see cref="MostAttributes"/>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Attributes { get; init; } = [];

    /// <summary>Most attributes in a query.</summary>
    public const int MostAttributes = 16;

    /// <summary>Most traces in the answer, at least 1.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>Where the page before this one ended.</summary>
    public TraceCursor? Cursor { get; init; }

    /// <summary>Blocks of traces that are unpacked for one page; some 100 traces each.</summary>
    internal int MostBlocks { get; init; } = 4096;

    /// <summary>Blocks of spans that are unpacked for one page, where attributes are asked for; some 1,000 spans each.</summary>
    internal int MostSpanBlocks { get; init; } = 512;
}

/// <summary>A place in the order of traces: latest end first, then trace id. Stable while traces come and go.</summary>
/// <param name="EndUnixNanos">End of the last trace that was answered.</param>
/// <param name="TraceId">Its id.</param>
public readonly record struct TraceCursor(long EndUnixNanos, TraceId TraceId)
{
    private const int EndDigits = 16;

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TraceCursor cursor)
    {
        cursor = default;
        if (text.Length <= EndDigits
            || !long.TryParse(text[..EndDigits], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long end)
            || !TraceId.TryParse(text[EndDigits..], out TraceId traceId))
        {
            return false;
        }

        cursor = new TraceCursor(end, traceId);
        return true;
    }

    /// <summary>An opaque text.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{EndUnixNanos:x16}{TraceId}");
}

/// <summary>One trace of a list.</summary>
public sealed record TraceSummary
{
    /// <summary>The trace.</summary>
    public required TraceId TraceId { get; init; }

    /// <summary>Environment, service, workflow and version that it counts under.</summary>
    public required RollupKey Key { get; init; }

    /// <summary>How it ended.</summary>
    public required TraceOutcome Outcome { get; init; }

    /// <summary>What told that.</summary>
    public required OutcomeSource OutcomeSource { get; init; }

    /// <summary>Start, nanoseconds since the Unix epoch.</summary>
    public required long StartUnixNanos { get; init; }

    /// <summary>End, nanoseconds since the Unix epoch.</summary>
    public required long EndUnixNanos { get; init; }

    /// <summary>End minus start, ns; negative for a root with reversed times.</summary>
    public long DurationNanos => EndUnixNanos - StartUnixNanos;

    /// <summary>Distinct spans.</summary>
    public required int Spans { get; init; }

    /// <summary>How often it was analysed and stored.</summary>
    public required int Revision { get; init; }

    /// <summary>Why it failed, or null if it did not.</summary>
    public required FailureKey? Failure { get; init; }
}

/// <summary>A page of traces.</summary>
/// <param name="Traces">Latest end first, then by trace id.</param>
/// <param name="Next">Where the next page goes on; null if there is none.</param>
/// <param name="IsCut">True if the page may have fewer traces than there are, or none, because looking for more would have taken long. All from the end of the window back to <paramref name="Next"/> was looked at.</param>
public sealed record TracePage(IReadOnlyList<TraceSummary> Traces, TraceCursor? Next, bool IsCut = false);
