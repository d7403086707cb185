using k8s;
using k8s.Models;
using TraceGap.EndToEnd.Tests.Peers;

namespace TraceGap.EndToEnd.Tests.Deploy;

/// <summary>The manifests, read by the types that are made from Kubernetes' own API description: an unknown field, a wrong type or a key that comes twice is an error.</summary>
public sealed class KubernetesTests
{
    private const int User = 1654;

    private static readonly List<object> Objects = KubernetesYaml.LoadAllFromString(File.ReadAllText(Path.Combine(PeerPaths.Deploy, "kubernetes", "tracegap.yaml")), strict: true);

    private static V1StatefulSet Server => One<V1StatefulSet>();

    private static V1PodSpec Pod => Server.Spec.Template.Spec;

    private static V1Container Container => Assert.Single(Pod.Containers);

    [Fact]
    public void Services_and_policies_select_the_pods_and_name_ports_that_they_have()
    {
        IDictionary<string, string> labels = Server.Spec.Template.Metadata.Labels;
        V1NetworkPolicy policy = One<V1NetworkPolicy>();
        V1Service[] services = [.. Objects.OfType<V1Service>()];
        string[] ports = [.. Container.Ports.Select(static port => port.Name)];

        Assert.All(services.Select(static service => service.Spec.Selector).Append(Server.Spec.Selector.MatchLabels).Append(policy.Spec.PodSelector.MatchLabels), selector => Assert.Empty(selector.Except(labels)));
        Assert.Empty(services.SelectMany(static service => service.Spec.Ports).Select(static port => port.TargetPort.Value).Except(ports));
        Assert.Empty(policy.Spec.Ingress.SelectMany(static rule => rule.Ports).Select(static port => port.Port.Value).Except(ports));
        Assert.Contains(services, service => service.Metadata.Name == Server.Spec.ServiceName && service.Spec.ClusterIP == "None");
        Assert.Equal([4317, 4318, 4319], Container.Ports.Select(static port => port.ContainerPort));
        Assert.Equal(["Egress", "Ingress"], policy.Spec.PolicyTypes.Order());
    }

    [Fact]
    public void Probes_ask_what_the_server_answers_and_a_pod_has_time_to_drain()
    {
        Assert.Equal(
            ["/healthz http", "/healthz http", "/readyz http"],
            new[] { Container.StartupProbe, Container.LivenessProbe, Container.ReadinessProbe }.Select(static probe => $"{probe.HttpGet.Path} {probe.HttpGet.Port.Value}"));
        Assert.True(Pod.TerminationGracePeriodSeconds > 30);
    }

    [Fact]
    public void The_pod_security_standard_restricted_lets_it_in()
    {
        V1SecurityContext container = Container.SecurityContext;

        Assert.True(Pod.SecurityContext.RunAsNonRoot);
        Assert.Equal("RuntimeDefault", Pod.SecurityContext.SeccompProfile.Type);
        Assert.Equal<(bool?, bool?, string)>((false, true, "ALL"), (container.AllowPrivilegeEscalation, container.ReadOnlyRootFilesystem, Assert.Single(container.Capabilities.Drop)));
        Assert.Null(container.Capabilities.Add);
        Assert.False(Pod.HostNetwork ?? Pod.HostPID ?? Pod.HostIPC ?? false);
        Assert.All(Container.Ports, static port => Assert.Null(port.HostPort));
        Assert.All(Pod.Volumes, static volume => Assert.NotNull(volume.Secret));
        Assert.False(Pod.AutomountServiceAccountToken);
    }

    [Fact]
    public void What_is_mounted_is_there_and_belongs_to_the_user_of_the_image()
    {
        string[] volumes = [.. Pod.Volumes.Select(static volume => volume.Name), .. Server.Spec.VolumeClaimTemplates.Select(static claim => claim.Metadata.Name)];
        string tokens = Container.VolumeMounts.Single(static mount => mount.Name == "tokens").MountPath;

        Assert.Equal(volumes.Order(), Container.VolumeMounts.Select(static mount => mount.Name).Order());
        Assert.Contains("TRACEGAP__DATA=/data", Containerfile.Text, StringComparison.Ordinal);
        Assert.Equal("/data", Container.VolumeMounts.Single(static mount => mount.Name == "data").MountPath);
        Assert.All(Container.Env.Where(static variable => variable.Name.Contains("TOKENS", StringComparison.Ordinal)), variable => Assert.StartsWith($"{tokens}/", variable.Value, StringComparison.Ordinal));
        Assert.Equal<(long?, long?, long?)>((User, User, User), (Pod.SecurityContext.RunAsUser, Pod.SecurityContext.RunAsGroup, Pod.SecurityContext.FsGroup));
        Assert.Contains($"USER {User}:{User}", Containerfile.Text, StringComparison.Ordinal);
    }

    private static T One<T>() => Assert.Single(Objects.OfType<T>());
}
