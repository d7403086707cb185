using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Reflection;
using Spectre.Console;
using TraceGap.Help;
using TraceGap.Rendering;

namespace TraceGap.Commands;

/// <summary><c>tracegap help COMMAND</c> and <c>tracegap COMMAND --help</c>: the manual of a command.</summary>
internal static class HelpCommand
{
    /// <summary>Date of the version, for manual pages.</summary>
    private const string ReleaseDate = "2026-12-01";

    private static readonly Argument<string[]> Path = new("COMMAND") { Description = "Whose manual; without it that of tracegap.", HelpName = "COMMAND", Arity = ArgumentArity.ZeroOrMore };

    private static readonly Option<bool> Man = new("--man") { Description = "Print a manual page in roff, for man(1), instead of text." };

    public static Command New(Terminal terminal)
    {
        Command command = new("help", "Print the manual of a command.") { Path, Man };
        Path.CompletionSources.Add(static _ => CommandManual.Paths.Where(static path => path.Length > 0 && !path.Contains(' ', StringComparison.Ordinal)));
        command.SetAction(parsed => Run(parsed, terminal));
        return command;
    }

    /// <summary>Has <c>--help</c> print manuals.</summary>
    public static void Replace(RootCommand root, Terminal terminal)
    {
        root.Options.OfType<HelpOption>().Single().Action = new PrintManual(terminal);
        root.Options.OfType<VersionOption>().Single().Description = "Print the version.";
    }

    private static int Run(ParseResult parsed, Terminal terminal)
    {
        string[] names = parsed.GetValue(Path) ?? [];
        Command command = parsed.RootCommandResult.Command;
        foreach (string name in names)
        {
            if (command.Subcommands.FirstOrDefault(below => below.Name == name) is not Command below)
            {
                return terminal.Fail(ExitCodes.WrongUsage, $"there is no command '{string.Join(' ', names)}'; 'tracegap help' lists them");
            }

            command = below;
        }

        ManualPage page = ManualPages.Of(string.Join(' ', names), command);
        if (parsed.GetValue(Man))
        {
            string version = typeof(HelpCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
            terminal.Out.Write(ManualRoff.Write(page, version, ReleaseDate));
        }
        else
        {
            Print(page, terminal);
        }

        return ExitCodes.Fine;
    }

    private static void Print(ManualPage page, Terminal terminal)
    {
        foreach ((string line, bool isHeading) in ManualText.Lines(page, terminal.TextWidth))
        {
            if (isHeading)
            {
                terminal.Console.Write(new Text(line, Palette.Title));
                terminal.Console.WriteLine();
            }
            else
            {
                terminal.Out.WriteLine(line);
            }
        }
    }

    private sealed class PrintManual(Terminal terminal) : SynchronousCommandLineAction
    {
        // What else is on the line does not matter.
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            List<string> path = [];
            for (CommandResult? at = parseResult.CommandResult; at is { Command: not RootCommand }; at = at.Parent as CommandResult)
            {
                path.Insert(0, at.Command.Name);
            }

            Print(ManualPages.Of(string.Join(' ', path), parseResult.CommandResult.Command), terminal);
            return ExitCodes.Fine;
        }
    }
}
