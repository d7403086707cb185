using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using TraceGap.Aggregation;
using TraceGap.Offline;
using TraceGap.Otlp;
using TraceGap.Remote;
using TraceGap.Rendering;
using TraceGap.Reporting;
using TraceGap.Reporting.Traces;
using TraceGap.Server.Configuration;

namespace TraceGap.Commands;

/// <summary><c>tracegap explain-layer</c>: which rule decided the layer of spans, and why it did that of one.</summary>
internal static class ExplainLayerCommand
{
    private static readonly Argument<string[]> Files = SharedOptions.NewFiles(ArgumentArity.ZeroOrMore);
    private static readonly AccessOptions Access = new();
    private static readonly Option<string?> Trace = NewId("--trace", "Only this trace; needed to ask a server.", digits: 32);
    private static readonly Option<string?> Span = NewId("--span", "Explain this span.", digits: 16);
    private static readonly Option<string> Format = NewFormat();
    private static readonly Option<string?> Rules = SharedOptions.NewRules();
    private static readonly Option<string?> Config = SharedOptions.NewConfig();

    public static Command New(Terminal terminal)
    {
        Command command = new("explain-layer", "Show which rule decided the layer of spans, and for one span why; of recorded spans or of a trace of a running server.")
        {
            Files, Trace, Span, Format, Rules, Config,
        };
        Access.AddTo(command);
        command.Validators.Add(static result =>
        {
            bool hasFiles = result.GetValue(Files) is { Length: > 0 };
            if (!hasFiles && result.GetResult(Trace) is null)
            {
                result.AddError("name files of recorded spans, or a trace of a server with --trace.");
            }

            if (!hasFiles && result.GetResult(Rules) is not null)
            {
                result.AddError("--rules is for recorded spans; a server has its rules in its configuration.");
            }
        });
        command.SetAction((parsed, stop) => parsed.GetValue(Files) is { Length: > 0 } files ? OfFilesAsync(parsed, files, terminal, stop) : OfServerAsync(parsed, terminal, stop));
        return command;
    }

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

        TraceId? trace = parsed.GetValue(Trace) is string id && TraceId.TryParse(id, out TraceId asked) ? asked : null;
        if (parsed.GetValue(Span) is string spanText && SpanId.TryParse(spanText, out SpanId span))
        {
            TraceFindings? findings = trace is TraceId of ? analysis.Analyze(of) : analysis.AnalyzeTraceOf(span);
            LayerExplainer explainer = new(options.Analysis.LayerKeys, options.Analysis.Rules);
            return WriteSpan(terminal, parsed, findings is null ? null : SpanExplanationBuilder.Of(findings, span, explainer));
        }

        CoverageReport coverage = analysis.Coverage(trace: trace);
        if (coverage.Spans == 0)
        {
            return terminal.Fail(ExitCodes.Unreadable, $"no span of trace {parsed.GetValue(Trace)} was read");
        }

        if (parsed.GetValue(Format) == ReportFormat.Json)
        {
            terminal.Out.WriteLine(ReportJson.Write(coverage));
        }
        else
        {
            ExplanationView.Write(terminal.Console, coverage);
        }

        return ExitCodes.Fine;
    }

    private static async Task<int> OfServerAsync(ParseResult parsed, Terminal terminal, CancellationToken stop)
    {
        if (Access.Read(parsed, out ServerAccess access) is string wrong)
        {
            return terminal.Fail(ExitCodes.WrongUsage, wrong);
        }

        using QueryClient client = new(Access.Server(parsed), access);
        ServerAnswer answer = await client.GetAsync($"api/v1/traces/{parsed.GetValue(Trace)!.ToLowerInvariant()}", stop);
        if (answer.Problem is string problem)
        {
            return terminal.Fail(ExitCodes.Unreadable, problem);
        }

        TraceReport trace;
        try
        {
            trace = TraceAnswers.ReadTrace(answer.Body);
        }
        catch (JsonException)
        {
            return terminal.Fail(ExitCodes.Unreadable, $"{Access.Server(parsed)}: the answer is none of this version of TraceGap");
        }

        if (parsed.GetValue(Span) is string span)
        {
            return WriteSpan(terminal, parsed, SpanExplanationBuilder.Of(trace, span.ToLowerInvariant()));
        }

        SpanExplanation[] spans = [.. trace.Spans.Select(entry => SpanExplanationBuilder.Of(trace, entry.SpanId)!)];
        if (parsed.GetValue(Format) == ReportFormat.Json)
        {
            terminal.Out.WriteLine($"[{string.Join(',', spans.Select(static entry => ReportJson.Write(entry)))}]");
        }
        else
        {
            ExplanationView.Write(terminal.Console, spans);
        }

        return ExitCodes.Fine;
    }

    private static int WriteSpan(Terminal terminal, ParseResult parsed, SpanExplanation? explanation)
    {
        if (explanation is null)
        {
            string where = parsed.GetValue(Trace) is string trace ? $" of trace {trace}" : "";
            return terminal.Fail(ExitCodes.Unreadable, $"there is no span {parsed.GetValue(Span)}{where}");
        }

        if (parsed.GetValue(Format) == ReportFormat.Json)
        {
            terminal.Out.WriteLine(ReportJson.Write(explanation));
        }
        else
        {
            ExplanationView.Write(terminal.Console, explanation);
        }

        return ExitCodes.Fine;
    }

    private static Option<string> NewFormat()
    {
        Option<string> option = ServerDocument.NewFormat();
        option.Description = "table: for people. json: the same for programs.";
        return option;
    }

    private static Option<string?> NewId(string name, string description, int digits)
    {
        Option<string?> option = new(name) { Description = description, HelpName = "ID" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && (result.Tokens[0].Value.Length != digits || !result.Tokens[0].Value.All(char.IsAsciiHexDigit)))
            {
                result.AddError($"'{result.Tokens[0].Value}' is no {name[2..]} id; it has {digits} hexadecimal digits.");
            }
        });
        return option;
    }
}
