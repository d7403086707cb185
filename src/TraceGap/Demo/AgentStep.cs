using TraceGap.Aggregation;

namespace TraceGap.Demo;

/// <summary>A step that the demo's agents take, as the ledger books it.</summary>
/// <param name="Service">Service that runs it.</param>
/// <param name="Layer">Its layer.</param>
/// <param name="Operation">What it does: the GenAI operation and its target, or the name of the span.</param>
/// <param name="CanFail">Whether faults are injected into it.</param>
internal sealed record AgentStep(string Service, Layer Layer, string Operation, bool CanFail = true)
{
    public static readonly AgentStep Ingress = new(AgentServices.Gateway, Layer.Ingress, "POST /ask");
    public static readonly AgentStep Plan = new(AgentServices.Agents, Layer.Orchestration, "plan supervisor");
    public static readonly AgentStep Researcher = new(AgentServices.Agents, Layer.Orchestration, "invoke_agent researcher", CanFail: false);
    public static readonly AgentStep Analyst = new(AgentServices.Agents, Layer.Orchestration, "invoke_agent analyst", CanFail: false);
    public static readonly AgentStep Clerk = new(AgentServices.Agents, Layer.Orchestration, "invoke_agent clerk", CanFail: false);
    public static readonly AgentStep Retrieval = new(AgentServices.Agents, Layer.Retrieval, "retrieval handbook");
    public static readonly AgentStep Chat = new(AgentServices.Agents, Layer.Inference, "chat large");
    public static readonly AgentStep Fallback = new(AgentServices.Agents, Layer.Inference, "text_completion small");
    public static readonly AgentStep Search = new(AgentServices.Agents, Layer.ToolCall, "execute_tool web_search");
    public static readonly AgentStep Lookup = new(AgentServices.Agents, Layer.ToolCall, "execute_tool crm_lookup");
    public static readonly AgentStep Assembly = new(AgentServices.Agents, Layer.Assembly, "assemble answer");

    /// <summary>All steps in the order in which a request takes them.</summary>
    public static readonly IReadOnlyList<AgentStep> All =
        [Ingress, Plan, Researcher, Retrieval, Analyst, Chat, Fallback, Clerk, Search, Lookup, Assembly];

    /// <summary>The word after the operation: the agent, model, tool or data source.</summary>
    public string Target => Operation[(Operation.IndexOf(' ', StringComparison.Ordinal) + 1)..];
}
