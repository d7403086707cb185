namespace TraceGap.Rendering;

/// <summary>A column of a <see cref="TextGrid"/>.</summary>
/// <param name="Head">Its head; may be empty.</param>
/// <param name="IsRight">Whether it is right-aligned, as numbers are.</param>
internal sealed record Column(string Head, bool IsRight = false)
{
    /// <summary>Columns with a greater rank are left out first where a console is narrow; those of rank 0 never.</summary>
    public int Rank { get; init; }

    /// <summary>If above 0, text that is longer may be shortened down to this width.</summary>
    public int ShortenTo { get; init; }

    /// <summary>If above 0, the column holds bars of up to this width.</summary>
    public int BarWidth { get; init; }

    /// <summary>A column of numbers.</summary>
    public static Column Number(string head, int rank = 0) => new(head, IsRight: true) { Rank = rank };

    /// <summary>A column of text that is never shortened.</summary>
    public static Column Text(string head, int rank = 0) => new(head) { Rank = rank };

    /// <summary>A column of text that gives way.</summary>
    public static Column Name(string head, int shortenTo, int rank = 0) => new(head) { ShortenTo = shortenTo, Rank = rank };

    /// <summary>A column of bars; the room that is left decides how long they are.</summary>
    public static Column Bars(int width, int rank = 0) => new("") { BarWidth = width, Rank = rank };
}
