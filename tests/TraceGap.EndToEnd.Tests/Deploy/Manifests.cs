using k8s;
using k8s.Models;
using YamlDotNet.Serialization;

namespace TraceGap.EndToEnd.Tests.Deploy;

/// <summary>Manifests, read by the types that are made from Kubernetes' own API description: an unknown field, a wrong type or a key that comes twice is an error.</summary>
internal sealed class Manifests
{
    private const string OperatorGroup = "monitoring.coreos.com/";

    /// <param name="yaml">Documents, apart by lines of three dashes.</param>
    public Manifests(string yaml)
    {
        string[] documents = [.. $"\n{yaml}".Split("\n---\n").Where(static text => text.Split('\n').Any(static line => line.Length > 0 && line[0] != '#'))];
        Objects = KubernetesYaml.LoadAllFromString(string.Join("\n---\n", documents.Where(static text => !IsOfOperator(text))), strict: true);
        Monitoring = [.. documents.Where(IsOfOperator).Select(static text => new DeserializerBuilder().WithDuplicateKeyChecking().Build().Deserialize<Dictionary<string, object>>(text))];
    }

    /// <summary>Objects of Kubernetes itself.</summary>
    public IReadOnlyList<object> Objects { get; }

    /// <summary>Objects for the Prometheus operator, whose types Kubernetes does not know.</summary>
    public IReadOnlyList<Dictionary<string, object>> Monitoring { get; }

    public V1StatefulSet Server => One<V1StatefulSet>();

    public V1PodSpec Pod => Server.Spec.Template.Spec;

    public V1Container Container => Assert.Single(Pod.Containers);

    public T One<T>() => Assert.Single(Objects.OfType<T>());

    private static bool IsOfOperator(string document) => document.Contains($"apiVersion: {OperatorGroup}", StringComparison.Ordinal);
}
