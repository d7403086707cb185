namespace TraceGap.Benchmarks.Figures;

/// <summary>A measured figure.</summary>
/// <param name="Name">What it is, with the circumstances.</param>
/// <param name="Value">Median of the rounds, smallest and largest.</param>
/// <param name="Unit">Unit; <c>×</c> for ratios.</param>
/// <param name="Budget">What it should be at most; null if it is there to explain another.</param>
internal sealed record Figure(string Name, Spread Value, string Unit, double? Budget)
{
    /// <summary>True if it keeps its budget.</summary>
    public bool IsMet => Value.Median <= Budget;
}

/// <summary>What an area found.</summary>
/// <param name="Title">Title.</param>
/// <param name="Method">How it was measured.</param>
/// <param name="Table">All figures.</param>
/// <param name="Figures">Those that have a budget or explain one.</param>
internal sealed record Section(string Title, string Method, Table Table, IReadOnlyList<Figure> Figures)
{
    public string ToMarkdown() => $"## {Title}\n\n{Method}\n\n{Table.ToMarkdown()}";
}
