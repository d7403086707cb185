using System.Text.RegularExpressions;
using TraceGap.EndToEnd.Tests.Peers;

namespace TraceGap.EndToEnd.Tests.Docs;

/// <summary>The repository's documents.</summary>
internal static partial class DocFiles
{
    private static readonly string[] NotOurs = ["bin", "obj", "node_modules", ".git"];

    /// <summary>Paths of all documents below the repository, with slashes.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Below(PeerPaths.Root).Select(static file => Path.GetRelativePath(PeerPaths.Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    public static string Read(string path) => File.ReadAllText(Path.Combine(PeerPaths.Root, path));

    /// <summary>The code blocks of a document, in order.</summary>
    public static IEnumerable<CodeBlock> BlocksOf(string path) =>
        Fence().Matches(Read(path)).Select(match => new CodeBlock(path, match.Groups["language"].Value, match.Groups["text"].Value));

    /// <summary>A document without its code blocks.</summary>
    public static string ProseOf(string path) => Fence().Replace(Read(path), "\n");

    private static IEnumerable<string> Below(string folder) =>
    [
        .. Directory.GetFiles(folder, "*.md"),
        .. Directory.GetDirectories(folder).Where(static below => !NotOurs.Contains(Path.GetFileName(below))).SelectMany(Below),
    ];

    [GeneratedRegex("^```(?<language>[a-z]*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}

/// <summary>A code block.</summary>
/// <param name="File">Document that it stands in.</param>
/// <param name="Language">What is written behind its opening; empty for drawings.</param>
/// <param name="Text">Its lines.</param>
internal sealed record CodeBlock(string File, string Language, string Text)
{
    /// <summary>By what a table of blocks knows it: the document and the first line that is no comment.</summary>
    public string Name => $"{File}: {Text.Split('\n').First(static line => line.Length > 0 && line[0] != '#').Trim()}";
}
