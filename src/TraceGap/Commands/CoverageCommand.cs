using System.CommandLine;
using System.Globalization;
using TraceGap.Offline;
using TraceGap.Rendering;
using TraceGap.Reporting;
using TraceGap.Server.Configuration;

namespace TraceGap.Commands;

/// <summary><c>tracegap coverage</c>: which rules decided the layers of spans and of path time, of a running server or of recorded spans.</summary>
internal static class CoverageCommand
{
    private static readonly Argument<string[]> Files = SharedOptions.NewFiles(ArgumentArity.ZeroOrMore);
    private static readonly AccessOptions Access = new();
    private static readonly Option<string> Window = SharedOptions.NewWindow();
    private static readonly Option<string?> Workflow = SharedOptions.NewWorkflow();
    private static readonly Option<int> Sample = WholeNumber.New("--sample", "Look at so many traces at most.", standard: 1000, least: 1, most: 10_000);
    private static readonly Option<string> Format = ServerDocument.NewFormat();
    private static readonly Option<string?> Rules = SharedOptions.NewRules();
    private static readonly Option<string?> Config = SharedOptions.NewConfig();

    public static Command New(Terminal terminal)
    {
        Command command = new("coverage", "Show which rules decided the layers of spans, of a running server or, given files, of recorded spans.")
        {
            Files, Window, Workflow, Sample, Format, Rules, Config,
        };
        Access.AddTo(command);
        command.Validators.Add(static result =>
        {
            if (result.GetResult(Rules) is not null && result.GetValue(Files) is not { Length: > 0 })
            {
                result.AddError("--rules is for recorded spans; a server has its rules in its configuration.");
            }

            if (result.GetResult(Window) is { Implicit: false } && result.GetValue(Files) is { Length: > 0 })
            {
                result.AddError("--window is for a server; of recorded spans all are shown.");
            }
        });
        command.SetAction((parsed, stop) => parsed.GetValue(Files) is { Length: > 0 } files ? OfFilesAsync(parsed, files, terminal, stop) : OfServerAsync(parsed, terminal, stop));
        return command;
    }

    private static Task<int> OfServerAsync(ParseResult parsed, Terminal terminal, CancellationToken stop) =>
        new ServerDocument(terminal, Access, parsed).ShowAsync(
            "api/v1/coverage",
            [("window", parsed.GetValue(Window)), ("workflow", parsed.GetValue(Workflow)), ("sample", parsed.GetValue(Sample).ToString(CultureInfo.InvariantCulture))],
            parsed.GetValue(Format)!,
            static body => ReportJson.ReadCoverage(body),
            coverage => CoverageView.Write(terminal.Console, coverage),
            stop);

    private static async Task<int> OfFilesAsync(ParseResult parsed, string[] files, Terminal terminal, CancellationToken stop)
    {
        IReadOnlyList<string> errors = ServerOptionsReader.Read(
            parsed.GetValue(Config), new Dictionary<string, string?> { ["Rules:File"] = parsed.GetValue(Rules) }, out ServerOptions options);
        if (errors.Count > 0)
        {
            return terminal.Fail(ExitCodes.WrongUsage, errors);
        }

        OfflineAnalysis analysis = new(options.Analysis);
        if (await SpanFiles.ReadAsync(terminal, analysis, options, files, stop) is string unreadable)
        {
            return terminal.Fail(ExitCodes.Unreadable, unreadable);
        }

        CoverageReport coverage = analysis.Coverage(parsed.GetValue(Workflow), sample: parsed.GetValue(Sample));
        if (parsed.GetValue(Format) == ReportFormat.Json)
        {
            terminal.Out.WriteLine(ReportJson.Write(coverage));
        }
        else
        {
            CoverageView.Write(terminal.Console, coverage);
        }

        return ExitCodes.Fine;
    }
}
