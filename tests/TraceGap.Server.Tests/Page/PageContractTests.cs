using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using TraceGap.Server.Configuration;

namespace TraceGap.Server.Tests.Page;

/// <summary>The page's types are made from <c>src/TraceGap.Page/openapi.json</c>.</summary>
public sealed class PageContractTests
{
    [Fact]
    public async Task The_server_serves_everything_that_the_page_was_typed_with()
    {
        JsonNode known = JsonNode.Parse(await File.ReadAllTextAsync(DocumentPath()))!;
        JsonNode served = JsonNode.Parse(await ServedAsync())!;

        // What the API has beyond that does the page no harm.
        string[] differences = [.. Missing(known, served, "")];
        Assert.True(
            differences.Length == 0,
            $"The API lacks what the page was typed with. Where that is meant, save /openapi/v1.json without \"servers\" as src/TraceGap.Page/openapi.json.\n{string.Join('\n', differences)}");
    }

    private static async Task<string> ServedAsync()
    {
        string data = Directory.CreateTempSubdirectory("tracegap-contract-").FullName;
        ServerOptions options = new() { DataFolder = data, OtlpGrpc = "127.0.0.1:0", OtlpHttp = "127.0.0.1:0", Http = "127.0.0.1:0" };
        await using (TraceGapServer server = await TraceGapServer.StartAsync(options, NullLoggerFactory.Instance))
        {
            using HttpClient client = new();
            string document = await client.GetStringAsync(new Uri(server.Http, "/openapi/v1.json"));
            await server.DisposeAsync();
            Directory.Delete(data, recursive: true);
            return document;
        }
    }

    /// <summary>Every place of <paramref name="known"/> that <paramref name="served"/> does not have as it is there. Descriptions are for people; lists are sets.</summary>
    private static IEnumerable<string> Missing(JsonNode? known, JsonNode? served, string place) => known switch
    {
        JsonObject fields => fields
            .Where(static field => field.Key is not ("description" or "summary"))
            .SelectMany(field => served is JsonObject there && there.TryGetPropertyValue(field.Key, out JsonNode? value)
                ? Missing(field.Value, value, $"{place}/{field.Key}")
                : [$"{place}/{field.Key} is not there"]),
        JsonArray entries => entries
            .Where(entry => served is not JsonArray there || !there.Any(other => !Missing(entry, other, "").Any()))
            .Select(entry => $"{place} has no {entry?.ToJsonString()}"),
        _ => JsonNode.DeepEquals(known, served) ? [] : [$"{place} is {served?.ToJsonString()}, not {known?.ToJsonString()}"],
    };

    private static string DocumentPath()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "TraceGap.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder!.FullName, "src", "TraceGap.Page", "openapi.json");
    }
}
