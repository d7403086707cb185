using static TraceGap.Help.ManualBlock;

namespace TraceGap.Help;

/// <summary>A manual as plain text, wrapped to a width.</summary>
internal static class ManualText
{
    private const int Indent = 4;

    /// <summary>The lines of a page.</summary>
    /// <param name="page">The page.</param>
    /// <param name="width">Columns that there are.</param>
    /// <returns>Each line, and whether it is a heading.</returns>
    public static IEnumerable<(string Line, bool IsHeading)> Lines(ManualPage page, int width)
    {
        bool isFirst = true;
        foreach (ManualSection section in page.Sections)
        {
            if (!isFirst)
            {
                yield return ("", false);
            }

            isFirst = false;
            yield return (section.Heading, true);
            ManualBlock? before = null;
            foreach (ManualBlock block in section.Blocks)
            {
                // Terms follow each other and their group's heading closely.
                if (before is not (null or Group) && !(before is Term && block is Term))
                {
                    yield return ("", false);
                }

                foreach (string line in Lines(block, width))
                {
                    yield return (line, block is Group);
                }

                before = block;
            }
        }
    }

    private static IEnumerable<string> Lines(ManualBlock block, int width) => block switch
    {
        Paragraph paragraph => Wrap(paragraph.Text, Indent, width),
        Group group => [$"{new string(' ', Indent / 2)}{group.Heading}"],
        Term term => [$"{new string(' ', Indent)}{term.Text}", .. Wrap(term.Meaning, 2 * Indent, width)],
        Example example => [.. Wrap(example.Purpose, Indent, width), $"{new string(' ', 2 * Indent)}{example.Line}"],
        _ => throw new ArgumentOutOfRangeException(nameof(block), block, "is of no kind that manuals have"),
    };

    /// <summary>Breaks text into lines. A word that is longer than the line stands alone, and over its end.</summary>
    /// <param name="text">Words.</param>
    /// <param name="indent">Columns that stay empty before them.</param>
    /// <param name="width">Columns that there are.</param>
    /// <param name="lengthOf">Columns of a word; null for its length.</param>
    public static IEnumerable<string> Wrap(string text, int indent, int width, Func<string, int>? lengthOf = null)
    {
        List<string> line = [];
        int used = 0;
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            int length = lengthOf?.Invoke(word) ?? word.Length;
            if (line.Count > 0 && indent + used + 1 + length > width)
            {
                yield return new string(' ', indent) + string.Join(' ', line);
                line.Clear();
                used = 0;
            }

            used += (line.Count > 0 ? 1 : 0) + length;
            line.Add(word);
        }

        if (line.Count > 0)
        {
            yield return new string(' ', indent) + string.Join(' ', line);
        }
    }
}
