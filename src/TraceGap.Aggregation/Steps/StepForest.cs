namespace TraceGap.Aggregation;

/// <summary>The steps of a trace while the passes work on them.</summary>
internal sealed class StepForest
{
    /// <summary>All steps, enclosing ones before those inside.</summary>
    public List<StepDraft> Steps { get; } = [];

    /// <summary>For every span the step that it belongs to, or null.</summary>
    public required StepDraft?[] OfSpan { get; init; }

    /// <summary>The step that the root opened, or null.</summary>
    public StepDraft? Root { get; set; }

    /// <summary>The steps that no step encloses, in order of start.</summary>
    public List<StepDraft> Topmost { get; } = [];

    /// <summary>Fills <see cref="Topmost"/> and <see cref="StepDraft.Children"/> from the parents, in order of start.</summary>
    public void Link()
    {
        Topmost.Clear();
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
    public List<StepDraft> ParentsFirst()
    {
        List<StepDraft> order = [.. Topmost];
        for (int read = 0; read < order.Count; read++)
        {
            order.AddRange(order[read].Children);
        }

        return order;
    }

    /// <summary>The steps in order of start; of those that start together the enclosing ones first.</summary>
    public StepDraft[] InOrderOfStart()
    {
        StepDraft[] ordered = [.. Steps];
        Array.Sort(ordered, static (left, right) => left.Start != right.Start ? left.Start.CompareTo(right.Start) : left.Rank.CompareTo(right.Rank));
        return ordered;
    }
}
