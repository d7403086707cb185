using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;

namespace TraceGap.Help;

/// <summary>Makes manuals of commands: what the command line takes comes from the commands themselves, what it is for from <see cref="CommandManual"/>.</summary>
internal static class ManualPages
{
    private const string Program = "tracegap";

    // Options by what they are about; those that are named nowhere come first, without a heading.
    private static readonly (string Heading, string[] Options)[] Groups =
    [
        ("Addresses", ["--otlp-grpc", "--otlp-http", "--http"]),
        ("Security", ["--tls-certificate", "--tls-key", "--tls-client-ca", "--ingest-token-file", "--query-token-file", "--insecure"]),
        ("Changes", ["--scale", "--parallelize", "--remove", "--retry", "--gate", "--fallback"]),
        ("Configuration", ["--config", "--rules", "--prices"]),
        ("Output", ["--format", "--json", "--limit", "--fail-if-diverged", "--fail-if-objective-missed"]),
        ("Server", ["--url", "--token", "--ca", "--cert", "--key"]),
    ];

    /// <summary>The manual of a command.</summary>
    /// <param name="path">The command's name with those above it, without the program's: <c>alerts test</c>; empty for the program.</param>
    /// <param name="command">The command.</param>
    public static ManualPage Of(string path, Command command)
    {
        CommandManual manual = CommandManual.Of(path);
        string summary = command.Description!.Split(". ")[0].TrimEnd('.');
        List<ManualSection> sections =
        [
            new("NAME", [new ManualBlock.Paragraph($"{NameOf(path)} - {char.ToLowerInvariant(summary[0])}{summary[1..]}")]),
            new("SYNOPSIS", [.. Synopsis(path, command).Select(static line => new ManualBlock.Paragraph(line))]),
            new("DESCRIPTION", [new ManualBlock.Paragraph(command.Description!), .. manual.Description.Select(static text => new ManualBlock.Paragraph(text))]),
        ];
        Add("COMMANDS", command.Subcommands.Where(static below => !below.Hidden).Select(static below => new ManualBlock.Term(Form(below), below.Description!)));
        Add("ARGUMENTS", command.Arguments.Select(static argument => new ManualBlock.Term(Form(argument), argument.Description!)));
        Add("OPTIONS", Options(command));
        Add("ENVIRONMENT", Environment(path, command));
        Add("EXIT STATUS", ExitStatus(manual));
        Add("EXAMPLES", manual.Examples.Select(static example => new ManualBlock.Example(example.Purpose, example.Line)));
        Add("SEE ALSO", [new ManualBlock.Paragraph(string.Join(", ", manual.SeeAlso.Select(static other => $"{NameOf(other)}(1)")) + $"; {manual.Document}")]);
        return new ManualPage(NameOf(path), sections);

        void Add(string heading, IEnumerable<ManualBlock> blocks)
        {
            ManualBlock[] all = [.. blocks];
            if (all.Length > 0)
            {
                sections.Add(new ManualSection(heading, all));
            }
        }
    }

    private static string NameOf(string path) => path.Length == 0 ? Program : $"{Program}-{path.Replace(' ', '-')}";

    private static IEnumerable<string> Synopsis(string path, Command command)
    {
        string name = path.Length == 0 ? Program : $"{Program} {path}";
        string arguments = string.Concat(command.Arguments.Select(static argument => $" {Form(argument)}"));
        if (command.Action is not null)
        {
            yield return $"{name} [OPTION]...{arguments}";
        }

        if (command.Subcommands.Count > 0)
        {
            yield return $"{name} COMMAND [OPTION]...";
        }
    }

    private static string Form(Command command) => string.Concat([command.Name, .. command.Arguments.Select(static argument => $" {Form(argument)}")]);

    private static string Form(Argument argument)
    {
        string name = Values(argument, argument.HelpName) ?? argument.Name;
        string several = argument.Arity.MaximumNumberOfValues > 1 ? $"{name}..." : name;
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{several}]" : several;
    }

    private static string Form(Option option)
    {
        // What is typed is the long name; short ones follow it.
        string names = string.Join(", ", option.Aliases.Where(static alias => alias.StartsWith('-')).Prepend(option.Name));
        string? value = option.Arity.MaximumNumberOfValues == 0 || option.ValueType == typeof(bool) ? null : Values(option, option.HelpName);
        return value is null ? names : $"{names} {value}";
    }

    /// <summary>How a value is written: by its name, else what it may be.</summary>
    private static string? Values(Symbol symbol, string? name)
    {
        string[] values = name is not null ? [] : [.. symbol.GetCompletions(CompletionContext.Empty).Select(static item => item.Label)];
        return name ?? (values.Length == 0 ? null : string.Join('|', values));
    }

    private static IEnumerable<ManualBlock> Options(Command command)
    {
        Option[] all = [.. command.Options.Where(static option => !option.Hidden), .. command is RootCommand ? [] : InheritedHelp(command)];
        Option[] ungrouped = [.. all.Where(static option => option is not HelpOption && !Groups.Any(group => group.Options.Contains(option.Name)))];
        foreach (Option option in ungrouped)
        {
            yield return Term(option);
        }

        foreach ((string heading, string[] names) in Groups)
        {
            Option[] members = [.. all.Where(option => names.Contains(option.Name))];
            if (members.Length > 0)
            {
                yield return new ManualBlock.Group(heading);
                foreach (Option option in members)
                {
                    yield return Term(option);
                }
            }
        }

        if (all.OfType<HelpOption>().FirstOrDefault() is HelpOption help)
        {
            yield return new ManualBlock.Group("Help");
            yield return new ManualBlock.Term(Form(help), "Print this.");
        }
    }

    /// <summary>Help is an option of the program that all commands take.</summary>
    private static IEnumerable<Option> InheritedHelp(Command command)
    {
        Command top = command;
        while (top.Parents.OfType<Command>().FirstOrDefault() is Command above)
        {
            top = above;
        }

        return top.Options.OfType<HelpOption>();
    }

    private static ManualBlock.Term Term(Option option) => new(Form(option), $"{option.Description}{Default(option)}{(option.Required ? " Required." : "")}");

    private static string Default(Option option)
    {
        if (!option.HasDefaultValue || option.ValueType == typeof(bool) || option.ValueType == typeof(void) || option.Description!.Contains("[default:", StringComparison.Ordinal))
        {
            return "";
        }

        string text = option.GetDefaultValue() switch
        {
            null => "",
            Uri address => address.AbsoluteUri.TrimEnd('/'),
            System.Collections.IEnumerable and not string => "",
            object value => value.ToString()!,
        };
        return text.Length == 0 ? "" : $" [default: {text}]";
    }

    private static IEnumerable<ManualBlock> Environment(string path, Command command)
    {
        if (command.Options.Any(static option => option.Name == "--token"))
        {
            yield return new ManualBlock.Term("TRACEGAP_TOKEN", "Bearer token, where --token is not given; unlike it, no list of processes shows it.");
        }

        if (command.Options.Any(static option => option.Name == "--config"))
        {
            yield return new ManualBlock.Term("TRACEGAP__KEY", "Any key of the configuration; a double underscore goes one level down: TRACEGAP__RETENTION__MAXAGE=7d. Wins over the file, and flags win over it.");
        }

        if (path is "serve")
        {
            yield return new ManualBlock.Term("OTEL_EXPORTER_OTLP_ENDPOINT", "Where the server's own metrics and traces go, if anywhere; the other OTEL_ variables mean what they always mean.");
        }

        yield return new ManualBlock.Term("NO_COLOR", "Set to anything, output has no colours; it has none in a pipe either.");
    }

    private static IEnumerable<ManualBlock> ExitStatus(CommandManual manual)
    {
        yield return new ManualBlock.Term("0", "All is well.");
        if (manual.BadNews is string badNews)
        {
            yield return new ManualBlock.Term("1", badNews);
        }

        yield return new ManualBlock.Term("2", "The command line or the configuration makes no sense.");
        yield return new ManualBlock.Term("3", "A file or a server could not be read, or a server could not start.");
    }
}
