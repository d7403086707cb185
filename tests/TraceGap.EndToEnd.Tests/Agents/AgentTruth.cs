namespace TraceGap.EndToEnd.Tests.Agents;

/// <summary>What an agent says it really did.</summary>
/// <param name="Runs">Runs.</param>
/// <param name="Ok">Runs that were answered.</param>
/// <param name="Failed">Runs that were not.</param>
/// <param name="CancelledRuns">Runs whose asker hung up.</param>
/// <param name="Recovered">Own failures that did not end their run.</param>
/// <param name="Cancelled">Steps that were aborted because another had failed.</param>
/// <param name="Spans">Spans that it sent.</param>
/// <param name="FirstFailures">Failed runs by the layer that failed first; <c>silent</c> where no step did.</param>
/// <param name="Layers">Counts by layer.</param>
/// <param name="Operations">Counts by the name that the agent gives to a piece of work.</param>
/// <param name="ModelCalls">Requests that the model endpoint saw.</param>
internal sealed record AgentTruth(
    long Runs,
    long Ok,
    long Failed,
    long CancelledRuns,
    long Recovered,
    long Cancelled,
    long Spans,
    Dictionary<string, long> FirstFailures,
    Dictionary<string, StepTruth> Layers,
    Dictionary<string, StepTruth> Operations,
    ModelCalls ModelCalls);

/// <summary>Counts of a layer or an operation.</summary>
/// <param name="Layer">The layer of an operation; null on layers.</param>
/// <param name="Steps">Executions.</param>
/// <param name="Attempts">Tries, the repeated ones included.</param>
/// <param name="OwnFailures">Executions that failed of their own.</param>
internal sealed record StepTruth(string? Layer, long Steps, long Attempts, long OwnFailures);

/// <summary>Requests that the model endpoint saw.</summary>
/// <param name="Chat">Chat completions.</param>
/// <param name="Embeddings">Embeddings.</param>
internal sealed record ModelCalls(long Chat, long Embeddings);
