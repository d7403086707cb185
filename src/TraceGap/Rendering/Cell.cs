using Spectre.Console;
using Spectre.Console.Rendering;

namespace TraceGap.Rendering;

/// <summary>What stands in one place of a grid.</summary>
internal readonly record struct Cell
{
    /// <summary>Text. Names come from spans: what could steer a terminal is replaced.</summary>
    public Cell(string text, Style? style = null)
    {
        Text = Printable(text);
        Style = style ?? Palette.Plain;
    }

    private Cell(double share, Style style)
    {
        Text = "";
        Style = style;
        Share = share;
    }

    /// <summary>The text; empty for a bar.</summary>
    public string Text { get; }

    /// <summary>How it looks.</summary>
    public Style Style { get; }

    /// <summary>The length of a bar as a share of its column, 0..1; null for text.</summary>
    public double? Share { get; }

    /// <summary>Places that the text takes on a terminal.</summary>
    public int Width => WidthOf(Text);

    public static implicit operator Cell(string text) => new(text);

    /// <summary>A bar.</summary>
    public static Cell Bar(double? share, Style? style = null) => new(share ?? 0, style ?? Palette.Bar);

    /// <summary>Places that a text takes on a terminal.</summary>
    public static int WidthOf(string text) => text.All(char.IsAscii) ? text.Length : new Segment(text).CellCount();

    /// <summary>Text without what could steer a terminal.</summary>
    public static string Printable(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(static character => char.IsControl(character) ? '�' : character)) : text;
}
