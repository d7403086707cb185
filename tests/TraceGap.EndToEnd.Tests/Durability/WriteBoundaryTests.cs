using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using TraceGap.EndToEnd.Tests.Peers;
using TraceGap.EndToEnd.Tests.Serving;
using TraceGap.EndToEnd.Tests.Traces;
using TraceGap.Server;

namespace TraceGap.EndToEnd.Tests.Durability;

/// <summary>
/// Every call by which the server changes its data folder, inbox and database alike: the server dies there, or the call fails. A sample of them by default; all with
/// TRACEGAP_ALL_BOUNDARIES=1.
/// </summary>
public sealed class WriteBoundaryTests
{
    private const int Senders = 1;
    private const int Sample = 40;

    private static readonly bool All = Environment.GetEnvironmentVariable("TRACEGAP_ALL_BOUNDARIES") == "1";

    /// <summary>What is on disk before each boundary and in the middle of each write, from the first start to a clean end, is a folder from which the next start reaches the truth.</summary>
    [PeerTheory(Peer.Gcc)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_dies_at_any_write_loses_nothing_and_counts_nothing_twice(bool fsync)
    {
        SentSpans sent = await SentSpans.OfAsync(new Random(12), RandomTraces.Generate(seed: 12, 30), mostSpansPerRequest: 20);
        using FaultDisk disk = new(keepsCopies: true);
        List<long> acknowledged = [];
        using (ServerProcess server = disk.Launch(fsync))
        {
            await server.UntilReadyAsync();
            using RawGrpcClient client = new(server.OtlpGrpc);
            for (int i = 0; i < sent.Requests.Count; i++)
            {
                await client.ExportAsync(sent.Requests[i]);
                acknowledged.Add(disk.Boundaries);
                if (i % 4 == 3)
                {
                    await UntilQuietAsync(disk);
                }
            }

            await UntilQuietAsync(disk);
            Assert.Equal(0, await server.StopAsync());
        }

        Assert.True(!fsync || disk.FolderSyncs > 2, $"{disk.FolderSyncs} folder flushes");
        string[] copies = Directory.GetDirectories(disk.Copies);
        Assert.True(copies.Length > 200, $"{copies.Length} copies");
        Random.Shared.Shuffle(copies);
        await Parallel.ForEachAsync(copies.Take(All ? copies.Length : Sample), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (copy, _) =>
        {
            long boundary = long.Parse(Path.GetFileName(copy).Split('-')[0], CultureInfo.InvariantCulture);
            await GoOnAsync(copy, sent, acknowledged.Count(after => after < boundary));
        });
    }

    /// <summary>Whichever call fails once, the server goes on by itself and ends at the truth.</summary>
    [PeerFact(Peer.Gcc)]
    public async Task A_server_whose_writes_fail_one_after_the_other_goes_on_and_ends_at_the_truth()
    {
        int steps = All ? 400 : 60;
        SentSpans sent = await SentSpans.OfAsync(new Random(13), RandomTraces.Generate(seed: 13, steps), mostSpansPerRequest: 12);
        using FaultDisk disk = new();
        using ServerProcess server = disk.Launch();
        await server.UntilReadyAsync();
        await using ResendingLoad load = new(sent.Requests, Senders);
        load.Server = server.OtlpGrpc;
        int each = sent.Requests.Count / steps;
        for (int step = 0; step < steps; step++)
        {
            int offset = All ? 1 + (step / 4) : Random.Shared.Next(1, 40);
            Fault fault = (Fault)(1 + (step % 4));
            long before = disk.Failures;
            disk.FailAfter(offset, fault);
            load.SendUpTo((step + 1) * each);
            await load.UntilAcknowledgedAsync((step + 1) * each);
            await UntilQuietAsync(disk);
            disk.Heal();
            Assert.False(server.HasExited, $"{fault} at {offset} ended the server: {string.Join('\n', server.Errors)}");
        }

        Assert.True(disk.Failures > steps / 4, $"{disk.Failures} of {steps} failures came");
        load.SendUpTo(sent.Requests.Count);
        await load.UntilAcknowledgedAsync(sent.Requests.Count);
        await sent.AssertReportedByAsync(server.Http);
        Assert.Equal(0, await server.StopAsync());
    }

    /// <summary>A start that a failing call ends, ends with a reason that names the folder, and the next start works.</summary>
    [PeerFact(Peer.Gcc)]
    public async Task A_start_that_fails_says_why_and_the_next_one_works()
    {
        using FaultDisk disk = new();
        int starts = All ? 60 : 8;
        for (int i = 0; i < starts; i++)
        {
            disk.FailAfter(All ? 1 + i : Random.Shared.Next(1, 40), (Fault)(1 + (i % 2)));
            using (ServerProcess server = disk.Launch())
            {
                await Task.WhenAny(server.UntilReadyAsync(), server.UntilExitAsync());
                Assert.True(!server.HasExited || server.Errors.Any(line => line.Contains(disk.Folder, StringComparison.Ordinal)), string.Join('\n', server.Errors));
            }

            disk.Heal();
            using ServerProcess next = disk.Launch();
            await next.UntilReadyAsync();
            if (i % 2 == 0)
            {
                Directory.Delete(disk.Folder, recursive: true);
            }
        }
    }

    private static async Task GoOnAsync(string folder, SentSpans sent, int acknowledged)
    {
        await using TraceGapServer server = await TraceGapServer.StartAsync(DrivenServer.Options(folder), NullLoggerFactory.Instance);
        using (RawGrpcClient client = new(server.OtlpGrpc))
        {
            foreach (var request in sent.Requests.Skip(acknowledged))
            {
                await client.ExportAsync(request);
            }
        }

        try
        {
            await sent.AssertReportedByAsync(server.Http);
        }
        catch (Xunit.Sdk.XunitException failure)
        {
            Assert.Fail($"{Path.GetFileName(folder)}, {acknowledged} requests acknowledged: {failure.Message}");
        }
    }

    // Longer than the periods after which traces are stored: what follows an append has been written, or tried, by then.
    private static async Task UntilQuietAsync(FaultDisk disk)
    {
        long before;
        do
        {
            before = disk.Boundaries;
            await Task.Delay(450);
        }
        while (disk.Boundaries != before);
    }
}
