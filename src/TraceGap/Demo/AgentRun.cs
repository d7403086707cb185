using System.Diagnostics;

namespace TraceGap.Demo;

/// <summary>
/// One request through the demo's agent system. Reads as the system works: ingress, plan, three agents one after the other or at the same time, assembly. Every stage books what it did in
/// the request's tally and describes itself with spans; neither looks at the other. Every agent has dice of its own, so that the same request has the same faults and latencies either way.
/// </summary>
internal sealed class AgentRun(AgentServices services, Injection injection, Dice dice, CancellationToken stop)
{
    private const int ToolAttempts = 2;
    private static readonly string[] Stopped = ["stop"];

    /// <summary>What the request did.</summary>
    public RequestTally Tally { get; } = new();

    /// <summary>Answers the request.</summary>
    public async Task AnswerAsync()
    {
        // A request comes from outside: whatever span its sender has is not its parent.
        Activity.Current = null;
        using Activity? root = services.Start(AgentServices.Gateway, AgentStep.Ingress.Operation, ActivityKind.Server);
        root?.SetTag("http.request.method", "POST").SetTag("http.route", "/ask").SetTag("url.path", "/ask");
        int status = await AdmitAsync() ? await ServeAsync() : 503;
        root?.SetTag("http.response.status_code", status);
        Tally.Succeeded = status == 200;
        if (!Tally.Succeeded)
        {
            Fail(root, status.ToString());
        }
    }

    private async Task<bool> AdmitAsync()
    {
        await WorkAsync(1.5);
        return Book(AgentStep.Ingress, null, !StepFails(), "");
    }

    private async Task<int> ServeAsync()
    {
        bool answered = await PlanAsync() && await AskAgentsAsync() && await AssembleAsync();
        if (!answered)
        {
            return 500;
        }

        await WorkAsync(0.8);
        return dice.Hits(injection.SeamLoss) ? 502 : 200;
    }

    private async Task<bool> PlanAsync()
    {
        using Activity? span = StartGenAi(AgentStep.Plan, "plan", ActivityKind.Internal)?.SetTag("gen_ai.agent.name", AgentStep.Plan.Target);
        await WorkAsync(1.5);
        return Book(AgentStep.Plan, span, !StepFails(), "planning_failed");
    }

    private async Task<bool> AskAgentsAsync()
    {
        (AgentRun researcher, AgentRun analyst, AgentRun clerk) = (Branch(1), Branch(2), Branch(3));
        Func<Task<bool>>[] agents =
        [
            () => researcher.AgentAsync(AgentStep.Researcher, researcher.RetrieveAsync),
            () => analyst.AgentAsync(AgentStep.Analyst, analyst.InferAsync),
            () => clerk.AgentAsync(AgentStep.Clerk, clerk.UseToolAsync),
        ];
        bool succeeded = true;
        if (injection.Parallel)
        {
            succeeded = Array.TrueForAll(await Task.WhenAll(agents.Select(static ask => ask())), static agent => agent);
        }
        else
        {
            for (int next = 0; succeeded && next < agents.Length; next++)
            {
                succeeded = await agents[next]();
            }
        }

        foreach (AgentRun agent in (ReadOnlySpan<AgentRun>)[researcher, analyst, clerk])
        {
            Tally.Add(agent.Tally);
        }

        return succeeded;
    }

    private AgentRun Branch(int number) => new(services, injection, dice.Fork(number), stop);

    private async Task<bool> AgentAsync(AgentStep agent, Func<Task<bool>> work)
    {
        using Activity? span = StartGenAi(agent, "invoke_agent", ActivityKind.Internal)?.SetTag("gen_ai.agent.name", agent.Target);
        await WorkAsync(0.7);
        bool succeeded = await work();
        Tally.Add(agent, succeeded: true);
        if (!succeeded)
        {
            // The agent passes on what failed below it; that is no failure of its own, and the ledger books none.
            Fail(span, "agent_error");
        }

        return succeeded;
    }

    private async Task<bool> RetrieveAsync()
    {
        using Activity? span = StartGenAi(AgentStep.Retrieval, "retrieval", ActivityKind.Client)?.SetTag("gen_ai.data_source.id", AgentStep.Retrieval.Target);
        await EmbedAsync();
        bool succeeded = !StepFails();
        await RemoteAsync(AgentServices.Knowledge, "POST /collections/query", 3, succeeded);
        return Book(AgentStep.Retrieval, span, succeeded, "index_unavailable");
    }

    private async Task EmbedAsync()
    {
        using Activity? span = services.Start(AgentServices.Agents, "embeddings embed-1", ActivityKind.Client);
        span?.SetTag("gen_ai.operation.name", "embeddings").SetTag("gen_ai.provider.name", "demo").SetTag("gen_ai.request.model", "embed-1");
        await RemoteAsync(AgentServices.Models, "POST /v1/embeddings", 1, succeeds: true);
    }

    /// <summary>Asks the large model and, where that fails, the small one.</summary>
    private async Task<bool> InferAsync()
    {
        bool answered = await CompleteAsync(AgentStep.Chat, "chat", 8, isLastResort: false);
        return answered || await CompleteAsync(AgentStep.Fallback, "text_completion", 4, isLastResort: true);
    }

    private async Task<bool> CompleteAsync(AgentStep step, string operation, double milliseconds, bool isLastResort)
    {
        using Activity? span = StartGenAi(step, operation, ActivityKind.Client)?.SetTag("gen_ai.request.model", step.Target);
        bool succeeded = !StepFails();
        await RemoteAsync(AgentServices.Models, "POST /v1/completions", milliseconds * injection.CompletionTime, succeeded);
        if (succeeded)
        {
            (int input, int output) = (dice.Between(400, 2400), dice.Between(40, 400));
            Tally.AddTokens(input, output);
            span?.SetTag("gen_ai.usage.input_tokens", input).SetTag("gen_ai.usage.output_tokens", output)
                .SetTag("gen_ai.response.finish_reasons", Stopped);
        }

        return Book(step, span, succeeded, "model_overloaded", isRecovered: !isLastResort);
    }

    /// <summary>Uses one of two tools, a second time where the first attempt failed.</summary>
    private async Task<bool> UseToolAsync()
    {
        bool isRemote = dice.Hits(0.5);
        AgentStep tool = isRemote ? AgentStep.Lookup : AgentStep.Search;
        for (int attempt = 1; ; attempt++)
        {
            bool succeeded = !dice.Hits(attempt == 1 ? injection.FirstAttemptFailure : injection.SecondAttemptFailure);
            await AttemptAsync(tool, isRemote, succeeded);
            if (succeeded || attempt == ToolAttempts)
            {
                Tally.Add(tool, succeeded, attempt);
                return succeeded;
            }

            await WorkAsync(2);
        }
    }

    private async Task AttemptAsync(AgentStep tool, bool isRemote, bool succeeds)
    {
        using Activity? span = StartTool(tool, tool.Operation, AgentServices.Agents, ActivityKind.Internal);
        await (isRemote ? CallOverMcpAsync(tool, succeeds) : WorkAsync(3));
        if (!succeeds)
        {
            Fail(span, "tool_timeout");
        }
    }

    /// <summary>Both halves of an MCP call, as the GenAI conventions describe them.</summary>
    private async Task CallOverMcpAsync(AgentStep tool, bool succeeds)
    {
        string name = $"tools/call {tool.Target}";
        using Activity? client = StartTool(tool, name, AgentServices.Agents, ActivityKind.Client)?.SetTag("mcp.method.name", "tools/call");
        await WorkAsync(0.6);
        using (Activity? server = StartTool(tool, name, AgentServices.Crm, ActivityKind.Server)?.SetTag("mcp.method.name", "tools/call"))
        {
            await WorkAsync(3);
            Fail(succeeds ? null : server, "tool_timeout");
        }

        await WorkAsync(0.6);
        Fail(succeeds ? null : client, "tool_timeout");
    }

    private async Task<bool> AssembleAsync()
    {
        using Activity? span = services.Start(AgentServices.Agents, AgentStep.Assembly.Operation, ActivityKind.Internal);
        span?.SetTag("tracegap.layer", "assembly");
        await WorkAsync(1.2);
        return Book(AgentStep.Assembly, span, !StepFails(), "template_error");
    }

    /// <summary>The other side of a call: transport before and after it, and the server's own span.</summary>
    private async Task RemoteAsync(string service, string name, double milliseconds, bool succeeds)
    {
        await WorkAsync(0.6);
        using (Activity? server = services.Start(service, name, ActivityKind.Server))
        {
            server?.SetTag("http.request.method", "POST").SetTag("http.route", name[(name.IndexOf(' ', StringComparison.Ordinal) + 1)..])
                .SetTag("http.response.status_code", succeeds ? 200 : 503);
            await WorkAsync(milliseconds);
            Fail(succeeds ? null : server, "503");
        }

        await WorkAsync(0.6);
    }

    private Activity? StartGenAi(AgentStep step, string operation, ActivityKind kind) =>
        services.Start(step.Service, step.Operation, kind)?.SetTag("gen_ai.operation.name", operation).SetTag("gen_ai.provider.name", "demo");

    private Activity? StartTool(AgentStep tool, string name, string service, ActivityKind kind) =>
        services.Start(service, name, kind)?.SetTag("gen_ai.operation.name", "execute_tool").SetTag("gen_ai.tool.name", tool.Target);

    private bool Book(AgentStep step, Activity? span, bool succeeded, string errorType, bool isRecovered = false)
    {
        Tally.Add(step, succeeded, recovered: isRecovered && !succeeded);
        if (!succeeded)
        {
            Fail(span, errorType);
        }

        return succeeded;
    }

    private bool StepFails() => dice.Hits(injection.StepFailure);

    private Task WorkAsync(double medianMilliseconds) => Task.Delay(dice.Latency(medianMilliseconds * injection.WorkTime), TimeProvider.System, stop);

    private static void Fail(Activity? span, string errorType) => span?.SetTag("error.type", errorType).SetStatus(ActivityStatusCode.Error);
}
