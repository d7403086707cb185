using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// The whole analysis of one trace, a call per pass. A pure function of the set of distinct spans, of whether the trace is closed, and of the options: order and repetition of spans
/// change nothing. No pass recurses, none costs more than n log n.
/// </summary>
/// <remarks>Holds no state between traces and may be used by several threads at once.</remarks>
/// <param name="options">What a user may switch.</param>
public sealed class TraceAnalyzer(AnalysisOptions options)
{
    private readonly OwnLayers _ownLayers = new(options);

    /// <summary>Analyses a trace.</summary>
    /// <param name="spans">All spans that are known of one trace, at least one, in any order, repeated or not.</param>
    /// <param name="closed">True if no root is awaited any more. A trace with a root is closed in any case: only of closed traces are missing parents missing, and only a trace that is not closed is open.</param>
    /// <exception cref="ArgumentException">There are no spans.</exception>
    public TraceFindings Analyze(IReadOnlyList<SpanRecord> spans, bool closed)
    {
        if (spans is not { Count: > 0 })
        {
            throw new ArgumentException("A trace has at least one span.", nameof(spans));
        }

        SpanTree tree = TreeBuilder.Build(spans);
        if (options.AdjustSkew)
        {
            SkewAdjuster.Adjust(tree);
        }

        SpanLayers layers = _ownLayers.Decide(tree);
        bool[] isDuplicate = options.Adopt ? Adopter.Adopt(tree, layers) : new bool[tree.Count];
        UrlLayers.Decide(tree, layers);
        LayerInheritance.Complete(tree, layers);

        StepForest steps = StepBuilder.Build(tree, layers, isDuplicate);
        closed |= tree.Root != SpanTree.NoParent;
        if (closed)
        {
            MissingParents.Add(tree, layers, steps);
        }

        steps.Link();
        SpanVerdict[] verdicts = SpanVerdicts.Judge(tree, layers, out int outcomeSpan);
        StepVerdicts.Judge(tree, layers, steps, verdicts);
        Cancellation.BySibling(steps);
        TokenUsage.Count(tree, layers, steps);
        InnerAttempts.Find(tree, layers, steps, verdicts);
        SiblingAttempts.Merge(tree, steps);

        (TraceOutcome outcome, OutcomeSource source) = OutcomeDecider.Decide(tree, steps, verdicts, outcomeSpan, closed);
        return TraceFindingsBuilder.Build(tree, layers, steps, verdicts, outcome, source);
    }
}
