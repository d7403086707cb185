using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using k8s;
using k8s.Models;
using TraceGap.EndToEnd.Tests.Peers;
using TraceGap.Server.Configuration;
using YamlDotNet.Serialization;

namespace TraceGap.EndToEnd.Tests.Deploy;

/// <summary>The chart: what it renders, with its own values and with others, and what it refuses.</summary>
public sealed partial class HelmTests
{
    private const string Monitored = "serviceMonitor: { enabled: true, labels: { release: prometheus } }\nprometheusRule: { enabled: true, files: [server, scan, workflows] }\n";

    private static readonly Dictionary<string, string> Cases = new()
    {
        ["as it is"] = "",
        ["TLS"] = "tls: { enabled: true, secretName: tracegap-tls }",
        ["client certificates"] = "tls: { enabled: true, secretName: tracegap-tls, clientCa: true }\ntokens: { enabled: false }",
        ["other tokens"] = "tokens: { secretName: own, ingestKey: in, queryKey: out }",
        ["insecure"] = "tokens: { enabled: false }\ninsecure: true",
        ["configuration"] = "config: { Keep: { Content: true }, Retention: { MaxBytes: 100000000000, MaxAge: 7d } }",
        ["without a volume"] = "persistence: { enabled: false, size: 1Gi }",
        ["without a policy"] = "networkPolicy: { enabled: false }\nserviceAccount: { create: false, name: default }",
        ["nobody may send"] = "networkPolicy: { senders: [], egressPorts: [] }",
        ["monitored"] = Monitored,
        ["rules"] = """
            rules:
              - name: ticket lookups
                match: { attributes: { acme.stage: [lookup, "find-*"] } }
                layer: tool_call
              - name: health checks
                match: { service: "shop-*", name: "GET /healthz" }
                exclude: true
            """,
        ["all the rest"] = """
            extraEnv: [{ name: TRACEGAP__ALERTS__RECEIVERS__OPS__SECRETFILE, value: /etc/tracegap/hook/secret }]
            extraVolumes: [{ name: hook, secret: { secretName: hook } }]
            extraVolumeMounts: [{ name: hook, mountPath: /etc/tracegap/hook, readOnly: true }]
            podLabels: { team: agents }
            podAnnotations: { note: "one: two" }
            nodeSelector: { disk: fast }
            tolerations: [{ key: agents, operator: Exists }]
            affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: { matchExpressions: [{ key: disk, operator: Exists }] } }] } }
            topologySpreadConstraints: [{ maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway }]
            priorityClassName: high
            image: { tag: "7", pullSecrets: [{ name: registry }], pullPolicy: Always }
            service: { type: LoadBalancer, annotations: { a: b } }
            serviceAccount: { annotations: { a: b } }
            persistence: { storageClass: fast }
            fullnameOverride: gap
            replicas: 3
            """,
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [PeerTheory(Peer.Go)]
    [MemberData(nameof(Names))]
    public async Task What_it_renders_is_judged_as_the_plain_manifests_are(string name)
    {
        Manifests manifests = (await HelmChart.RenderAsync(Cases[name])).Manifests;

        ManifestRules.SelectWhatIsThere(manifests);
        ManifestRules.ProbeAndDrain(manifests);
        ManifestRules.AreRestricted(manifests);
        ManifestRules.MountWhatIsThere(manifests);
        Assert.Empty(ReadConfiguration(manifests, out _));
    }

    [PeerFact(Peer.Go)]
    public async Task As_it_is_it_runs_the_pod_of_the_plain_manifests()
    {
        Manifests chart = (await HelmChart.RenderAsync()).Manifests;
        Manifests plain = KubernetesTests.Plain;

        // What the chart has beside it: a file with the configuration, where the plain manifests have a variable.
        Assert.Empty(ReadConfiguration(chart, out ServerOptions options));
        V1EnvVar maxBytes = plain.Container.Env.Single(static variable => variable.Name == "TRACEGAP__RETENTION__MAXBYTES");
        Assert.Equal(maxBytes.Value, options.Retention.MaxBytes.ToString());
        V1PodSpec pod = chart.Pod;
        V1Container container = Assert.Single(pod.Containers);
        Assert.Equal(["serve", "--config", "/etc/tracegap/config/tracegap.json"], container.Args);
        container.Args = null;
        container.Env.Add(maxBytes);
        container.VolumeMounts.Remove(container.VolumeMounts.Single(static mount => mount.Name == "config"));
        pod.Volumes.Remove(pod.Volumes.Single(static volume => volume.Name == "config"));
        // What a tag other than "latest" gets by itself.
        Assert.Equal("IfNotPresent", container.ImagePullPolicy);
        container.ImagePullPolicy = null;

        Assert.Equal(KubernetesYaml.Serialize(plain.Pod), KubernetesYaml.Serialize(pod));
        Assert.Equal(KubernetesYaml.Serialize(plain.Server.Spec.VolumeClaimTemplates), KubernetesYaml.Serialize(chart.Server.Spec.VolumeClaimTemplates));
        Assert.Equal(Ports(plain), Ports(chart));
        Assert.Equal(KubernetesYaml.Serialize(plain.One<V1NetworkPolicy>().Spec.Ingress), KubernetesYaml.Serialize(chart.One<V1NetworkPolicy>().Spec.Ingress));
        Assert.Equal(KubernetesYaml.Serialize(plain.One<V1NetworkPolicy>().Spec.Egress), KubernetesYaml.Serialize(chart.One<V1NetworkPolicy>().Spec.Egress));
        Assert.Equal(plain.Objects.Select(static one => one.GetType().Name).Append(nameof(V1ConfigMap)).Order(), chart.Objects.Select(static one => one.GetType().Name).Order());

        static string[] Ports(Manifests manifests) => [.. manifests.Objects.OfType<V1Service>().Select(static service => $"{service.Metadata.Name} {KubernetesYaml.Serialize(service.Spec.Ports)}")];
    }

    [PeerFact(Peer.Go)]
    public async Task Values_do_what_they_say()
    {
        Manifests tls = (await HelmChart.RenderAsync(Cases["client certificates"])).Manifests;
        Assert.Equal(
            ["TRACEGAP__TLS__CERTIFICATE", "TRACEGAP__TLS__CLIENTCA", "TRACEGAP__TLS__KEY"], tls.Container.Env.Select(static variable => variable.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["config", "tls"], tls.Pod.Volumes.Select(static volume => volume.Name));

        Manifests rules = (await HelmChart.RenderAsync(Cases["rules"])).Manifests;
        Assert.Empty(ReadConfiguration(rules, out ServerOptions options));
        Assert.Equal(["ticket lookups", "health checks"], options.Analysis.Rules!.Rules.Select(static rule => rule.Name));

        Assert.Empty(ReadConfiguration((await HelmChart.RenderAsync(Cases["configuration"])).Manifests, out options));
        Assert.Equal((100_000_000_000, TimeSpan.FromDays(7), true), (options.Retention.MaxBytes, options.Retention.MaxAge, options.Keep.Content));

        Manifests volatileData = (await HelmChart.RenderAsync(Cases["without a volume"])).Manifests;
        Assert.Null(volatileData.Server.Spec.VolumeClaimTemplates);
        Assert.Equal("1Gi", volatileData.Pod.Volumes.Single(static volume => volume.Name == "data").EmptyDir.SizeLimit.ToString());

        // A configuration that changes restarts the pod; rules are followed.
        string before = Checksum((await HelmChart.RenderAsync()).Manifests);
        Assert.NotEqual(before, Checksum((await HelmChart.RenderAsync(Cases["configuration"])).Manifests));
        Assert.Equal(before, Checksum(rules));

        static string Checksum(Manifests manifests) => manifests.Server.Spec.Template.Metadata.Annotations["checksum/config"];
    }

    [PeerFact(Peer.Go)]
    public async Task What_watches_it_finds_it()
    {
        Manifests manifests = (await HelmChart.RenderAsync(Monitored)).Manifests;
        Dictionary<string, object> monitor = manifests.Monitoring.Single(static one => (string)one["kind"] == "ServiceMonitor");
        Dictionary<object, object> spec = Map(monitor["spec"]);
        Dictionary<object, object> endpoint = Map(Assert.Single((List<object>)spec["endpoints"]));
        V1Service service = manifests.Objects.OfType<V1Service>().Single(one => one.Spec.Ports.Any(port => port.Name == (string)endpoint["port"]));

        Assert.Empty(Map(Map(spec["selector"])["matchLabels"]).Select(static pair => KeyValuePair.Create((string)pair.Key, (string)pair.Value)).Except(service.Metadata.Labels));
        // Rules know the job by this name.
        Assert.Equal("tracegap", service.Metadata.Labels[(string)spec["jobLabel"]]);
        Dictionary<object, object> credentials = Map(Map(endpoint["authorization"])["credentials"]);
        Assert.Equal(manifests.Pod.Volumes.Single(static volume => volume.Name == "tokens").Secret.SecretName, credentials["name"]);
        Assert.Equal("query", credentials["key"]);
        Assert.Equal("prometheus", Map(Map(monitor["metadata"])["labels"])["release"]);

        foreach (string rules in (string[])["server", "scan", "workflows"])
        {
            Dictionary<string, object> found = manifests.Monitoring.Single(one => (string)Map(one["metadata"])["name"] == $"tracegap-{rules}");
            string file = File.ReadAllText(Path.Combine(PeerPaths.Deploy, "prometheus", "rules", $"{rules}.yml"));
            ISerializer yaml = new SerializerBuilder().Build();
            Assert.Equal(yaml.Serialize(new DeserializerBuilder().Build().Deserialize<object>(file)), yaml.Serialize(found["spec"]));
        }
    }

    [PeerTheory(Peer.Go)]
    [InlineData("replicas: many", "replicas")]
    [InlineData("replcas: 1", "replcas")]
    [InlineData("tls: { enabled: yes please }", "tls.enabled")]
    [InlineData("service: { type: Cluster }", "service.type")]
    [InlineData("prometheusRule: { files: [servers] }", "prometheusRule.files.0")]
    [InlineData("networkPolicy: { egressPorts: [99999] }", "networkPolicy.egressPorts.0")]
    [InlineData("persistence: { size: 20 GB }", "persistence.size")]
    [InlineData("rules: [{ name: a, match: { name: b }, layer: retreival }]", "rules.0.layer")]
    [InlineData("rules: [{ name: a, match: { name: b } }]", "rules.0")]
    [InlineData("extraEnv: { A: b }", "extraEnv")]
    [InlineData("tls: { enabled: true }", "tls.secretName: name the secret")]
    [InlineData("tokens: { enabled: false }", "Nothing protects the server")]
    [InlineData("serviceAccount: { create: false }", "serviceAccount.name: name the service account")]
    [InlineData("tls: { enabled: true, secretName: a, clientCa: true }\nserviceMonitor: { enabled: true }", "serviceMonitor.tlsConfig")]
    public async Task A_wrong_value_is_refused_by_its_name(string values, string name) => Assert.Contains(name, (await HelmChart.RenderAsync(values)).Refusal, StringComparison.Ordinal);

    [Fact]
    public void Every_value_is_in_the_schema_and_in_a_template()
    {
        JsonNode schema = JsonNode.Parse(File.ReadAllText(Path.Combine(HelmChart.Folder, "values.schema.json")))!;
        object values = new DeserializerBuilder().Build().Deserialize<object>(File.ReadAllText(Path.Combine(HelmChart.Folder, "values.yaml")));
        string templates = string.Concat(Directory.GetFiles(Path.Combine(HelmChart.Folder, "templates")).Select(File.ReadAllText));
        // What Helm itself hands to every chart.
        schema["properties"]!.AsObject().Remove("global");

        Look("", schema, Map(values));

        void Look(string path, JsonNode shape, Dictionary<object, object> found)
        {
            Assert.Equal(shape["properties"]!.AsObject().Select(static property => property.Key).Order(), found.Keys.Cast<string>().Order());
            foreach ((string name, JsonNode? below) in shape["properties"]!.AsObject())
            {
                string whole = $"{path}.{name}";
                if (!Regex.IsMatch(templates, $@"\.Values{Regex.Escape(whole)}\b(?!\.)"))
                {
                    Assert.True(below!["properties"] is not null, $"no template uses .Values{whole}");
                    Look(whole, below, Map(found[name]));
                }
            }
        }
    }

    [PeerFact(Peer.Go)]
    public async Task What_people_are_told_fits_their_values()
    {
        string secured = (await HelmChart.RenderAsync("tls: { enabled: true, secretName: a }\ntokens: { secretName: own, ingestKey: in }", "gap")).Notes;
        string open = (await HelmChart.RenderAsync(Cases["insecure"])).Notes;

        Assert.Contains("kubectl -n agents create secret generic own --from-literal=in=$(openssl rand -hex 32) --from-literal=query=", secured, StringComparison.Ordinal);
        Assert.Contains("https://gap-tracegap.agents.svc:4318", secured, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", open, StringComparison.Ordinal);
        Assert.Contains("http://tracegap.agents.svc:4318", open, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_made_for_the_version_of_the_program()
    {
        string chart = File.ReadAllText(Path.Combine(HelmChart.Folder, "Chart.yaml"));
        string build = File.ReadAllText(Path.Combine(PeerPaths.Root, "Directory.Build.props"));

        Assert.Equal(Version().Match(build).Groups[1].Value, AppVersion().Match(chart).Groups[1].Value);
    }

    [PeerFact(Peer.Helm)]
    public async Task Helm_itself_finds_nothing_wrong_and_renders_the_same()
    {
        await PeerRun.OutputAsync("helm", "lint", "--strict", HelmChart.Folder);
        foreach (string values in Cases.Values)
        {
            string file = Path.GetTempFileName();
            await File.WriteAllTextAsync(file, values);
            Manifests rendered = new(await PeerRun.OutputAsync("helm", "template", "tracegap", HelmChart.Folder, "--namespace", "agents", "--values", file));
            Manifests expected = (await HelmChart.RenderAsync(values)).Manifests;
            File.Delete(file);

            Assert.Equal(expected.Objects.Select(KubernetesYaml.Serialize).Order(), rendered.Objects.Select(KubernetesYaml.Serialize).Order());
        }
    }

    /// <summary>Reads the configuration as the server that runs in the pod would.</summary>
    private static IReadOnlyList<string> ReadConfiguration(Manifests manifests, out ServerOptions options)
    {
        string folder = Directory.CreateTempSubdirectory("tracegap-chart-").FullName;
        foreach ((string name, string text) in manifests.One<V1ConfigMap>().Data)
        {
            File.WriteAllText(Path.Combine(folder, name), text);
        }

        string? rules = manifests.Container.Env.SingleOrDefault(static variable => variable.Name == "TRACEGAP__RULES__FILE")?.Value;
        IReadOnlyList<string> problems = ServerOptionsReader.Read(
            Path.Combine(folder, Path.GetFileName(manifests.Container.Args[^1])),
            new Dictionary<string, string?> { ["Rules:File"] = rules is null ? null : Path.Combine(folder, Path.GetFileName(rules)) },
            out options);
        Directory.Delete(folder, recursive: true);
        return problems;
    }

    private static Dictionary<object, object> Map(object value) => (Dictionary<object, object>)value;

    [GeneratedRegex("<Version>(.*)</Version>")]
    private static partial Regex Version();

    [GeneratedRegex("(?m)^appVersion: (.*)$")]
    private static partial Regex AppVersion();
}
