using System.Text;

namespace TraceGap.Benchmarks.Figures;

/// <summary>A table in Markdown, first column left, the others right, padded so that it reads as text too.</summary>
internal sealed class Table(params string[] head)
{
    private readonly List<string[]> _rows = [];

    public IReadOnlyList<string> Head => head;

    public void Add(params string[] cells) => _rows.Add(cells);

    public string ToMarkdown()
    {
        int[] widths = [.. Enumerable.Range(0, head.Length).Select(i => _rows.Append(head).Max(row => row[i].Length))];
        StringBuilder text = new();
        Line(head);
        text.Append("| ").AppendJoin(" | ", widths.Select(static (width, i) => i == 0 ? new string('-', width) : new string('-', width - 1) + ":")).Append(" |\n");
        _rows.ForEach(Line);
        return text.ToString();

        void Line(string[] row) =>
            text.Append("| ").AppendJoin(" | ", row.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))).Append(" |\n");
    }
}
