using System.Text.RegularExpressions;
using TraceGap.EndToEnd.Tests.Peers;

namespace TraceGap.EndToEnd.Tests.Deploy;

/// <summary>What the Containerfile says.</summary>
internal static partial class Containerfile
{
    public static string File { get; } = Path.Combine(PeerPaths.Deploy, "Containerfile");

    public static string Text { get; } = System.IO.File.ReadAllText(File);

    /// <summary>What a stage copies from the repository, and to where.</summary>
    public static IEnumerable<(string[] From, string To)> CopiesOf(string stage)
    {
        string of = "";
        foreach (string line in Text.Split('\n'))
        {
            if (Stage().Match(line) is { Success: true } from)
            {
                of = from.Groups[1].Value;
            }
            else if (of == stage && line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from", StringComparison.Ordinal))
            {
                string[] parts = line["COPY ".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                yield return ([.. parts[..^1].Select(static part => part.TrimEnd('/'))], parts[^1]);
            }
        }
    }

    [GeneratedRegex(@"^FROM \S+(?: AS (\S+))?$")]
    private static partial Regex Stage();
}
