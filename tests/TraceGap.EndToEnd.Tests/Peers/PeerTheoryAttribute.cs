namespace TraceGap.EndToEnd.Tests.Peers;

/// <summary>A theory that needs an outside peer: skipped with the reason where the peer is missing, unless TRACEGAP_REQUIRE_PEERS is 1.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PeerTheoryAttribute : TheoryAttribute
{
    public PeerTheoryAttribute(Peer peer)
    {
        Peer = peer;
        Skip = PeerPolicy.SkipReason(peer);
    }

    public Peer Peer { get; }
}
