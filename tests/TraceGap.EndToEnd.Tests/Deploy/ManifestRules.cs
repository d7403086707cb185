using k8s.Models;

namespace TraceGap.EndToEnd.Tests.Deploy;

/// <summary>What holds of manifests that run TraceGap, wherever they come from.</summary>
internal static class ManifestRules
{
    private const int User = 1654;

    /// <summary>Services and policies select the pods and name ports that they have.</summary>
    public static void SelectWhatIsThere(Manifests manifests)
    {
        IDictionary<string, string> labels = manifests.Server.Spec.Template.Metadata.Labels;
        V1NetworkPolicy[] policies = [.. manifests.Objects.OfType<V1NetworkPolicy>()];
        V1Service[] services = [.. manifests.Objects.OfType<V1Service>()];
        string[] ports = [.. manifests.Container.Ports.Select(static port => port.Name)];

        Assert.All(
            services.Select(static service => service.Spec.Selector).Append(manifests.Server.Spec.Selector.MatchLabels).Concat(policies.Select(static policy => policy.Spec.PodSelector.MatchLabels)),
            selector => Assert.Empty(selector.Except(labels)));
        Assert.Empty(services.SelectMany(static service => service.Spec.Ports).Select(static port => port.TargetPort.Value).Except(ports));
        Assert.Empty(policies.SelectMany(static policy => policy.Spec.Ingress).SelectMany(static rule => rule.Ports).Select(static port => port.Port.Value).Except(ports));
        Assert.Contains(services, service => service.Metadata.Name == manifests.Server.Spec.ServiceName && service.Spec.ClusterIP == "None");
        Assert.Equal([4317, 4318, 4319], manifests.Container.Ports.Select(static port => port.ContainerPort));
        // A rule without peers lets everyone in.
        Assert.All(policies.SelectMany(static policy => policy.Spec.Ingress), static rule => Assert.NotEmpty(rule.FromProperty));
        Assert.All(policies, static policy => Assert.Equal(["Egress", "Ingress"], policy.Spec.PolicyTypes.Order()));
    }

    /// <summary>Probes ask what the server answers, and a pod has time to drain.</summary>
    public static void ProbeAndDrain(Manifests manifests)
    {
        V1Container container = manifests.Container;
        V1Probe[] probes = [container.StartupProbe, container.LivenessProbe, container.ReadinessProbe];

        Assert.Equal(["/healthz http", "/healthz http", "/readyz http"], probes.Select(static probe => $"{probe.HttpGet.Path} {probe.HttpGet.Port.Value}"));
        bool isTls = container.Env.Any(static variable => variable.Name == "TRACEGAP__TLS__CERTIFICATE");
        Assert.All(probes, probe => Assert.Equal(isTls ? "HTTPS" : "HTTP", probe.HttpGet.Scheme ?? "HTTP"));
        Assert.True(manifests.Pod.TerminationGracePeriodSeconds > 30);
    }

    /// <summary>The pod security standard "restricted" lets the pod in.</summary>
    public static void AreRestricted(Manifests manifests)
    {
        V1PodSpec pod = manifests.Pod;
        V1SecurityContext container = manifests.Container.SecurityContext;

        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
        Assert.Equal<(bool?, bool?, string)>((false, true, "ALL"), (container.AllowPrivilegeEscalation, container.ReadOnlyRootFilesystem, Assert.Single(container.Capabilities.Drop)));
        Assert.Null(container.Capabilities.Add);
        Assert.False(pod.HostNetwork ?? pod.HostPID ?? pod.HostIPC ?? false);
        Assert.All(manifests.Container.Ports, static port => Assert.Null(port.HostPort));
        Assert.All(pod.Volumes, static volume => Assert.True(volume.Secret is not null || volume.ConfigMap is not null || volume.EmptyDir is not null));
        Assert.False(pod.AutomountServiceAccountToken);
    }

    /// <summary>What is mounted is there, belongs to the user of the image, and is where variables and arguments say.</summary>
    public static void MountWhatIsThere(Manifests manifests)
    {
        V1PodSpec pod = manifests.Pod;
        V1Container container = manifests.Container;
        string[] volumes = [.. pod.Volumes.Select(static volume => volume.Name), .. (manifests.Server.Spec.VolumeClaimTemplates ?? []).Select(static claim => claim.Metadata.Name)];

        Assert.Equal(volumes.Order(), container.VolumeMounts.Select(static mount => mount.Name).Order());
        Assert.Contains("TRACEGAP__DATA=/data", Containerfile.Text, StringComparison.Ordinal);
        Assert.Equal("/data", container.VolumeMounts.Single(static mount => mount.Name == "data").MountPath);
        Assert.All(
            container.Env.Select(static variable => variable.Value).Concat(container.Args ?? []).Where(static value => value?.StartsWith('/') ?? false),
            path => Assert.Contains(container.VolumeMounts, mount => path!.StartsWith($"{mount.MountPath}/", StringComparison.Ordinal)));
        Assert.Equal<(long?, long?, long?)>((User, User, User), (pod.SecurityContext.RunAsUser, pod.SecurityContext.RunAsGroup, pod.SecurityContext.FsGroup));
        Assert.Contains($"USER {User}:{User}", Containerfile.Text, StringComparison.Ordinal);
    }
}
