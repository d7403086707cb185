using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net.Http.Json;
using Microsoft.Extensions.AI;
using OpenAI;

namespace TraceGap.DotNetAgent;

/// <summary>Answers a question: an embedding and a search, then a chat client of Microsoft.Extensions.AI that calls a tool. The OpenAI client below it is the real one.</summary>
internal sealed class Agent : IDisposable
{
    private readonly AgentOptions _options;
    private readonly LoopbackServices.Addresses _at;
    private readonly HttpClient _http = new();
    private readonly IEmbeddingGenerator<string, Embedding<float>> _embeddings;
    private readonly IChatClient _chat;
    private readonly AIFunction _lookUpOrder;

    public Agent(AgentOptions options, LoopbackServices.Addresses at)
    {
        _options = options;
        _at = at;
        OpenAIClient openAI = new(
            new ApiKeyCredential("none"),
            new OpenAIClientOptions { Endpoint = new Uri(at.Model, "/v1"), RetryPolicy = new ClientRetryPolicy(options.Retries), NetworkTimeout = TimeSpan.FromSeconds(5) });
        _embeddings = openAI.GetEmbeddingClient("text-embedding-3-small").AsIEmbeddingGenerator().AsBuilder().UseOpenTelemetry().Build();
        _chat = openAI.GetChatClient("gpt-4o-mini").AsIChatClient().AsBuilder()
            .UseFunctionInvocation()
            .UseOpenTelemetry()
            .Use(static inner => new BookedChatClient(inner))
            .Build();
        _lookUpOrder = AIFunctionFactory.Create(LookUpOrderAsync, "look_up_order", "Tells the state of an order.");
    }

    public async Task<string> AnswerAsync(int run, string question)
    {
        RunBook book = RunBook.Current;
        Embedding<float> vector = await book.StepAsync("retrieval", "embeddings text-embedding-3-small", () => _embeddings.GenerateAsync($"[run {run}] {question}"));
        string[] documents = await book.StepAsync("retrieval", "POST /search", () => SearchAsync(run, vector));

        string prompt = $"[run {run}] [stage inference] Answer from {string.Join(' ', documents)}: {question}";
        ChatOptions options = new() { Tools = [_lookUpOrder] };
        return _options.Stream
            ? string.Concat(await _chat.GetStreamingResponseAsync(prompt, options).Select(static update => update.Text).ToListAsync())
            : (await _chat.GetResponseAsync(prompt, options)).Text;
    }

    public void Dispose()
    {
        _http.Dispose();
        _embeddings.Dispose();
        _chat.Dispose();
    }

    private async Task<string[]> SearchAsync(int run, Embedding<float> vector)
    {
        using HttpResponseMessage response = await _http.PostAsJsonAsync(_at.VectorStore, new { run, vector = vector.Vector.ToArray() });
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<SearchResult>())!.Documents;
    }

    // What a tool throws the chat client hands to the model as text, and goes on.
    private Task<string> LookUpOrderAsync(string order) => RunBook.Current.StepAsync(
        "tool_call",
        "execute_tool look_up_order",
        async () =>
        {
            using HttpResponseMessage response = await _http.PostAsJsonAsync(_at.OrderBook, new { run = RunBook.Current.Run, order });
            response.EnsureSuccessStatusCode();
            return await response.Content.ReadAsStringAsync();
        },
        caught: true);

    private sealed record SearchResult(string[] Documents);
}
