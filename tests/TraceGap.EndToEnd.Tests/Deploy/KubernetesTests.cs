using TraceGap.EndToEnd.Tests.Peers;

namespace TraceGap.EndToEnd.Tests.Deploy;

/// <summary>The manifests that are applied as they are.</summary>
public sealed class KubernetesTests
{
    /// <summary>The manifests of <c>deploy/kubernetes</c>.</summary>
    internal static Manifests Plain { get; } = new(File.ReadAllText(Path.Combine(PeerPaths.Deploy, "kubernetes", "tracegap.yaml")));

    [Fact]
    public void Services_and_policies_select_the_pods_and_name_ports_that_they_have() => ManifestRules.SelectWhatIsThere(Plain);

    [Fact]
    public void Probes_ask_what_the_server_answers_and_a_pod_has_time_to_drain() => ManifestRules.ProbeAndDrain(Plain);

    [Fact]
    public void The_pod_security_standard_restricted_lets_it_in() => ManifestRules.AreRestricted(Plain);

    [Fact]
    public void What_is_mounted_is_there_and_belongs_to_the_user_of_the_image() => ManifestRules.MountWhatIsThere(Plain);
}
