using System.Text.Json;
using TraceGap.EndToEnd.Tests.Peers;

namespace TraceGap.EndToEnd.Tests.Deploy;

/// <summary>The container file and the compose file: their grammar and schema, and that what they name is there. Images cannot be had where tests run; what the container file builds is built by <see cref="PublishedProgram"/>.</summary>
public sealed class ContainerTests
{
    private static readonly string ComposeFile = Path.Combine(PeerPaths.Deploy, "compose.yaml");

    [PeerFact(Peer.Node)]
    public async Task A_parser_of_container_files_and_the_schema_of_compose_find_nothing_wrong() =>
        Assert.Empty((await ReadAsync()).GetProperty("problems").EnumerateArray().Select(static problem => problem.GetString()));

    [PeerFact(Peer.Node)]
    public async Task Every_file_that_compose_mounts_is_there_and_every_volume_is_declared()
    {
        JsonElement compose = (await ReadAsync()).GetProperty("compose");
        string[] declared = [.. compose.GetProperty("volumes").EnumerateObject().Select(static volume => volume.Name)];
        List<string> used = [];
        foreach (JsonProperty service in compose.GetProperty("services").EnumerateObject())
        {
            foreach (string source in service.Value.GetProperty("volumes").EnumerateArray().Select(static volume => volume.GetString()!.Split(':')[0]))
            {
                if (source.StartsWith('.'))
                {
                    Assert.True(Path.Exists(Path.Combine(PeerPaths.Deploy, source)), $"{service.Name}: {source}");
                }
                else
                {
                    used.Add(source);
                }
            }

            // Ports are open on the machine itself and no further.
            Assert.All(service.Value.GetProperty("ports").EnumerateArray(), static port => Assert.StartsWith("127.0.0.1:", port.GetString(), StringComparison.Ordinal));
            Assert.Equal("ALL", service.Value.GetProperty("cap_drop")[0].GetString());
        }

        Assert.Equal(declared.Order(), used.Order());
    }

    [Fact]
    public void The_container_file_copies_what_is_there_and_what_the_ignore_file_lets_through()
    {
        string[] passed = [.. File.ReadAllLines(Path.Combine(PeerPaths.Root, ".dockerignore")).Where(static line => line.StartsWith('!')).Select(static line => line[1..])];
        string[] copied = [.. Containerfile.CopiesOf("build").Concat(Containerfile.CopiesOf("page")).SelectMany(static copy => copy.From)];

        Assert.Contains("src", copied);
        Assert.All(copied, source => Assert.True(Path.Exists(Path.Combine(PeerPaths.Root, source)), source));
        Assert.Empty(copied.Select(static source => source.Split('/')[0]).Except(passed));
    }

    [Fact]
    public void The_container_runs_as_nobody_with_its_own_health_check()
    {
        string last = Containerfile.Text[Containerfile.Text.LastIndexOf("FROM ", StringComparison.Ordinal)..];

        Assert.Matches(@"(?m)^USER [1-9]\d*:[1-9]\d*$", last);
        Assert.Matches(@"(?m)^HEALTHCHECK .* CMD \[""/usr/local/bin/tracegap"", ""ready""\]$", last);
        Assert.Contains("VOLUME [\"/data\"]", last, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> ReadAsync() => JsonDocument.Parse(
        await PeerRun.OutputAsync(PeerPaths.Node, Path.Combine(PeerPaths.NodeFolder, "deploy-files.js"), Containerfile.File, ComposeFile)).RootElement;
}
