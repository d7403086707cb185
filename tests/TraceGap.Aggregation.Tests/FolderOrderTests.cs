using System.Reflection;
using System.Text.RegularExpressions;

namespace TraceGap.Aggregation.Tests;

/// <summary>Holds the order that the project's README writes down: a source file uses types of its own line and of earlier ones only.</summary>
public partial class FolderOrderTests
{
    private const string Prefix = "source/";

    private static readonly Dictionary<string, int> RankOfEntry = ReadOrder();
    private static readonly Dictionary<string, string> Sources = ReadSources();

    [Fact]
    public void Every_source_file_has_its_place_in_the_order() =>
        Assert.DoesNotContain(Sources.Keys, static path => !RankOfEntry.ContainsKey(EntryOf(path)));

    [Fact]
    public void Source_files_use_only_types_of_their_own_line_and_of_earlier_ones()
    {
        Dictionary<string, int> rankOfType = [];
        foreach ((string path, string source) in Sources)
        {
            foreach (Match declaration in Declaration().Matches(source))
            {
                rankOfType[declaration.Groups[1].Value] = RankOf(path);
            }
        }

        Assert.Contains(nameof(RollupCell), rankOfType.Keys);
        IEnumerable<string> upstreamCalls =
            from source in Sources
            from name in Word().Matches(source.Value).Select(static match => match.Value).Distinct()
            where rankOfType.TryGetValue(name, out int rank) && rank > RankOf(source.Key)
            select $"{source.Key} uses {name}";
        Assert.Empty(upstreamCalls);
    }

    private static int RankOf(string path) => RankOfEntry[EntryOf(path)];

    private static string EntryOf(string path) => path.Contains('/', StringComparison.Ordinal) ? path[..(path.IndexOf('/', StringComparison.Ordinal) + 1)] : path;

    /// <summary>A numbered line names what stands on that rank: folders, and files beside the folders.</summary>
    private static Dictionary<string, int> ReadOrder() =>
        NumberedLine().Matches(Read("README.md"))
            .SelectMany(static (line, rank) => line.Groups[1].Captures.Select(entry => (Entry: entry.Value, Rank: rank)))
            .ToDictionary(static it => it.Entry, static it => it.Rank);

    private static Dictionary<string, string> ReadSources() =>
        typeof(FolderOrderTests).Assembly.GetManifestResourceNames()
            .Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(static name => name[Prefix.Length..].Replace('\\', '/'), static name => CommentOrText().Replace(Read(name), " "));

    private static string Read(string resource)
    {
        using StreamReader reader = new(Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"^\d+\. (?:`([^`]+)`(?:, )?)+:", RegexOptions.Multiline)]
    private static partial Regex NumberedLine();

    [GeneratedRegex(@"\b(?:class|struct|record|enum|interface) (?:struct |class )?([A-Z]\w*)")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    // Interpolations stay in the text that is left out: what a message shows was made by a type that is named elsewhere.
    [GeneratedRegex("""//[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)+'""")]
    private static partial Regex CommentOrText();
}
