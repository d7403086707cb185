using System.CommandLine;
using System.CommandLine.Parsing;
using TraceGap.Remote;

namespace TraceGap.Commands;

/// <summary>Options that several commands share: of a server, and of what is asked.</summary>
internal static class SharedOptions
{
    /// <summary>The option <c>--url</c>.</summary>
    public static Option<Uri> NewUrl() => new("--url")
    {
        Description = "Address of the server's query API.",
        HelpName = "URL",
        DefaultValueFactory = static _ => new Uri(QueryClient.DefaultServer),
        CustomParser = ReadUrl,
    };

    /// <summary>The option <c>--workflow</c>.</summary>
    public static Option<string?> NewWorkflow() => new("--workflow") { Description = "Only this workflow (service/name).", HelpName = "W" };

    /// <summary>The option <c>--window</c>.</summary>
    public static Option<string> NewWindow()
    {
        Option<string> option = new("--window")
        {
            Description = "How far back to look: 30m, 1h, 7d.",
            HelpName = "DURATION",
            DefaultValueFactory = static _ => "1h",
        };
        option.Validators.Add(static result =>
        {
            string text = result.Tokens.Count == 0 ? "1h" : result.Tokens[0].Value;
            if (!Server.Queries.WindowText.TryParseDuration(text, out _))
            {
                result.AddError($"'{text}' is no duration; write 30m, 1h or 7d.");
            }
        });
        return option;
    }

    /// <summary>The argument for files of recorded spans.</summary>
    public static Argument<string[]> NewFiles(ArgumentArity arity)
    {
        Argument<string[]> files = new("FILE")
        {
            Description = "Files of the Collector's file exporter (JSON lines or protobuf), OTLP/JSON or OTLP protobuf, plain or gzip; - is the standard input.",
            Arity = arity,
        };
        files.Validators.Add(static result =>
        {
            // What looks like an option is a mistyped one, unless there is such a file.
            if (result.Tokens.Select(static token => token.Value).FirstOrDefault(static text => text.Length > 1 && text[0] == '-' && !File.Exists(text)) is string unknown)
            {
                result.AddError($"unknown option '{unknown}'.");
            }
        });
        return files;
    }

    /// <summary>The option <c>--config</c>.</summary>
    public static Option<string?> NewConfig() => new("--config")
    {
        Description = "A JSON file with a section TraceGap. [default: appsettings.json, if it is there] Environment variables TRACEGAP__KEY and flags win over it.",
        HelpName = "FILE",
    };

    /// <summary>The option <c>--rules</c>.</summary>
    public static Option<string?> NewRules() => new("--rules")
    {
        Description = "A YAML file with rules of your own for the layers of spans. [default: Rules:File of the configuration]",
        HelpName = "FILE",
    };

    private static Uri? ReadUrl(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https")
        {
            return url;
        }

        result.AddError($"'{text}' is no http or https address.");
        return null;
    }
}
