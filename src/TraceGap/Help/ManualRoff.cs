using System.Text;
using static TraceGap.Help.ManualBlock;

namespace TraceGap.Help;

/// <summary>A manual in roff with the macros of man(7), as <c>man</c>, groff and mandoc read it.</summary>
internal static class ManualRoff
{
    // A line of the source beyond 80 bytes is taken for a mistake by checkers.
    private const int SourceWidth = 78;

    /// <summary>Writes a page.</summary>
    /// <param name="page">The page.</param>
    /// <param name="version">Version of the program, for the page's foot.</param>
    /// <param name="date">Date of that version, yyyy-MM-dd.</param>
    public static string Write(ManualPage page, string version, string date)
    {
        StringBuilder text = new();
        Line($".TH {Escape(page.Name.ToUpperInvariant())} 1 {date} \"TraceGap {version}\" \"TraceGap\"");
        // Words are not divided, and lines not stretched: much of this is to be typed.
        Line(".nh");
        Line(".ad l");
        foreach (ManualSection section in page.Sections)
        {
            Line($".SH {section.Heading}");
            for (int at = 0; at < section.Blocks.Count; at++)
            {
                // Nothing goes before the first paragraph of a section.
                Write(section.Blocks[at], isFirst: at == 0);
            }
        }

        return text.ToString();

        void Write(ManualBlock block, bool isFirst)
        {
            switch (block)
            {
                case Paragraph paragraph:
                    if (!isFirst)
                    {
                        Line(".PP");
                    }

                    Running(paragraph.Text);
                    break;
                case Group group:
                    Line($".SS {Escape(group.Heading)}");
                    break;
                case Term term:
                    Line(".TP");
                    Line($".B {Quote(term.Text)}");
                    Running(term.Meaning);
                    break;
                case Example example:
                    if (!isFirst)
                    {
                        Line(".PP");
                    }

                    Running(example.Purpose);
                    Line(".PP");
                    Line(".RS 4");
                    Line(".nf");
                    Line(Escape(example.Line));
                    Line(".fi");
                    Line(".RE");
                    break;
            }
        }

        void Running(string words)
        {
            foreach (string line in ManualText.Wrap(words, indent: 0, SourceWidth, static word => Escape(word).Length))
            {
                Line(Escape(line));
            }
        }

        void Line(string line) => text.Append(line).Append('\n');
    }

    // An argument of a macro: one, whatever blanks it has.
    private static string Quote(string text) => $"\"{Escape(text).Replace("\"", "\\(dq", StringComparison.Ordinal)}\"";

    private static string Escape(string text)
    {
        StringBuilder escaped = new();
        // A line that begins with one of these would be a macro.
        if (text.StartsWith('.') || text.StartsWith('\''))
        {
            escaped.Append("\\&");
        }

        foreach (Rune rune in text.EnumerateRunes())
        {
            escaped.Append(rune.Value switch
            {
                '\\' => "\\e",
                '-' => "\\-",
                '\'' => "\\(aq",
                '`' => "\\(ga",
                '^' => "\\(ha",
                '~' => "\\(ti",
                > 126 => $"\\[u{rune.Value:X4}]",
                _ => rune.ToString(),
            });
        }

        return escaped.ToString();
    }
}
