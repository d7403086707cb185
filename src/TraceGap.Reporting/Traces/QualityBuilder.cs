namespace TraceGap.Reporting.Traces;

/// <summary>Counts what is odd about traces. Pure.</summary>
public static class QualityBuilder
{
    /// <summary>Builds the report.</summary>
    /// <param name="window">The window.</param>
    /// <param name="workflow">The workflow, or null.</param>
    /// <param name="traces">The traces, latest first; gone through once.</param>
    public static QualityReport Build(ReportWindow window, string? workflow, IEnumerable<TraceReport> traces)
    {
        Dictionary<string, DefectCount> found = [];
        int count = 0;
        long spans = 0;
        foreach (TraceReport trace in traces)
        {
            count++;
            spans += trace.Spans.Count;
            foreach (IGrouping<string, DefectEntry> defect in trace.Defects.GroupBy(static defect => defect.Kind))
            {
                DefectCount before = found.GetValueOrDefault(defect.Key) ?? new DefectCount(defect.Key, 0, 0, trace.TraceId);
                found[defect.Key] = before with { Traces = before.Traces + 1, Count = before.Count + defect.Count() };
            }
        }

        return new QualityReport(window, workflow, count, spans, [.. found.Values.OrderByDescending(static defect => defect.Traces).ThenBy(static defect => defect.Kind, StringComparer.Ordinal)]);
    }
}
