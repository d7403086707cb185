namespace TraceGap.EndToEnd.Tests.Peers;

/// <summary>Whether a missing peer skips a test or fails it.</summary>
internal static class PeerPolicy
{
    /// <summary>Why tests with <paramref name="peer"/> are skipped; null if they run. Where peers are required they run, and fail for the same reason.</summary>
    public static string? SkipReason(Peer peer) => IsRequired(peer) ? null : PeerPaths.Problem(peer);

    // To mount and to make namespaces are rights that a machine gives or not, nothing that could be installed; the failing disk stands in for the first. Helm is in no package list; render.go stands in for it.
    private static bool IsRequired(Peer peer) => peer is not (Peer.Mount or Peer.Confinement or Peer.Helm) && Environment.GetEnvironmentVariable("TRACEGAP_REQUIRE_PEERS") == "1";
}
