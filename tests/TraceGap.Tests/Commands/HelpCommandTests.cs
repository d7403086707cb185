using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using TraceGap.Commands;
using TraceGap.Help;

namespace TraceGap.Tests.Commands;

/// <summary>Manuals: reviewed texts of every command, and that what they show is there.</summary>
public sealed partial class HelpCommandTests
{
    private static readonly RootCommand Root = CommandLineApp.Compose(NewTerminal());

    public static TheoryData<string> Paths => [.. CommandManual.Paths];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_manual_is_what_was_reviewed(string path)
    {
        string[] names = Split(path);
        CommandRun asked = await CommandRun.OfAsync(["help", .. names]);
        CommandRun flag = await CommandRun.OfAsync([.. names, "--help"]);

        Assert.Equal((ExitCodes.Fine, ""), (asked.ExitCode, asked.Error));
        Assert.Equal(asked, flag);
        Golden.Check($"help{string.Concat(names.Select(static name => $"-{name}"))}.txt", asked.Out);
    }

    [Fact]
    public async Task A_manual_page_is_what_was_reviewed() => Golden.Check("help-whatif.1", VersionInPage().Replace((await CommandRun.OfAsync("help", "whatif", "--man")).Out, "VERSION"));

    [Fact]
    public void Every_command_has_a_manual() => Assert.Equal(PathsOf(Root, "").Order(StringComparer.Ordinal), CommandManual.Paths.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Paths))]
    public void Every_option_is_in_the_manual_once_with_its_description(string path)
    {
        Command command = Find(path);
        ManualBlock.Term[] terms = [.. ManualPages.Of(path, command).Sections.Single(static section => section.Heading == "OPTIONS").Blocks.OfType<ManualBlock.Term>()];

        Assert.Equal(
            command.Options.Select(static option => option.Name).Append("--help").Distinct().Order(StringComparer.Ordinal), terms.Select(static term => term.Text.Split(' ', ',')[0]).Order(StringComparer.Ordinal));
        Assert.All(command.Options.Where(static option => option.Name != "--help"), option => Assert.Contains(terms, term => term.Meaning.StartsWith(option.Description!, StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Examples_are_command_lines_that_the_command_takes(string path)
    {
        foreach ((_, string line) in CommandManual.Of(path).Examples)
        {
            string[] words = [.. CommandLineParser.SplitCommandLine(line)];
            ParseResult parsed = Root.Parse(words[1..]);

            Assert.Equal("tracegap", words[0]);
            Assert.True(parsed.Errors.Count == 0, $"{line}: {string.Join(' ', parsed.Errors.Select(static error => error.Message))}");
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void What_a_manual_points_at_is_there(string path)
    {
        CommandManual manual = CommandManual.Of(path);

        Assert.Empty(manual.SeeAlso.Except(CommandManual.Paths));
        Assert.DoesNotContain(path, manual.SeeAlso);
        foreach (Match match in Document().Matches(manual.Document))
        {
            string text = File.ReadAllText(Path.Combine(RepositoryRoot(), match.Value));
            string? heading = Quoted().Match(manual.Document) is { Success: true } quoted ? quoted.Groups[1].Value : null;
            Assert.True(heading is null || Regex.IsMatch(text, $@"(?m)^(#+ |\*\*){Regex.Escape(heading)}"), $"{match.Value} has nothing headed {heading}");
        }
    }

    [Theory]
    [InlineData(40)]
    [InlineData(61)]
    [InlineData(120)]
    public void Running_text_keeps_to_the_width(int width)
    {
        foreach (string path in CommandManual.Paths)
        {
            ManualPage page = ManualPages.Of(path, Find(path));
            // Terms and what is to be pasted stay whole.
            HashSet<string> whole = [.. page.Sections.SelectMany(static section => section.Blocks).Select(static block => block is ManualBlock.Term term ? term.Text : block is ManualBlock.Example example ? example.Line : "")];
            Assert.DoesNotContain(ManualText.Lines(page, width).Select(static line => line.Line), line => line.Length > width && line.Trim().Contains(' ', StringComparison.Ordinal) && !whole.Contains(line.Trim()));
        }
    }

    [Fact]
    public async Task A_command_that_is_not_there_has_no_manual()
    {
        CommandRun run = await CommandRun.OfAsync("help", "alerts", "tset");

        Assert.Equal((ExitCodes.WrongUsage, "", "tracegap: there is no command 'alerts tset'; 'tracegap help' lists them\n"), (run.ExitCode, run.Out, run.Error));
    }

    [Fact]
    public async Task Help_is_given_whatever_else_is_wrong_on_the_line() => Assert.Equal(ExitCodes.Fine, (await CommandRun.OfAsync("report", "--window", "1x", "--help")).ExitCode);

    private static IEnumerable<string> PathsOf(Command command, string path) =>
        [path, .. command.Subcommands.SelectMany(below => PathsOf(below, path.Length == 0 ? below.Name : $"{path} {below.Name}"))];

    private static Command Find(string path) => Split(path).Aggregate((Command)Root, static (command, name) => command.Subcommands.Single(below => below.Name == name));

    private static string[] Split(string path) => path.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string RepositoryRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "TraceGap.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }

    private static Terminal NewTerminal() => new() { Out = TextWriter.Null, Error = TextWriter.Null, Console = Terminal.PlainConsole(TextWriter.Null, 80), OpenInput = static () => Stream.Null };

    [GeneratedRegex(@"(docs/)?[A-Za-z-]+\.md")]
    private static partial Regex Document();

    [GeneratedRegex("\"(.*)\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(?<=""TraceGap )[0-9.]+")]
    private static partial Regex VersionInPage();
}
