using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using TraceGap.Aggregation;
using TraceGap.Offline;
using TraceGap.Otlp;
using TraceGap.Rendering;
using TraceGap.Reporting;
using TraceGap.Reporting.Traces;
using TraceGap.Server.Configuration;

namespace TraceGap.Commands;

/// <summary><c>tracegap analyze</c>: the report of recorded spans, without a server.</summary>
internal static class AnalyzeCommand
{
    // Enough to see what is missing, and little beside the whole.
    private const int CoverageSample = 1000;

    private static readonly Argument<string[]> Files = SharedOptions.NewFiles(ArgumentArity.OneOrMore);
    private static readonly Option<string> Format = ReportFormat.NewOption();
    private static readonly Option<string?> Workflow = SharedOptions.NewWorkflow();
    private static readonly Option<string?> Trace = NewTrace();
    private static readonly Option<string?> Config = SharedOptions.NewConfig();
    private static readonly Option<string?> Rules = SharedOptions.NewRules();
    private static readonly VerdictOptions Verdict = new();

    public static Command New(Terminal terminal)
    {
        Command command = new("analyze", "Show the report of recorded spans.") { Files, Format, Workflow, Trace, Rules, Config };
        Verdict.AddTo(command);
        command.Validators.Add(static result =>
        {
            if (result.GetResult(Trace) is not null && result.GetResult(Format) is OptionResult format && format.GetValueOrDefault<string>() == ReportFormat.Csv)
            {
                result.AddError("A trace is no flat table; use --format table or json with --trace.");
            }
        });
        command.SetAction((parsed, stop) => RunAsync(parsed, terminal, stop));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken stop)
    {
        IReadOnlyList<string> errors = ServerOptionsReader.Read(parsed.GetValue(Config), new Dictionary<string, string?> { ["Rules:File"] = parsed.GetValue(Rules) }, out ServerOptions options);
        if (errors.Count > 0)
        {
            return terminal.Fail(ExitCodes.WrongUsage, errors);
        }

        OfflineAnalysis analysis = new(options.Analysis, options.Advertised, options.Objectives.Of);
        if (await SpanFiles.ReadAsync(terminal, analysis, options, parsed.GetValue(Files)!, stop) is string unreadable)
        {
            return terminal.Fail(ExitCodes.Unreadable, unreadable);
        }

        string format = parsed.GetValue(Format)!;
        if (parsed.GetValue(Trace) is string id && TraceId.TryParse(id, out TraceId trace))
        {
            return WriteTrace(terminal, analysis.Analyze(trace), id, format);
        }

        Report report = await AnalyzeAsync(terminal, analysis, parsed.GetValue(Workflow));
        CoverageReport? coverage = format == ReportFormat.Table ? analysis.Coverage(parsed.GetValue(Workflow), sample: CoverageSample) : null;
        ReportFormat.Write(terminal, report, format, coverage);
        return Verdict.Of(parsed, report);
    }

    private static async Task<Report> AnalyzeAsync(Terminal terminal, OfflineAnalysis analysis, string? workflow)
    {
        Report? report = null;
        await ProgressBar.RunAsync(terminal.Progress, "analysing traces", analysis.Traces, progress =>
            Task.Run(() => report = analysis.Report(workflow, done => progress(done))));
        return report!;
    }

    private static int WriteTrace(Terminal terminal, TraceFindings? findings, string id, string format)
    {
        if (findings is null)
        {
            return terminal.Fail(ExitCodes.Unreadable, $"no span of trace {id} was read");
        }

        TraceReport trace = TraceReportBuilder.Build(findings, revision: 1);
        if (format == ReportFormat.Json)
        {
            terminal.Out.WriteLine(Encoding.UTF8.GetString(TraceReportJson.WriteUtf8(trace)));
        }
        else
        {
            TraceView.Write(terminal.Console, trace);
        }

        return ExitCodes.Fine;
    }

    private static Option<string?> NewTrace()
    {
        Option<string?> option = new("--trace") { Description = "Show this trace as a tree with its critical path instead of the report.", HelpName = "ID" };
        option.Validators.Add(static result =>
        {
            if (result.Tokens.Count > 0 && !TraceId.TryParse(result.Tokens[0].Value, out _))
            {
                result.AddError($"'{result.Tokens[0].Value}' is no trace id; it has 32 hexadecimal digits.");
            }
        });
        return option;
    }
}
