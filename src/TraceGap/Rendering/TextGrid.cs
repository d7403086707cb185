using Spectre.Console;

namespace TraceGap.Rendering;

/// <summary>
/// A table in the one style of all reports: a faint head, no rules, two blanks between columns, one line a row. It fits: on a narrow console columns are left out by rank,
/// then names are shortened; room that is left goes to names and bars.
/// </summary>
internal sealed class TextGrid(params Column[] columns)
{
    private const string Gap = "  ";
    private const int ShortestBar = 4;

    private readonly List<Cell[]> _rows = [];

    /// <summary>Adds a row with a cell for each column.</summary>
    public void Row(params Cell[] cells)
    {
        if (cells.Length != columns.Length)
        {
            throw new ArgumentException($"The grid has {columns.Length} columns, the row {cells.Length} cells.", nameof(cells));
        }

        _rows.Add(cells);
    }

    /// <summary>Writes the table.</summary>
    public void Write(IAnsiConsole console)
    {
        int[] widths = Fit(console.Profile.Width);
        if (columns.Any(static column => column.Head.Length > 0))
        {
            WriteLine(console, widths, [.. columns.Select(static column => new Cell(column.Head, Palette.Faint))]);
        }

        foreach (Cell[] row in _rows)
        {
            WriteLine(console, widths, row);
        }
    }

    /// <summary>The width of each column; 0 for those that are left out.</summary>
    private int[] Fit(int width)
    {
        int[] natural = [.. columns.Select((_, i) => NaturalWidth(i))];
        int[] widths = [.. columns.Select((column, i) => LeastWidth(column, natural[i]))];
        for (int rank = columns.Max(static column => column.Rank); rank > 0 && Total(widths) > width; rank--)
        {
            for (int i = 0; i < widths.Length; i++)
            {
                widths[i] = columns[i].Rank == rank ? 0 : widths[i];
            }
        }

        int room = width - Total(widths);
        for (bool given = true; room > 0 && given;)
        {
            given = false;
            for (int i = 0; i < widths.Length && room > 0; i++)
            {
                if (widths[i] > 0 && widths[i] < natural[i])
                {
                    widths[i]++;
                    room--;
                    given = true;
                }
            }
        }

        return widths;
    }

    private int NaturalWidth(int column) => columns[column].BarWidth > 0
        ? columns[column].BarWidth
        : _rows.Select(row => row[column].Width).Append(columns[column].Head.Length).Max();

    private static int LeastWidth(Column column, int natural) => column switch
    {
        { BarWidth: > 0 } => Math.Min(natural, ShortestBar),
        { ShortenTo: > 0 } => Math.Min(natural, Math.Max(column.ShortenTo, column.Head.Length)),
        _ => natural,
    };

    private static int Total(int[] widths) => widths.Sum() + (Gap.Length * Math.Max(0, widths.Count(static width => width > 0) - 1));

    private void WriteLine(IAnsiConsole console, int[] widths, Cell[] row)
    {
        Paragraph line = new();
        int pending = 0;
        bool first = true;
        for (int i = 0; i < row.Length; i++)
        {
            if (widths[i] == 0)
            {
                continue;
            }

            string text = TextOf(row[i], widths[i]);
            int padding = widths[i] - Cell.WidthOf(text);
            pending += (first ? 0 : Gap.Length) + (columns[i].IsRight ? padding : 0);
            first = false;
            if (text.Length > 0)
            {
                // Blanks are written only before text, so no line ends in blanks.
                line.Append(new string(' ', pending)).Append(text, row[i].Style);
                pending = 0;
            }

            pending += columns[i].IsRight ? 0 : padding;
        }

        console.Write(line);
        console.WriteLine();
    }

    private static string TextOf(Cell cell, int width)
    {
        if (cell.Share is double share)
        {
            return Bars.Of(share, width);
        }

        // Wide characters take two places, so a text of the right length may still be too wide.
        string text = cell.Text;
        for (int length = width; Cell.WidthOf(text) > width; length--)
        {
            text = Figures.Shorten(cell.Text, length);
        }

        return text;
    }
}
