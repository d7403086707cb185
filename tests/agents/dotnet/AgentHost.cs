using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TraceGap.DotNetAgent;

/// <summary>The agent's HTTP entry, and the people who ask there.</summary>
internal sealed class AgentHost(AgentOptions options, Agent agent)
{
    public const string Path = "/ask";

    private readonly Dice _dice = new(options);
    private readonly RunBook[] _books = [.. Enumerable.Range(0, options.Runs).Select(static run => new RunBook { Run = run })];

    /// <summary>Serves all runs, some at a time.</summary>
    public async Task<IReadOnlyList<RunBook>> RunAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using WebApplication app = builder.Build();
        app.MapPost(Path, AskAsync);
        await app.StartAsync();

        // Callers outside the agent: without trace context.
        using HttpClient people = new(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = new Uri(app.Urls.Single()) };
        await Parallel.ForEachAsync(_books, new ParallelOptions { MaxDegreeOfParallelism = options.Concurrency }, async (book, stop) =>
        {
            using HttpResponseMessage answer = await people.PostAsJsonAsync(Path, new Question(book.Run, "Where is my order?"), stop);
        });
        return _books;
    }

    private async Task<IResult> AskAsync(Question question)
    {
        RunBook book = _books[question.Run];
        book.Begin();
        await Task.Delay(_dice.Latency("ingress", book.Run));
        try
        {
            await book.StepAsync("ingress", "POST /ask", () => Task.FromResult(_dice.Fails("ingress", book.Run) ? throw new InvalidOperationException("the request could not be validated") : true));
            string answer = await agent.AnswerAsync(book.Run, question.Text);
            book.Ok = !_dice.Fails("silent", book.Run);
            return book.Ok ? Results.Text(answer) : Results.StatusCode(500);
        }
        catch (Exception failure) when (failure is InvalidOperationException or HttpRequestException or System.ClientModel.ClientResultException)
        {
            return Results.Text(failure.Message, statusCode: 500);
        }
    }

    private sealed record Question(int Run, string Text);
}
