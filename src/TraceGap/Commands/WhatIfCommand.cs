using System.CommandLine;
using System.Globalization;
using System.Text;
using TraceGap.Aggregation;
using TraceGap.Offline;
using TraceGap.Rendering;
using TraceGap.Reporting;
using TraceGap.Server.Configuration;

namespace TraceGap.Commands;

/// <summary><c>tracegap whatif</c>: latency and reliability before and after changes, of a running server or of recorded spans.</summary>
internal static class WhatIfCommand
{
    private static readonly AccessOptions Access = new();
    private static readonly Argument<string[]> Files = SharedOptions.NewFiles(ArgumentArity.ZeroOrMore);
    private static readonly Option<string> Window = SharedOptions.NewWindow();
    private static readonly Option<string?> Workflow = SharedOptions.NewWorkflow();
    private static readonly Option<int> Sample = WholeNumber.New("--sample", "Replay at most so many traces.", standard: 1000, least: 1, most: 10_000);
    private static readonly Option<string> Format = ServerDocument.NewFormat();
    private static readonly Option<string?> Config = SharedOptions.NewConfig();

    public static Command New(Terminal terminal)
    {
        Command command = new(
            "whatif",
            "Show what latency and reliability would have been had something been different. WHAT is a layer, step:PATTERN or model:PATTERN; a step goes by its key, its operation or a word of it.")
        {
            Files, Window, Workflow, Sample, Format, Config,
        };
        WhatIfFlags.AddTo(command);
        Access.AddTo(command);
        command.Validators.Add(static result =>
        {
            if (result.GetResult(Files) is { Tokens.Count: > 0 } && result.GetResult(Window) is { Implicit: false })
            {
                result.AddError("Recorded spans are taken as a whole; --window is for a server.");
            }
        });
        command.SetAction((parsed, stop) => RunAsync(parsed, terminal, stop));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken stop)
    {
        WhatIfRequest request = WhatIfFlags.Read(parsed);
        if (WhatIfReader.Judge(request, out ReplayChanges changes) is string wrong)
        {
            return terminal.Fail(ExitCodes.WrongUsage, wrong);
        }

        return parsed.GetValue(Files) is { Length: > 0 } files
            ? await OfFilesAsync(parsed, terminal, files, changes, stop)
            : await new ServerDocument(terminal, Access, parsed).ShowAsync(
                "api/v1/whatif",
                [
                    ("window", parsed.GetValue(Window)), ("workflow", parsed.GetValue(Workflow)), ("sample", parsed.GetValue(Sample).ToString(CultureInfo.InvariantCulture)),
                ],
                parsed.GetValue(Format)!,
                static body => WhatIfJson.ReadReport(body),
                report => WhatIfView.Write(terminal.Console, report),
                stop,
                WhatIfJson.WriteUtf8(request));
    }

    private static async Task<int> OfFilesAsync(ParseResult parsed, Terminal terminal, string[] files, ReplayChanges changes, CancellationToken stop)
    {
        IReadOnlyList<string> errors = ServerOptionsReader.Read(parsed.GetValue(Config), new Dictionary<string, string?>(), out ServerOptions options);
        if (errors.Count > 0)
        {
            return terminal.Fail(ExitCodes.WrongUsage, errors);
        }

        OfflineAnalysis analysis = new(options.Analysis, options.Advertised);
        SpanFiles input = new(terminal, analysis, options);
        await input.ReadAsync(files, stop);
        input.TellProblems();
        if (analysis.Traces == 0)
        {
            return terminal.Fail(ExitCodes.Unreadable, $"no span could be read from {string.Join(", ", files)}");
        }

        WhatIfReport? report = null;
        await ProgressBar.RunAsync(terminal.Progress, "analysing traces", analysis.Traces, progress =>
            Task.Run(() => report = analysis.WhatIf(changes, parsed.GetValue(Workflow), parsed.GetValue(Sample), done => progress(done)), stop));
        if (parsed.GetValue(Format) == ReportFormat.Json)
        {
            terminal.Out.WriteLine(Encoding.UTF8.GetString(WhatIfJson.WriteUtf8(report!)));
        }
        else
        {
            WhatIfView.Write(terminal.Console, report!);
        }

        return ExitCodes.Fine;
    }
}
