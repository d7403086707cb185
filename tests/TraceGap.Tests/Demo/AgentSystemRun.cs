using TraceGap.Demo;

namespace TraceGap.Tests.Demo;

/// <summary>A run of the demo's agents with what they booked and the spans that they emitted.</summary>
internal sealed record AgentSystemRun(Ledger Ledger, CollectingProcessor.Store Spans)
{
    public static async Task<AgentSystemRun> OfAsync(Injection injection, int requests, int perSecond = 5000)
    {
        Ledger ledger = new();
        CollectingProcessor.Store store = new();
        using AgentServices services = new(() => new CollectingProcessor(store));
        await new AgentLoad(services, injection, ledger).RunAsync(requests, perSecond, static _ => { }, CancellationToken.None);
        return new AgentSystemRun(ledger, store);
    }
}
