using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using TraceGap.Commands;

namespace TraceGap.EndToEnd.Tests.Docs;

/// <summary>Command lines of <c>tracegap</c> wherever a document has one: the command takes them.</summary>
public sealed partial class CommandLineTests
{
    // What stands for a value of the reader's.
    private static readonly (string Placeholder, string Value)[] Placeholders =
    [
        ("FILE…", "traces.jsonl"), ("FILE", "traces.jsonl"), ("--span ID", "--span 00f067aa0ba902b7"), ("ID", "4bf92f3577b34da6a3ce929d0e0e4736"), ("URL", "http://127.0.0.1:4319"), ("SHELL", "bash"), ("COMMAND", "report"),
        ("$command", "report"), ("…", ""), ("[", ""), ("]", ""),
    ];

    [Fact]
    public void Every_command_line_in_the_documents_is_one_that_the_command_takes()
    {
        RootCommand root = CommandLineApp.Compose(new Terminal { Out = TextWriter.Null, Error = TextWriter.Null, Console = Terminal.PlainConsole(TextWriter.Null, 80), OpenInput = static () => Stream.Null });
        List<string> wrong = [];
        int seen = 0;
        foreach (string document in DocFiles.All)
        {
            foreach (string line in Lines(document))
            {
                seen++;
                ParseResult parsed = root.Parse([.. CommandLineParser.SplitCommandLine(Placeholders.Aggregate(line, static (text, pair) => text.Replace(pair.Placeholder, pair.Value, StringComparison.Ordinal)))]);
                // A line that only names a command may leave out what the command needs.
                bool onlyNames = line.Split(' ').All(static word => WordOfCommand().IsMatch(word));
                if (parsed.UnmatchedTokens.Count > 0 || (!onlyNames && parsed.Errors.Count > 0))
                {
                    wrong.Add($"{document}: tracegap {line}: {string.Join(' ', parsed.Errors.Select(static error => error.Message))}");
                }
            }
        }

        Assert.True(seen > 50, $"only {seen} command lines were seen");
        Assert.Empty(wrong);
    }

    private static IEnumerable<string> Lines(string document) =>
        DocFiles.BlocksOf(document).Where(static block => block.Language == "sh").SelectMany(static block => block.Text.Split('\n')).SelectMany(static line => InShell().Matches(line))
            .Concat(InProse().Matches(DocFiles.ProseOf(document)))
            .Select(static match => match.Groups[1].Value.Trim())
            .Where(static line => line.Length > 0);

    // Behind the name of the program, up to what a shell would take for itself.
    [GeneratedRegex(@"(?:^|[;&|(] *|do )(?:tracegap|dotnet run --project src/TraceGap --) ([^|;&>#()]*)")]
    private static partial Regex InShell();

    [GeneratedRegex(@"`(?:source <\()?tracegap ([a-z-][^`|)]*)")]
    private static partial Regex InProse();

    [GeneratedRegex("^[a-z-]+$")]
    private static partial Regex WordOfCommand();
}
