using System.Text;
using TraceGap.Commands;
using TraceGap.Reporting;
using TraceGap.Tests.Rendering;

namespace TraceGap.Tests.Commands;

public sealed class ReportCommandTests
{
    [Fact]
    public async Task The_window_and_the_workflow_are_asked_for_and_the_table_is_that_of_all_commands()
    {
        using CannedServer server = new(200, ReportJson.WriteUtf8(SampleReports.Agents));

        CommandRun run = await CommandRun.OfAsync("report", "--url", server.Url, "--window", "30m", "--workflow", "gateway/POST /ask");

        Assert.Equal(["/api/v1/report?window=30m&workflow=gateway%2FPOST%20%2Fask", "/api/v1/coverage?window=30m&workflow=gateway%2FPOST%20%2Fask&sample=200"], server.Asked);
        Assert.Equal(ReportViewTests.Render(SampleReports.Agents, 120), run.Out);
        Assert.Equal(ExitCodes.Fine, run.ExitCode);
        Assert.Empty(run.Error);
    }

    [Fact]
    public async Task Json_is_the_servers_as_it_is()
    {
        string json = ReportJson.Write(SampleReports.Agents, indented: true);
        using CannedServer server = new(200, Encoding.UTF8.GetBytes(json));

        Assert.Equal(json + "\n", (await CommandRun.OfAsync("report", "--url", server.Url, "--format", "json")).Out);
    }

    [Fact]
    public async Task Csv_is_a_flat_table()
    {
        using CannedServer server = new(200, ReportJson.WriteUtf8(SampleReports.Agents));

        CommandRun run = await CommandRun.OfAsync("report", "--url", server.Url, "--format", "csv");

        Assert.StartsWith("section,name,metric,value\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("\nlayers,inference,ownFailures,84\n", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-0.02, true, ExitCodes.BadNews)]
    [InlineData(-0.02, false, ExitCodes.Fine)]
    [InlineData(0.02, true, ExitCodes.Fine)]
    public async Task Only_a_significant_loss_fails_and_only_where_asked(double divergence, bool significant, int expected)
    {
        Report report = SampleReports.Agents with
        {
            Reliability = SampleReports.Agents.Reliability with { Divergence = new Divergence(divergence, null, null, null, null, significant) },
        };
        using CannedServer server = new(200, ReportJson.WriteUtf8(report));

        Assert.Equal(expected, (await CommandRun.OfAsync("report", "--url", server.Url, "--fail-if-diverged")).ExitCode);
        Assert.Equal(ExitCodes.Fine, (await CommandRun.OfAsync("report", "--url", server.Url)).ExitCode);
    }

    [Theory]
    [InlineData(-0.01, ExitCodes.BadNews)]
    [InlineData(0.0, ExitCodes.Fine)]
    [InlineData(null, ExitCodes.Fine)]
    public async Task Only_an_overspent_budget_fails_and_only_where_asked(double? remaining, int expected)
    {
        Report report = SampleReports.Agents with { Objective = SampleReports.Doubtful.Objective! with { ErrorBudgetRemaining = remaining } };
        using CannedServer server = new(200, ReportJson.WriteUtf8(report));

        Assert.Equal(expected, (await CommandRun.OfAsync("report", "--url", server.Url, "--fail-if-objective-missed")).ExitCode);
        Assert.Equal(ExitCodes.Fine, (await CommandRun.OfAsync("report", "--url", server.Url)).ExitCode);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named_with_the_cause()
    {
        string url = $"http://127.0.0.1:{CannedServer.FreePort()}";

        CommandRun run = await CommandRun.OfAsync("report", "--url", url);

        Assert.Equal(ExitCodes.Unreadable, run.ExitCode);
        Assert.Equal($"tracegap: cannot reach {url}/api/v1/report?window=1h: connection refused; is 'tracegap serve' running there?\n", run.Error);
    }

    [Theory]
    [InlineData(400, """{"title":"Bad Request","detail":"window: too long"}""", "400 window: too long")]
    [InlineData(500, "oops", "500 Internal Server Error")]
    [InlineData(200, """{"window":null}""", "the answer is no report of this version of TraceGap")]
    [InlineData(200, "<html>", "the answer is no report of this version of TraceGap")]
    public async Task An_answer_that_is_no_report_is_told_in_one_line(int status, string body, string reason)
    {
        using CannedServer server = new(status, Encoding.UTF8.GetBytes(body));

        CommandRun run = await CommandRun.OfAsync("report", "--url", server.Url);

        Assert.Equal(ExitCodes.Unreadable, run.ExitCode);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
        Assert.Equal(1, run.Error.Count(static character => character == '\n'));
    }
}
