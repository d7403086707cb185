using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Reporting;

/// <summary>Counts which rules decided the layers of spans and of critical-path time. Traces may be added in any order. One owner.</summary>
public sealed class LayerCensus
{
    private const double NanosPerMillisecond = 1e6;
    private const string Unattributed = "unattributed";

    private readonly Dictionary<CensusEntry, CensusCount> _entries = [];
    private long _traces;
    private long _spans;
    private long _pathNanos;

    /// <summary>Adds a trace.</summary>
    public void Add(TraceFindings findings)
    {
        _traces++;
        _spans += findings.Spans.Count;
        foreach (SpanFinding finding in findings.Spans)
        {
            Add(finding, spans: 1, pathNanos: 0);
        }

        foreach (PathSegment segment in findings.CriticalPath)
        {
            long nanos = segment.EndUnixNanos - segment.StartUnixNanos;
            _pathNanos += nanos;
            Add(findings.Spans[segment.SpanIndex], spans: 0, nanos);
        }
    }

    /// <summary>The figures.</summary>
    /// <param name="fromUnixNanos">Start of the window that the traces are of, ns since the Unix epoch; null if there is none.</param>
    /// <param name="toUnixNanos">Its end, ns; null likewise.</param>
    /// <param name="workflow">The workflow that they are of; null for all.</param>
    /// <param name="of">How many traces the sample was taken of; null if it is all there are.</param>
    /// <param name="names">Most names that are listed.</param>
    public CoverageReport ToReport(long? fromUnixNanos, long? toUnixNanos, string? workflow, long? of = null, int names = int.MaxValue)
    {
        KeyValuePair<CensusEntry, CensusCount>[] entries =
            [.. _entries.OrderByDescending(static pair => pair.Value.Spans).ThenByDescending(static pair => pair.Value.PathNanos).ThenBy(static pair => pair.Key.Order, StringComparer.Ordinal)];
        KeyValuePair<CensusEntry, CensusCount>[] without = [.. entries.Where(static pair => pair.Key.IsUnattributed)];
        double? spanShare = _spans == 0 ? null : without.Sum(static pair => pair.Value.Spans) / (double)_spans;
        double? pathShare = _pathNanos == 0 ? null : without.Sum(static pair => pair.Value.PathNanos) / (double)_pathNanos;
        return new CoverageReport(
            new ReportWindow(EventTime.Utc(fromUnixNanos), EventTime.Utc(toUnixNanos)),
            workflow,
            new SampledTraces(_traces, Math.Max(of ?? 0, _traces)),
            _spans,
            _pathNanos / NanosPerMillisecond,
            spanShare,
            pathShare,
            [.. ByRule(entries)],
            [.. entries.Take(names).Select(static pair => Name(pair.Key, pair.Value))],
            CoverageAdvice.Of(spanShare, pathShare, [.. without.Select(static pair => (pair.Key.Name, pair.Key.Scope, pair.Value))]));
    }

    private void Add(SpanFinding finding, long spans, long pathNanos)
    {
        SpanRecord span = finding.Span;
        CensusEntry entry = new(NameTemplate.Of(span.Name), span.Scope.Name, finding.Layer.Layer, finding.Layer.Rule, finding.Layer.Certainty);
        CensusCount before = _entries.GetValueOrDefault(entry);
        _entries[entry] = new CensusCount(before.Spans + spans, before.PathNanos + pathNanos);
    }

    private IEnumerable<RuleCoverage> ByRule(IEnumerable<KeyValuePair<CensusEntry, CensusCount>> entries) => entries
        .GroupBy(static pair => pair.Key.Rule.Length == 0 ? Unattributed : pair.Key.Rule, static pair => pair.Value)
        .Select(group => (Rule: group.Key, Spans: group.Sum(static count => count.Spans), Nanos: group.Sum(static count => count.PathNanos)))
        .OrderByDescending(static rule => rule.Spans)
        .ThenBy(static rule => rule.Rule, StringComparer.Ordinal)
        .Select(rule => new RuleCoverage(
            rule.Rule, rule.Spans, rule.Spans / (double)_spans, rule.Nanos / NanosPerMillisecond, _pathNanos == 0 ? null : rule.Nanos / (double)_pathNanos));

    private static NameCoverage Name(CensusEntry entry, CensusCount count) => new(
        entry.Name, entry.Scope, LayerNames.Of(entry.Layer), entry.Rule, entry.Certainty.ToString().ToLowerInvariant(), count.Spans, count.PathNanos / NanosPerMillisecond);

    private readonly record struct CensusEntry(string Name, string Scope, Layer Layer, string Rule, Certainty Certainty)
    {
        // Evaluators and markers have no layer either, but a rule said so.
        public bool IsUnattributed => Rule.Length == 0;

        public string Order => $"{Name}\0{Scope}\0{Rule}\0{Layer}\0{Certainty}";
    }
}
