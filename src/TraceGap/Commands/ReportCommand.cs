using System.CommandLine;
using System.Text;
using System.Text.Json;
using TraceGap.Remote;
using TraceGap.Reporting;

namespace TraceGap.Commands;

/// <summary><c>tracegap report</c>: the report of a running server.</summary>
internal static class ReportCommand
{
    private const string CoverageSample = "200";

    private static readonly AccessOptions Access = new();
    private static readonly Option<string> Window = SharedOptions.NewWindow();
    private static readonly Option<string?> Workflow = SharedOptions.NewWorkflow();
    private static readonly Option<string> Format = ReportFormat.NewOption();
    private static readonly VerdictOptions Verdict = new();

    public static Command New(Terminal terminal)
    {
        Command command = new("report", "Show the report of a running server.") { Window, Workflow, Format };
        Verdict.AddTo(command);
        Access.AddTo(command);
        command.SetAction((parsed, stop) => RunAsync(parsed, terminal, stop));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken stop)
    {
        if (Access.Read(parsed, out ServerAccess access) is string wrong)
        {
            return terminal.Fail(ExitCodes.WrongUsage, wrong);
        }

        using QueryClient client = new(Access.Server(parsed), access);
        ServerAnswer answer = await client.GetAsync(
            "api/v1/report", stop, ("window", parsed.GetValue(Window)), ("workflow", parsed.GetValue(Workflow)));
        if (answer.Problem is string problem)
        {
            return terminal.Fail(ExitCodes.Unreadable, problem);
        }

        if (Read(answer.Body) is not Report report)
        {
            return terminal.Fail(ExitCodes.Unreadable, $"{Access.Server(parsed)}: the answer is no report of this version of TraceGap");
        }

        string format = parsed.GetValue(Format)!;
        if (format == ReportFormat.Json)
        {
            terminal.Out.WriteLine(Encoding.UTF8.GetString(answer.Body));
        }
        else
        {
            ReportFormat.Write(terminal, report, format, format == ReportFormat.Table ? await CoverageAsync(client, parsed, stop) : null);
        }

        return Verdict.Of(parsed, report);
    }

    /// <summary>For the warning below the report, which is shown without it where the server does not tell.</summary>
    private static async Task<CoverageReport?> CoverageAsync(QueryClient client, ParseResult parsed, CancellationToken stop)
    {
        ServerAnswer answer = await client.GetAsync(
            "api/v1/coverage", stop, ("window", parsed.GetValue(Window)), ("workflow", parsed.GetValue(Workflow)), ("sample", CoverageSample));
        try
        {
            return answer.Problem is null ? ReportJson.ReadCoverage(answer.Body) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Report? Read(byte[] body)
    {
        try
        {
            return ReportJson.ReadReport(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
