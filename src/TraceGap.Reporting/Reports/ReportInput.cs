using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Reporting;

/// <summary>What steps are told apart by when reliabilities are multiplied.</summary>
public enum Granularity
{
    /// <summary>By step key.</summary>
    Step,

    /// <summary>By layer. Where a layer repeats unequal steps this shifts the product by up to points.</summary>
    Layer,
}

/// <summary>A failure of a workflow: what example traces are looked up by.</summary>
/// <param name="Workflow">The workflow, <see cref="RollupKey.Workflow"/>.</param>
/// <param name="Failure">The failure.</param>
public readonly record struct WorkflowFailure(string Workflow, FailureKey Failure);

/// <summary>Rules for layers that traces were analysed by.</summary>
/// <param name="Id">What tells them from others.</param>
/// <param name="SinceUnixNanos">From when on they held, ns since the Unix epoch; null if always.</param>
public readonly record struct RuleSetTime(string Id, long? SinceUnixNanos);

/// <summary>
/// All that a report is a function of. The cells are those of the window after filters on environment and version, of every workflow: the report of one workflow also needs
/// the traces without a root of its service.
/// </summary>
public sealed class ReportInput
{
    /// <summary>Start of the window that the cells cover, ns since the Unix epoch, included; null for an input without traces.</summary>
    public long? FromUnixNanos { get; init; }

    /// <summary>End of that window, ns, excluded; null likewise.</summary>
    public long? ToUnixNanos { get; init; }

    /// <summary>Cells by key, in any order; a key may occur several times (minutes, hours). They are read, never changed.</summary>
    public required IReadOnlyList<KeyValuePair<RollupKey, RollupCell>> Cells { get; init; }

    /// <summary>The workflow to report on, or null for all.</summary>
    public string? Workflow { get; init; }

    /// <summary>What steps are told apart by.</summary>
    public Granularity Granularity { get; init; }

    /// <summary>Smallest trace id of each failure in the window; failures may be missing.</summary>
    public IReadOnlyDictionary<WorkflowFailure, TraceId> ExampleTraceIds { get; init; } = new Dictionary<WorkflowFailure, TraceId>();

    /// <summary>Event time up to which all that arrived is analysed, ns; null if unknown.</summary>
    public long? AnalysedUntilUnixNanos { get; init; }

    /// <summary>The rules for layers that held at some time of the window, in order of time.</summary>
    public IReadOnlyList<RuleSetTime> RuleSets { get; init; } = [];

    /// <summary>True if key bounds were reached in the window.</summary>
    public bool Overflow { get; init; }

    /// <summary>Declared reliabilities, 0..1, by step key text or by layer name; the step key wins. Null or empty: none are declared.</summary>
    public IReadOnlyDictionary<string, double>? AdvertisedReliabilities { get; init; }
}
