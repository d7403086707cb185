namespace TraceGap.EndToEnd.Tests.Peers;

/// <summary>Whether a missing peer skips a test or fails it.</summary>
internal static class PeerPolicy
{
    /// <summary>Why tests with <paramref name="peer"/> are skipped; null if they run. Where peers are required they run, and fail for the same reason.</summary>
    public static string? SkipReason(Peer peer) =>
        Environment.GetEnvironmentVariable("TRACEGAP_REQUIRE_PEERS") == "1" ? null : PeerPaths.Problem(peer);
}
