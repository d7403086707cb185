namespace TraceGap.Help;

/// <summary>What a command's manual says, before it is text for a terminal or roff.</summary>
/// <param name="Name">Name of the page: <c>tracegap-report</c>.</param>
/// <param name="Sections">Its sections, in order.</param>
internal sealed record ManualPage(string Name, IReadOnlyList<ManualSection> Sections);

/// <summary>A section of a manual.</summary>
/// <param name="Heading">In capitals, as manuals have it.</param>
/// <param name="Blocks">What is below it, in order.</param>
internal sealed record ManualSection(string Heading, IReadOnlyList<ManualBlock> Blocks);

/// <summary>Something below a heading.</summary>
internal abstract record ManualBlock
{
    /// <summary>Running text, to be wrapped.</summary>
    public sealed record Paragraph(string Text) : ManualBlock;

    /// <summary>What holds the terms that follow together.</summary>
    public sealed record Group(string Heading) : ManualBlock;

    /// <summary>Something that is typed or met, and what it means.</summary>
    public sealed record Term(string Text, string Meaning) : ManualBlock;

    /// <summary>A line to paste, never wrapped, and what it is for.</summary>
    public sealed record Example(string Purpose, string Line) : ManualBlock;
}
