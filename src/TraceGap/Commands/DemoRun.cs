using Microsoft.Extensions.Logging;
using Spectre.Console;
using TraceGap.Demo;
using TraceGap.Remote;
using TraceGap.Rendering;
using TraceGap.Reporting;
using TraceGap.Server;
using TraceGap.Server.Configuration;

namespace TraceGap.Commands;

/// <summary>What the demo does.</summary>
/// <param name="Injection">The faults.</param>
/// <param name="Requests">How many requests.</param>
/// <param name="PerSecond">How many a second.</param>
internal sealed record DemoPlan(Injection Injection, int Requests, int PerSecond);

/// <summary>One run of the demo: start, send, wait until all is analysed, compare, keep serving or end.</summary>
internal sealed class DemoRun(Terminal terminal, DemoPlan plan)
{
    private static readonly TimeSpan FlushTime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Without any progress for so long, what is missing is taken to be lost; several times what a trace waits for late spans.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>What the window has beyond the time of sending: a slow machine may fall behind.</summary>
    private const int MarginMinutes = 30;

    private readonly Ledger _ledger = new();
    private readonly ExportCounts _exports = new();

    /// <summary>Runs the demo.</summary>
    public async Task<int> RunAsync(bool once, CancellationToken stop)
    {
        string folder = Directory.CreateTempSubdirectory("tracegap-demo-").FullName;
        try
        {
            ServerOptions options = new() { DataFolder = folder };
            using ILoggerFactory logging = ServerStart.NewLogging();
            ServerStart start = await StartAsync(options, logging, stop);
            if (start.Server is not TraceGapServer server)
            {
                return terminal.Fail(ExitCodes.Unreadable, start.Problem);
            }

            await using (server)
            {
                return await RunAsync(server, options, once, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCodes.Fine;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<int> RunAsync(TraceGapServer server, ServerOptions options, bool once, CancellationToken stop)
    {
        ServeCommand.WriteStartScreen(terminal.Console, server, options);
        terminal.Console.WriteLine();
        await SendAsync(server.OtlpGrpc, stop);
        using QueryClient client = new(server.Http);
        if (await WaitForReportAsync(client, stop) is not Report report)
        {
            return ExitCodes.Unreadable;
        }

        ReportView.Write(terminal.Console, report);
        bool equal = TruthView.Write(
            terminal.Console, TruthCheck.Counts(report, _ledger, _exports.SentSpans), TruthCheck.Estimates(report, plan.Injection));
        if (once)
        {
            return equal ? ExitCodes.Fine : ExitCodes.BadNews;
        }

        terminal.Console.WriteLine();
        terminal.Console.Write(new Text($"Still serving; look at {server.Http.AbsoluteUri.TrimEnd('/')} until Ctrl-C.", Palette.Title));
        terminal.Console.WriteLine();
        await ServeCommand.UntilStoppedAsync(stop);
        return ExitCodes.Fine;
    }

    /// <summary>Takes the usual ports, or says that they are taken and takes free ones.</summary>
    private async Task<ServerStart> StartAsync(ServerOptions options, ILoggerFactory logging, CancellationToken stop)
    {
        ServerStart usual = await ServerStart.TryAsync(options, logging, stop);
        if (usual.Server is not null)
        {
            return usual;
        }

        terminal.Tell($"{usual.Problem}; taking free ports");
        options.OtlpGrpc = "127.0.0.1:0";
        options.OtlpHttp = "127.0.0.1:0";
        options.Http = "127.0.0.1:0";
        return await ServerStart.TryAsync(options, logging, stop);
    }

    private async Task SendAsync(Uri endpoint, CancellationToken stop)
    {
        using AgentServices services = new(() => AgentServices.Batched(new CountingOtlpExporter(endpoint, _exports)));
        AgentLoad load = new(services, plan.Injection, _ledger);
        await ProgressBar.RunAsync(terminal.Progress, $"{plan.PerSecond} requests a second", plan.Requests,
            progress => load.RunAsync(plan.Requests, plan.PerSecond, begun => progress(begun), stop));
        if (!services.Flush(FlushTime))
        {
            terminal.Tell($"not all spans were sent within {FlushTime.TotalSeconds:0} seconds");
        }

        if (_exports.FailedBatches > 0)
        {
            terminal.Tell($"{_exports.FailedBatches} batches with {_exports.FailedSpans} spans were not accepted");
        }
    }

    /// <summary>Asks until every trace is in the report and none is open, or until nothing changes any more.</summary>
    private async Task<Report?> WaitForReportAsync(QueryClient client, CancellationToken stop)
    {
        string window = $"{(plan.Requests / plan.PerSecond / 60) + MarginMinutes}m";
        using PeriodicTimer timer = new(PollInterval, TimeProvider.System);
        long changed = TimeProvider.System.GetTimestamp();
        (long, long, long) last = default;
        while (true)
        {
            ServerAnswer answer = await client.GetAsync("api/v1/report", stop, ("window", window));
            if (answer.Problem is string problem)
            {
                terminal.Fail(ExitCodes.Unreadable, problem);
                return null;
            }

            Report report = ReportJson.ReadReport(answer.Body);
            bool complete = report.Traces.Total == _ledger.Total && report.Traces.Open == 0 && report.Spans == _exports.SentSpans;
            (long, long, long) now = (report.Traces.Total, report.Traces.Open, report.Spans);
            changed = now == last ? changed : TimeProvider.System.GetTimestamp();
            last = now;
            if (complete || TimeProvider.System.GetElapsedTime(changed) > Patience)
            {
                return report;
            }

            await timer.WaitForNextTickAsync(stop);
        }
    }
}
