using System.Text.RegularExpressions;
using TraceGap.Server.Configuration;

namespace TraceGap.EndToEnd.Tests.Docs;

/// <summary>The table of settings: what can be set, no less and no more.</summary>
public sealed partial class SettingsTests
{
    [Fact]
    public void Every_setting_is_in_the_table_and_every_row_is_a_setting()
    {
        string[] told = [.. Row().Matches(DocFiles.Read("README.md")).SelectMany(static row => Keys(row.Groups["keys"].Value))];

        Assert.Equal(ServerOptionsReader.Keys.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Variables_are_named_as_they_are_read()
    {
        foreach (Match row in Row().Matches(DocFiles.Read("README.md")))
        {
            string prefix = row.Groups["variable"].Value.Split('…')[0];
            string expected = $"{ServerOptionsReader.EnvironmentPrefix}{Keys(row.Groups["keys"].Value).First().ToUpperInvariant().Replace(":", "__", StringComparison.Ordinal)}";
            Assert.StartsWith(prefix, expected, StringComparison.Ordinal);
            Assert.True(row.Groups["variable"].Value.Contains('…', StringComparison.Ordinal) || prefix == expected, row.Value);
        }
    }

    /// <summary>The keys of a cell. One that follows another may leave out what they have in common.</summary>
    private static IEnumerable<string> Keys(string cell)
    {
        string before = "";
        foreach (string name in Code().Matches(cell).Select(static match => match.Groups[1].Value))
        {
            string key = name.StartsWith(':') ? before[..before.LastIndexOf(':')] + name
                : name.Contains(':', StringComparison.Ordinal) || before.Length == 0 ? name
                : $"{before[..before.LastIndexOf(':')]}:{name}";
            yield return key;
            before = key;
        }
    }

    [GeneratedRegex(@"(?m)^\| (?<keys>`[A-Z][^|]*) \| `(?<variable>TRACEGAP__[^`]*)` \|")]
    private static partial Regex Row();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
