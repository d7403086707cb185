using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>What of a query the entries of traces can tell, and their blocks before they are unpacked: all but attributes.</summary>
internal sealed class TraceFilter
{
    private readonly TraceQuery _query;
    private readonly Dictionary<long, RollupKey> _keys;
    private readonly Dictionary<long, FailureKey>? _failures;
    private readonly HashSet<Layer>? _layers;

    public TraceFilter(SqlSession session, TraceQuery query)
    {
        _query = query;
        _keys = StoredKeys.Select(session, query.Workflow, query.Environment, query.Version, service: null).ToDictionary(static key => key.Id, static key => key.Key);
        if (query.Layer is not null || query.Step is not null || query.ErrorType is not null)
        {
            _failures = StoredKeys.ReadFailures(session).Where(failure => Passes(failure.Value)).ToDictionary();
            _layers = _failures.Values.Any(static failure => failure.Layer is null) ? null : [.. _failures.Values.Select(static failure => failure.Layer ?? default)];
        }
    }

    /// <summary>True if nothing that is stored can pass.</summary>
    public bool IsHopeless => _keys.Count == 0 || _failures?.Count == 0;

    /// <summary>The key of a trace that passes.</summary>
    public RollupKey KeyOf(TraceEntry trace) => _keys[trace.Key];

    /// <summary>False if no trace of a block can pass.</summary>
    public bool MayPass(TraceMarks marks) =>
        (_query.Outcome is not TraceOutcome outcome || marks.MayHave(outcome))
        && (_layers is null || _layers.Any(marks.MayHaveFailureIn))
        && (_query.MinDurationNanos is not long duration || marks.MayLast(duration))
        && _keys.Keys.Any(marks.MayHaveKey);

    /// <summary>Whether a trace passes. What came too late for a trace is none of its own.</summary>
    public bool Passes(TraceEntry trace) =>
        trace.Counts
        && trace.EndUnixNanos >= _query.FromUnixNanos
        && trace.EndUnixNanos < _query.ToUnixNanos
        && (_query.Outcome is null || trace.Outcome == _query.Outcome)
        && (_query.MinDurationNanos is not long least || DurationOf(trace) >= least)
        && (_query.MaxDurationNanos is not long most || DurationOf(trace) <= most)
        && _keys.ContainsKey(trace.Key)
        && (_failures is null || (trace.Failure is long failure && _failures.ContainsKey(failure)));

    private bool Passes(FailureKey failure) =>
        (_query.Layer is null || failure.Layer == _query.Layer)
        && (_query.Step is null || (failure.Step?.Text ?? "") == _query.Step)
        && (_query.ErrorType is null || failure.ErrorType == _query.ErrorType);

    private static long DurationOf(TraceEntry trace) => unchecked(trace.EndUnixNanos - trace.StartUnixNanos);
}
