using System.Collections.Frozen;
using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>What storing a trace takes of its analysis.</summary>
/// <param name="Contribution">What it adds to the rollups; carries the outcome.</param>
/// <param name="OutcomeSource">What told the outcome.</param>
/// <param name="StartUnixNanos">Start of the root (without one: of the first span), ns.</param>
/// <param name="EndUnixNanos">End of the root (without one: of the last span), ns.</param>
public readonly record struct BookedTrace(TraceContribution Contribution, OutcomeSource OutcomeSource, long StartUnixNanos, long EndUnixNanos);

/// <summary>
/// The whole analysis of one trace, a call per pass. A pure function of the set of distinct spans, of whether the trace is closed, and of the options: order and repetition of spans
/// change nothing. No pass recurses, none costs more than n log n.
/// </summary>
/// <remarks>
/// <see cref="Analyze"/> may be used by several threads at once. <see cref="Book"/> works in memory that it uses again from trace to trace, and belongs to one thread at a time.
/// </remarks>
/// <param name="options">What a user may switch.</param>
public sealed class TraceAnalyzer(AnalysisOptions options)
{
    // A workspace keeps some 600 bytes a span of the largest trace that it has seen. Larger traces get one of their own.
    private const int MaxKeptSpans = 20_000;

    private readonly OwnLayers _ownLayers = new(options.LayerKeys, options.Rules);
    private readonly TaskReader _tasks = new(options);
    private readonly ContributionScratch _contribution = new();
    private TraceWorkspace _workspace = new();

    /// <summary>Analyses a trace, with all that can be shown of it.</summary>
    /// <param name="spans">All spans that are known of one trace, at least one, in any order, repeated or not.</param>
    /// <param name="closed">True if no root is awaited any more. A trace with a root is closed in any case: only of closed traces are missing parents missing, and only a trace that is not closed is open.</param>
    /// <exception cref="ArgumentException">There are no spans.</exception>
    public TraceFindings Analyze(IReadOnlyList<SpanRecord> spans, bool closed) => Run(spans, closed, new TraceWorkspace());

    /// <summary>Analyses a trace for what is booked of it: the same findings, of which only the sums are handed on.</summary>
    /// <param name="spans">All spans that are known of one trace, at least one, in any order, repeated or not.</param>
    /// <param name="closed">As for <see cref="Analyze"/>.</param>
    /// <param name="revised">True if this is not the first revision of the trace.</param>
    /// <exception cref="ArgumentException">There are no spans.</exception>
    public BookedTrace Book(IReadOnlyList<SpanRecord> spans, bool closed, bool revised)
    {
        TraceFindings findings = Run(spans, closed, _workspace);
        if (spans.Count > MaxKeptSpans)
        {
            _workspace = new TraceWorkspace();
        }

        return new BookedTrace(ContributionBuilder.Build(findings, revised, _contribution), findings.OutcomeSource, findings.StartUnixNanos, findings.EndUnixNanos);
    }

    /// <summary>The same in memory that is used again; for passes that go on from what the analysis leaves there.</summary>
    internal TraceFindings Run(IReadOnlyList<SpanRecord> spans, bool closed, TraceWorkspace work)
    {
        if (spans is not { Count: > 0 })
        {
            throw new ArgumentException("A trace has at least one span.", nameof(spans));
        }

        (SpanTree tree, SpanLayers layers, StepForest steps) = (work.Tree, work.Layers, work.Steps);
        TreeBuilder.Build(spans, tree);
        if (tree.Count == 0)
        {
            return TraceFindingsBuilder.OfSignalsAlone(work, closed);
        }

        if (options.AdjustSkew)
        {
            SkewAdjuster.Adjust(tree);
        }

        _ownLayers.Decide(tree, layers);
        IReadOnlySet<int> duplicates = options.Adopt ? Adopter.Adopt(tree, layers) : FrozenSet<int>.Empty;
        UrlLayers.Decide(tree, layers);
        LayerInheritance.Complete(tree, layers);

        StepBuilder.Build(tree, layers, duplicates, steps, work.Names);
        closed |= tree.Root != SpanTree.NoParent;
        if (closed)
        {
            MissingParents.Add(tree, layers, steps);
        }

        steps.Link();
        SpanVerdict[] verdicts = work.Verdicts;
        TraceNotes notes = SpanVerdicts.Judge(tree, layers, verdicts);
        StepVerdicts.Judge(tree, layers, steps, verdicts);
        Cancellation.BySibling(steps);
        TokenUsage.Count(tree, layers, steps);
        InnerAttempts.Find(tree, layers, steps, verdicts);
        SiblingAttempts.Merge(tree, steps);
        UnfailingSpans.Judge(tree, steps);
        QuietLosses.Mark(tree, layers, steps, notes);

        EvaluationFinding? evaluation = notes.AnyEvaluation ? EvaluationJudge.Decide(tree, layers, steps, options.Evaluations) : null;
        (TraceOutcome outcome, OutcomeSource source) = OutcomeDecider.Decide(tree, steps, verdicts, notes.OutcomeSpan, evaluation, closed);
        return TraceFindingsBuilder.Build(work, outcome, source, evaluation, _tasks.Of(tree));
    }
}
