using TraceGap.EndToEnd.Tests.Serving;
using TraceGap.EndToEnd.Tests.Traces;
using TraceGap.Storage;

namespace TraceGap.EndToEnd.Tests.Durability;

/// <summary>A server that is asked to end under load takes no more, stores what it has, and ends well.</summary>
public sealed class ShutdownTests
{
    [Fact]
    public async Task Stopped_under_load_everything_acknowledged_is_stored_and_the_exit_code_is_0()
    {
        Random random = new(6);
        SentSpans sent = await SentSpans.OfAsync(random, RandomTraces.Generate(seed: 6, 400), mostSpansPerRequest: 20);
        string data = Directory.CreateTempSubdirectory("tracegap-stop-").FullName;
        await using ResendingLoad load = new(sent.Requests);
        using (ServerProcess server = await ServerProcess.StartAsync(data))
        {
            load.Server = server.OtlpGrpc;
            load.SendUpTo(sent.Requests.Count / 2);
            await load.UntilAcknowledgedAsync(sent.Requests.Count / 4);

            // The other half comes while the server ends; the last request never reaches it.
            Task<int> stopping = server.StopAsync();
            load.SendUpTo(sent.Requests.Count - 1);
            Assert.Equal(0, await stopping);
        }

        load.Server = null;
        load.SendUpTo(sent.Requests.Count);
        Assert.True(TraceStore.TryOpen(new StoreOptions { Folder = data }, out TraceStore? store, out StoreError? error), error?.ToString());
        using (store)
        {
            Assert.Equal(0, store.ReadUnapplied().Sum(static entry => entry.Spans.Count));
            Assert.Empty(store.Damages);
        }

        using ServerProcess next = await ServerProcess.StartAsync(data, ("ASSEMBLY__ROOTGRACE", "800ms"));
        load.Server = next.OtlpGrpc;
        await load.UntilAcknowledgedAsync(sent.Requests.Count);
        await sent.AssertReportedByAsync(next.Http);
        Assert.Equal(0, await next.StopAsync());
        Directory.Delete(data, recursive: true);
    }
}
