using TraceGap.Commands;
using TraceGap.Rendering;
using TraceGap.Reporting;
using TraceGap.Tests.Commands;

namespace TraceGap.Tests.Rendering;

public sealed class LoadAndChangeViewTests
{
    private static readonly ConcurrencyReport Stalling = new(
        SampleReports.Agents.Window, "gateway/POST /ask", 60, 81.2,
        [
            new ConcurrencyLevel(4.1, 3, 360, 2.05, 2003, 1990, 2190, 2200),
            new ConcurrencyLevel(33.3, 6, 6000, 16.7, 2010, 1990, 2190, 2210),
            new ConcurrencyLevel(64.1, 9, 10800, 20.0, 3205, 3190, 3420, 3480),
        ],
        new ConcurrencyKnee(40.1, 2002, 20.03, 30));

    private static readonly DependenceReport Clustered = new(
        SampleReports.Agents.Window, "gateway/POST /ask", 3000,
        [
            new FailurePair("agents/tool_call/execute_tool crm_lookup", "agents/tool_call/execute_tool web_search", 2811, 41, 8.437, 4.86, 3.12, 7.57, true),
            new FailurePair("agents/inference/chat large", "agents/retrieval/retrieval handbook", 2790, 2, 2.31, 0.866, 0.13, 5.71, false),
        ],
        [new PositionHazard(1, 3000, 90, 0, new Estimate(0.03, 0.0245, 0.0367)), new PositionHazard(2, 2910, 87, 4.5, new Estimate(0.0314, 0.0257, 0.0384))],
        [new RetryGain("agents/tool_call/execute_tool crm_lookup", 1400, 140, 42, 2, 1.52), new RetryGain("agents/inference/chat large", 2800, 84, 0, 2, null)]);

    private static readonly Comparison Slower = ComparisonBuilder.Build(
        SampleReports.Agents,
        SampleReports.Agents with
        {
            Latency = SampleReports.Agents.Latency with { P99 = SampleReports.Agents.Latency.P99 * 2, Mean = SampleReports.Agents.Latency.Mean + 250 },
            Reliability = SampleReports.Agents.Reliability with { Observed = new ObservedReliability(0.70, 0.68, 0.72, 0.70, 0.70) },
        },
        new ComparedFilters("prod", "1", "prod", "2"));

    [Fact]
    public void Load_is_one_line_a_level_and_the_knee_in_words() => Golden.Check("concurrency-100.txt", ReportViewTests.Render(100, console => ConcurrencyView.Write(console, Stalling)));

    [Fact]
    public void Without_a_knee_none_is_claimed() =>
        Assert.Contains("Latency does not grow", ReportViewTests.Render(100, console => ConcurrencyView.Write(console, Stalling with { Knee = null })), StringComparison.Ordinal);

    [Fact]
    public void A_comparison_has_both_sides_and_the_difference() => Golden.Check("compare-110.txt", ReportViewTests.Render(110, console => ComparisonView.Write(console, Slower)));

    [Fact]
    public void Dependence_is_pairs_positions_and_retries() => Golden.Check("dependence-110.txt", ReportViewTests.Render(110, console => DependenceView.Write(console, Clustered)));

    [Fact]
    public void Sensitivity_is_one_line_a_part() => Golden.Check("sensitivity-110.txt", ReportViewTests.Render(110, console => SensitivityView.Write(console, new SensitivityReport(
        SampleReports.Agents.Window, "gateway/POST /ask", 0.815, 0.832,
        [new Sensitivity("tool_call", "tool_call", 0.97, 0.8402, 0.0252, 0.8577, 0.0257, 0.0084), new Sensitivity("inference", "inference", 0.971, 0.8158, 0.0008, 0.8568, 0.0248, 0.0003)],
        [new Sensitivity("agents/tool_call/execute_tool crm_lookup", "tool_call", 0.9712, 0.8281, 0.0131, 0.8447, 0.0127, 0.0045)]))));

    [Fact]
    public async Task What_is_compared_is_asked_for()
    {
        using CannedServer server = new(200, ReportJson.WriteUtf8(Slower));

        CommandRun run = await CommandRun.OfAsync("compare", "--url", server.Url, "--window", "30m", "--version-of", "2", "--against-version", "1");

        Assert.Equal(["/api/v1/compare?window=30m&version=2&againstVersion=1"], server.Asked);
        Assert.Contains("version 2", run.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Fine, run.ExitCode);
    }

    [Fact]
    public async Task Concurrency_is_asked_for_and_shown_as_json_as_it_came()
    {
        byte[] json = ReportJson.WriteUtf8(Stalling);
        using CannedServer server = new(200, json);

        CommandRun run = await CommandRun.OfAsync("concurrency", "--url", server.Url, "--workflow", "w", "--format", "json");

        Assert.Equal(["/api/v1/concurrency?window=1h&workflow=w"], server.Asked);
        Assert.Equal(System.Text.Encoding.UTF8.GetString(json) + "\n", run.Out);
    }

    [Fact]
    public async Task An_answer_that_is_something_else_is_told_in_one_line()
    {
        using CannedServer server = new(200, "{}"u8.ToArray());

        CommandRun run = await CommandRun.OfAsync("concurrency", "--url", server.Url);

        Assert.Equal(ExitCodes.Unreadable, run.ExitCode);
        Assert.EndsWith("the answer is not of this version of TraceGap\n", run.Error, StringComparison.Ordinal);
    }
}
