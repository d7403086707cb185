using System.Text.RegularExpressions;
using TraceGap.EndToEnd.Tests.Peers;

namespace TraceGap.EndToEnd.Tests.Docs;

/// <summary>Links between documents, and to files: each leads somewhere.</summary>
public sealed partial class LinkTests
{
    [Fact]
    public void Every_link_to_a_file_or_a_heading_leads_there()
    {
        List<string> broken = [];
        int seen = 0;
        foreach (string document in DocFiles.All)
        {
            foreach (string target in Link().Matches(DocFiles.ProseOf(document)).Select(static match => match.Groups[1].Value).Where(static target => !target.Contains("://", StringComparison.Ordinal)))
            {
                seen++;
                string[] parts = target.Split('#');
                string file = parts[0].Length == 0 ? document : Path.GetRelativePath(PeerPaths.Root, Path.GetFullPath(Path.Combine(PeerPaths.Root, Path.GetDirectoryName(document)!, parts[0])));
                bool isThere = Path.Exists(Path.Combine(PeerPaths.Root, file)) && (parts.Length == 1 || Anchors(file).Contains(parts[1]));
                if (!isThere)
                {
                    broken.Add($"{document}: {target}");
                }
            }
        }

        Assert.True(seen > 30, $"only {seen} links were seen");
        Assert.Empty(broken);
    }

    [Fact]
    public void Every_document_is_reached_from_the_first_one()
    {
        HashSet<string> reached = ["README.md"];
        Queue<string> open = new(reached);
        while (open.TryDequeue(out string? document))
        {
            foreach (Match match in Link().Matches(DocFiles.ProseOf(document)))
            {
                string path = Path.GetRelativePath(PeerPaths.Root, Path.GetFullPath(Path.Combine(PeerPaths.Root, Path.GetDirectoryName(document)!, match.Groups[1].Value.Split('#')[0])));
                foreach (string found in DocFiles.All.Where(file => file == path || (file.StartsWith($"{path}/", StringComparison.Ordinal) && !file[(path.Length + 1)..].Contains('/'))).Where(reached.Add))
                {
                    open.Enqueue(found);
                }
            }
        }

        Assert.Empty(DocFiles.All.Where(static file => file.StartsWith("docs/", StringComparison.Ordinal)).Except(reached));
    }

    /// <summary>Names by which headings are linked: in small letters, blanks as hyphens, without other signs.</summary>
    private static HashSet<string> Anchors(string document) =>
        [.. Heading().Matches(DocFiles.ProseOf(document)).Select(static match => NotInAnchors().Replace(match.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'))];

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("(?m)^#+ (.*)$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
