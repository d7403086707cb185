using System.Text.Json;
using System.Text.Json.Nodes;

namespace TraceGap.DotNetAgent;

/// <summary>The truth over all runs, in the words of the Node agents.</summary>
internal static class Truth
{
    private static readonly string[] Layers = ["ingress", "retrieval", "orchestration", "inference", "tool_call", "assembly"];

    public static JsonObject Of(IReadOnlyList<RunBook> books, int spans, JsonElement modelCalls)
    {
        RunBook.Entry[] entries = [.. books.SelectMany(static book => book.Entries)];
        IEnumerable<string> firstFailures = books.Where(static book => !book.Ok).Select(static book => book.FirstFailure ?? "silent");
        return new JsonObject
        {
            ["agent"] = "dotnet",
            ["runs"] = books.Count,
            ["ok"] = books.Count(static book => book.Ok),
            ["failed"] = books.Count(static book => !book.Ok),
            ["recovered"] = entries.Count(static entry => entry is { Failed: true, Caught: true }),
            ["cancelled"] = 0,
            ["spans"] = spans,
            ["firstFailures"] = new JsonObject(firstFailures.CountBy(static layer => layer).Select(static it => KeyValuePair.Create<string, JsonNode?>(it.Key, it.Value))),
            ["layers"] = new JsonObject(Layers.Select(layer => KeyValuePair.Create<string, JsonNode?>(layer, Sums([.. entries.Where(entry => entry.Layer == layer)], layer)))),
            ["operations"] = new JsonObject(entries.GroupBy(static entry => entry.Operation)
                .Select(static same => KeyValuePair.Create<string, JsonNode?>(same.Key, Sums([.. same], same.First().Layer)))),
            ["modelCalls"] = JsonSerializer.SerializeToNode(modelCalls),
        };
    }

    private static JsonObject Sums(RunBook.Entry[] entries, string layer) => new()
    {
        ["layer"] = layer,
        ["steps"] = entries.Length,
        ["attempts"] = entries.Length,
        ["ownFailures"] = entries.Count(static entry => entry.Failed),
    };
}
