using TraceGap.EndToEnd.Tests.Peers;
using YamlDotNet.Serialization;

namespace TraceGap.EndToEnd.Tests.Deploy;

/// <summary>The Collector's files by their structure, since a Collector cannot be had where tests run: what a pipeline names is set up, what is set up is used, and TraceGap is reached where it listens.</summary>
public sealed class CollectorFilesTests
{
    private static readonly string[] Kinds = ["receivers", "processors", "exporters"];

    // Components of the image "opentelemetry-collector-contrib" that the files use; a new one is to be looked up and added.
    private static readonly string[] Known = ["otlp", "memory_limiter", "batch", "probabilistic_sampler", "tail_sampling", "loadbalancing"];

    public static TheoryData<string> Files => [.. Names];

    private static IEnumerable<string> Names => Directory.GetFiles(Path.Combine(PeerPaths.Deploy, "collector")).Select(static file => Path.GetFileName(file));

    [Theory]
    [MemberData(nameof(Files))]
    public void What_pipelines_name_is_set_up_and_used(string file)
    {
        Dictionary<string, object> settings = Read(file);
        Dictionary<object, object>[] pipelines = [.. Map(Map(settings["service"])["pipelines"]).Values.Select(Map)];

        foreach (string kind in Kinds)
        {
            string[] named = [.. pipelines.SelectMany(pipeline => (List<object>)pipeline[kind]).Select(static name => (string)name)];
            string[] setUp = [.. Map(settings[kind]).Keys.Select(static name => (string)name)];
            Assert.Equal(setUp.Order(), named.Distinct().Order());
            Assert.Empty(setUp.Select(static name => name.Split('/')[0]).Except(Known));
        }

        Assert.Equal(["exporters", "processors", "receivers", "service"], settings.Keys.Order());
        Assert.All(pipelines, static pipeline => Assert.Equal("memory_limiter", ((List<object>)pipeline["processors"])[0]));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Spans_go_to_where_tracegap_receives_them(string file)
    {
        Dictionary<object, object> exporters = Map(Read(file)["exporters"]);

        if (exporters.TryGetValue("loadbalancing", out object? balancer))
        {
            Dictionary<object, object> dns = Map(Map(Map(balancer)["resolver"])["dns"]);
            Assert.Equal(("traceID", "tracegap-headless", "4317"), ((string)Map(balancer)["routing_key"], (string)dns["hostname"], (string)dns["port"]));
        }
        else
        {
            Assert.Equal("tracegap:4317", Map(exporters["otlp/tracegap"])["endpoint"]);
        }
    }

    [Fact]
    public void No_tail_sampler_comes_before_tracegap()
    {
        foreach (string file in Names)
        {
            IEnumerable<Dictionary<object, object>> pipelines = Map(Map(Read(file)["service"])["pipelines"]).Values.Select(Map);
            Assert.All(pipelines.Where(static pipeline => ((List<object>)pipeline["exporters"]).Contains("otlp/tracegap")), static pipeline => Assert.DoesNotContain("tail_sampling", (List<object>)pipeline["processors"]));
        }
    }

    private static Dictionary<string, object> Read(string file) =>
        new DeserializerBuilder().WithDuplicateKeyChecking().Build().Deserialize<Dictionary<string, object>>(File.ReadAllText(Path.Combine(PeerPaths.Deploy, "collector", file)));

    private static Dictionary<object, object> Map(object value) => (Dictionary<object, object>)value;
}
