using System.Buffers.Binary;
using Google.Protobuf;
using TraceGap.EndToEnd.Tests.Peers;
using TraceGap.EndToEnd.Tests.Serving;
using TraceGap.EndToEnd.Tests.Traces;
using TraceGap.Reporting;

namespace TraceGap.EndToEnd.Tests;

/// <summary>20,000 runs of six steps at 0.97, sent by a client that is not ours to a server in a process of its own: the report holds the truth, counts to the last one.</summary>
public sealed class KnownTruthTests
{
    private const int Runs = 20_000;
    private const int RunsPerRequest = 50;
    private static readonly double Product = Math.Pow(FailFastTraces.StepReliability, 6);

    [PeerFact(Peer.Python)]
    public async Task Serial_fail_fast_steps_multiply_to_what_is_observed()
    {
        (Report report, FailFastTruth truth) = await ReportAsync(new FailFastScenario());

        AssertCounts(report, truth);
        AssertHolds(Product, report.Reliability.Theoretical);
        Assert.InRange(Product, report.Reliability.Observed.Low!.Value, report.Reliability.Observed.High!.Value);
        Assert.False(report.Reliability.Divergence.Significant);
        Assert.Equal(0, report.Reliability.Divergence.Value!.Value, 12);
    }

    [PeerFact(Peer.Python)]
    public async Task Silent_failures_are_minus_their_share_and_significant()
    {
        (Report report, FailFastTruth truth) = await ReportAsync(new FailFastScenario(SilentShare: 0.05));

        AssertCounts(report, truth);
        AssertHolds(Product, report.Reliability.Theoretical);
        Assert.Equal(-(double)truth.Silent / Runs, report.Reliability.Decomposition.Silent!.Value, 12);
        Assert.True(report.Reliability.Divergence.Significant);
        Assert.Equal(truth.Silent, report.Failures.Single(static failure => failure.Layer is null).Traces);
    }

    [PeerFact(Peer.Python)]
    public async Task Retries_are_attempts_and_what_they_buy()
    {
        (Report report, FailFastTruth truth) = await ReportAsync(new FailFastScenario(Retries: true));

        AssertCounts(report, truth);
        AssertHolds(Product, report.Reliability.TheoreticalPerAttempt);
        AssertHolds(Math.Pow(1 - Math.Pow(1 - FailFastTraces.StepReliability, 2), 6), report.Reliability.Theoretical);
        Assert.Equal(
            report.Reliability.Theoretical.Value!.Value - report.Reliability.TheoreticalPerAttempt.Value!.Value,
            report.Reliability.Decomposition.Retries!.Value,
            12);
        Assert.False(report.Reliability.Divergence.Significant);
    }

    [PeerFact(Peer.Python)]
    public async Task Fallbacks_recover_what_failed()
    {
        (Report report, FailFastTruth truth) = await ReportAsync(new FailFastScenario(Fallbacks: true));

        AssertCounts(report, truth);
        Assert.Equal((double)truth.Recovered / Runs, report.Reliability.Decomposition.Recovered!.Value, 12);
        Assert.Equal(truth.Steps.Values.Sum(static step => step.Failures), report.Layers.Sum(static layer => layer.Recovered));
        AssertHolds(Product, report.Reliability.Theoretical);
        Assert.True(report.Reliability.Divergence.Significant);
    }

    private static async Task<(Report Report, FailFastTruth Truth)> ReportAsync(FailFastScenario scenario)
    {
        ulong now = RandomTraces.Start;
        (List<List<EmittedSpan>> runs, FailFastTruth truth) = FailFastTraces.Generate(seed: 97, Runs, scenario, now);
        string folder = Directory.CreateTempSubdirectory("tracegap-truth-").FullName;
        string file = Path.Combine(folder, "requests.bin");
        WriteRequests(file, runs);

        using ServerProcess server = await ServerProcess.StartAsync(Path.Combine(folder, "data"));
        string answered = await PeerRun.OutputAsync(
            PeerPaths.Python, Path.Combine(PeerPaths.PythonFolder, "send.py"), server.OtlpGrpc.Authority, file);
        Assert.Equal(Runs / RunsPerRequest, int.Parse(answered));

        Report? report = null;
        string query = $"/api/v1/report?to={(long)(now / 1_000_000_000)}&window=15m&workflow={Uri.EscapeDataString("shop/POST /ask")}";
        await Poll.UntilAsync(
            async client =>
            {
                report = ReportJson.ReadReport(await client.GetByteArrayAsync(new Uri(server.Http, query)));
                return report.Traces.Total == Runs;
            },
            () => $"{report?.Traces} of {Runs} traces arrived");
        Directory.Delete(folder, recursive: true);
        return (report!, truth);
    }

    private static void WriteRequests(string file, List<List<EmittedSpan>> runs)
    {
        using FileStream stream = File.Create(file);
        Span<byte> length = stackalloc byte[4];
        foreach (List<EmittedSpan>[] chunk in runs.Chunk(RunsPerRequest))
        {
            byte[] request = SpanSource.Request(chunk.SelectMany(static run => run)).ToByteArray();
            BinaryPrimitives.WriteInt32BigEndian(length, request.Length);
            stream.Write(length);
            stream.Write(request);
        }
    }

    private static void AssertCounts(Report report, FailFastTruth truth)
    {
        Assert.Equal(new TraceCounts(Runs, truth.Ok, Runs - truth.Ok, 0, 0, 0, 0, report.Traces.Revised), report.Traces);
        Assert.Equal((double)truth.Ok / Runs, report.Reliability.Observed.Value!.Value, 12);
        Dictionary<string, StepReport> steps = report.Steps.ToDictionary(static step => step.Operation);
        Assert.Equal(truth.Steps.Keys.Append("POST /ask").Order(), steps.Keys.Order());
        foreach ((string operation, (int executions, int attempts, int failures)) in truth.Steps)
        {
            StepReport step = steps[operation];
            Assert.Equal((operation, executions, attempts, failures), (operation, (int)step.Executions, (int)step.Attempts, (int)step.OwnFailures));
        }

        ReliabilityReport reliability = report.Reliability;
        Assert.Equal(
            reliability.Observed.Value!.Value,
            reliability.TheoreticalPerAttempt.Value!.Value + reliability.Decomposition.Retries!.Value + reliability.Decomposition.Dependence!.Value
                + reliability.Decomposition.Recovered!.Value + reliability.Decomposition.Silent!.Value,
            12);
    }

    private static void AssertHolds(double truth, Estimate estimate) => Assert.InRange(truth, estimate.Low!.Value, estimate.High!.Value);
}
