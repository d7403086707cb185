using System.Runtime.InteropServices;

namespace TraceGap.Aggregation;

/// <summary>The steps of a trace while the passes work on them. May be used again for another trace.</summary>
internal sealed class StepForest
{
    private readonly List<StepDraft> _drafts = [];
    private readonly List<StepDraft> _parentsFirst = [];
    private readonly List<StepDraft> _byStart = [];
    private StepDraft?[] _ofSpan = [];
    private int[] _indexOfSpan = [];

    /// <summary>All steps, enclosing ones before those inside.</summary>
    public List<StepDraft> Steps { get; } = [];

    /// <summary>For every span the step that it belongs to, or null.</summary>
    public StepDraft?[] OfSpan => _ofSpan;

    /// <summary>The step that the root opened, or null.</summary>
    public StepDraft? Root { get; set; }

    /// <summary>How many steps were opened, those included that became attempts of others.</summary>
    public int Opened { get; private set; }

    /// <summary>The steps that no step encloses, in order of start.</summary>
    public List<StepDraft> Topmost { get; } = [];

    /// <summary>Begins with another trace; its steps are opened one by one.</summary>
    public void Begin(int spans)
    {
        Buffers.Cleared(ref _ofSpan, spans);
        Steps.Clear();
        Topmost.Clear();
        _parentsFirst.Clear();
        _byStart.Clear();
        Root = null;
        Opened = 0;
    }

    /// <summary>Adds a step that says nothing yet.</summary>
    public StepDraft Open()
    {
        if (Opened == _drafts.Count)
        {
            _drafts.Add(new StepDraft { Number = Opened });
        }

        StepDraft step = _drafts[Opened++];
        step.Reset();
        Steps.Add(step);
        return step;
    }

    /// <summary>Fills <see cref="Topmost"/> and <see cref="StepDraft.Children"/> from the parents, in order of start.</summary>
    public void Link()
    {
        Topmost.Clear();
        _parentsFirst.Clear();
        foreach (StepDraft step in Steps)
        {
            step.Children.Clear();
        }

        foreach (StepDraft step in InOrderOfStart())
        {
            (step.Parent?.Children ?? Topmost).Add(step);
        }
    }

    /// <summary>Every step once, enclosing ones before those inside; as of the last <see cref="Link"/>.</summary>
    public ReadOnlySpan<StepDraft> ParentsFirst()
    {
        if (_parentsFirst.Count == 0)
        {
            _parentsFirst.AddRange(Topmost);
            for (int read = 0; read < _parentsFirst.Count; read++)
            {
                _parentsFirst.AddRange(_parentsFirst[read].Children);
            }
        }

        return CollectionsMarshal.AsSpan(_parentsFirst);
    }

    /// <summary>The steps in order of start; of those that start together the enclosing ones first.</summary>
    public ReadOnlySpan<StepDraft> InOrderOfStart()
    {
        _byStart.Clear();
        _byStart.AddRange(Steps);
        Span<StepDraft> ordered = CollectionsMarshal.AsSpan(_byStart);
        StartOrder.Sort(ordered, static step => step.Start, static (left, right) => left.Start != right.Start ? left.Start.CompareTo(right.Start) : left.Rank.CompareTo(right.Rank));
        return ordered;
    }

    /// <summary>For each of so many spans the <see cref="StepDraft.Index"/> of its step, or −1.</summary>
    public int[] IndexesOfSpans(int spans)
    {
        Buffers.Reserve(ref _indexOfSpan, spans);
        for (int span = 0; span < spans; span++)
        {
            _indexOfSpan[span] = _ofSpan[span]?.Index ?? -1;
        }

        return _indexOfSpan;
    }
}
