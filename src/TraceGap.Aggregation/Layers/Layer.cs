namespace TraceGap.Aggregation;

/// <summary>The layers of an agent pipeline. Numbers are stored on disk; never reuse one.</summary>
public enum Layer : byte
{
    /// <summary>No rule and no ancestor says what the span is part of.</summary>
    Unattributed = 0,

    /// <summary>Receives, authenticates, validates, queues at entry.</summary>
    Ingress = 1,

    /// <summary>Embeds a query, searches, reranks, reads memory or resources.</summary>
    Retrieval = 2,

    /// <summary>Agent loop, workflow, planning, routing, state.</summary>
    Orchestration = 3,

    /// <summary>A model call.</summary>
    Inference = 4,

    /// <summary>One execution of a tool.</summary>
    ToolCall = 5,

    /// <summary>Prompt rendering, parsing, synthesis, response formatting.</summary>
    Assembly = 6,
}
