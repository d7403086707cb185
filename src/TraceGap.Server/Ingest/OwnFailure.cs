using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Server.Ingest;

/// <summary>What own failures are counted under.</summary>
/// <param name="Workflow">The workflow.</param>
/// <param name="Layer">Layer of the step that failed.</param>
/// <param name="ErrorType">Its error type, or empty.</param>
internal readonly record struct OwnFailureKey(string Workflow, string Layer, string ErrorType);

/// <summary>Own failures of one kind in one trace.</summary>
/// <param name="Key">The kind.</param>
/// <param name="TraceId">The trace.</param>
/// <param name="Count">How many.</param>
internal readonly record struct OwnFailure(OwnFailureKey Key, TraceId TraceId, long Count)
{
    /// <summary>What a trace has more than it had when it was booked last; less is never taken back, since counters only rise.</summary>
    public static IEnumerable<OwnFailure> NewOnes(TraceId traceId, TraceContribution? booked, TraceContribution contribution) =>
        from errors in contribution.Errors.GroupBy(static error => (error.Key.Layer, error.ErrorType))
        let before = booked?.Errors.Where(error => (error.Key.Layer, error.ErrorType) == errors.Key).Sum(static error => error.Count) ?? 0
        let more = errors.Sum(static error => error.Count) - before
        where more > 0
        select new OwnFailure(new OwnFailureKey(contribution.Key.Workflow, LayerNames.Of(errors.Key.Layer), errors.Key.ErrorType), traceId, more);
}
