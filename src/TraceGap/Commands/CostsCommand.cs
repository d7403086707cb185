using System.CommandLine;
using TraceGap.Offline;
using TraceGap.Rendering;
using TraceGap.Reporting;
using TraceGap.Server.Configuration;

namespace TraceGap.Commands;

/// <summary><c>tracegap costs</c>: tokens and costs, of a running server or of recorded spans.</summary>
internal static class CostsCommand
{
    private static readonly Argument<string[]> Files = SharedOptions.NewFiles(ArgumentArity.ZeroOrMore);
    private static readonly AccessOptions Access = new();
    private static readonly Option<string> Window = SharedOptions.NewWindow();
    private static readonly Option<string?> Workflow = SharedOptions.NewWorkflow();
    private static readonly Option<string> Format = ReportFormat.NewOption();
    private static readonly Option<string?> Config = SharedOptions.NewConfig();
    private static readonly Option<string?> Prices = new("--prices")
    {
        Description = "Prices for recorded spans: JSON of the shape {\"Prices\": {\"gpt-4o*\": {\"Input\": 2.5, \"Output\": 10, \"CachedInput\": 1.25}}}, per million tokens. "
            + "[default: those of the configuration] A server has prices of its own.",
        HelpName = "FILE",
    };

    public static Command New(Terminal terminal)
    {
        Command command = new("costs", "Show tokens and costs, of a running server or, given files, of recorded spans.") { Files, Window, Workflow, Format, Prices, Config };
        Access.AddTo(command);
        command.Validators.Add(static result =>
        {
            if (result.GetResult(Prices) is not null && result.GetValue(Files) is not { Length: > 0 })
            {
                result.AddError("--prices is for recorded spans; a server has its prices in its configuration.");
            }

            if (result.GetResult(Window) is { Implicit: false } && result.GetValue(Files) is { Length: > 0 })
            {
                result.AddError("--window is for a server; of recorded spans all are shown.");
            }
        });
        command.SetAction((parsed, stop) => parsed.GetValue(Files) is { Length: > 0 } files ? OfFilesAsync(parsed, files, terminal, stop) : OfServerAsync(parsed, terminal, stop));
        return command;
    }

    private static Task<int> OfServerAsync(ParseResult parsed, Terminal terminal, CancellationToken stop)
    {
        string format = parsed.GetValue(Format)!;
        return new ServerDocument(terminal, Access, parsed).ShowAsync(
            "api/v1/costs",
            [("window", parsed.GetValue(Window)), ("workflow", parsed.GetValue(Workflow))],
            format,
            static body => ReportJson.ReadCosts(body),
            costs => Write(terminal, costs, format),
            stop);
    }

    private static async Task<int> OfFilesAsync(ParseResult parsed, string[] files, Terminal terminal, CancellationToken stop)
    {
        List<string> errors = [.. ServerOptionsReader.Read(parsed.GetValue(Config), new Dictionary<string, string?>(), out ServerOptions options)];
        PriceTable prices = options.Prices;
        if (parsed.GetValue(Prices) is string file)
        {
            errors.AddRange(PriceSettings.ReadFile(file, out prices));
        }

        if (errors.Count > 0)
        {
            return terminal.Fail(ExitCodes.WrongUsage, errors);
        }

        OfflineAnalysis analysis = new(options.Analysis, options.Advertised);
        if (await SpanFiles.ReadAsync(terminal, analysis, options, files, stop) is string unreadable)
        {
            return terminal.Fail(ExitCodes.Unreadable, unreadable);
        }

        CostReport? costs = null;
        await ProgressBar.RunAsync(terminal.Progress, "analysing traces", analysis.Traces, progress =>
            Task.Run(() => costs = analysis.Costs(prices, parsed.GetValue(Workflow), done => progress(done)), stop));
        Write(terminal, costs!, parsed.GetValue(Format)!);
        return ExitCodes.Fine;
    }

    private static void Write(Terminal terminal, CostReport costs, string format)
    {
        switch (format)
        {
            case ReportFormat.Json:
                terminal.Out.WriteLine(ReportJson.Write(costs));
                break;
            case ReportFormat.Csv:
                terminal.Out.Write(ReportCsv.Write(costs));
                break;
            default:
                CostView.Write(terminal.Console, costs);
                break;
        }
    }
}
