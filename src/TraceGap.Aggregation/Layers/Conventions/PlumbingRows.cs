using static TraceGap.Aggregation.Clue;

namespace TraceGap.Aggregation;

/// <summary>Spans that frameworks make for their own machinery: part of what encloses them, whatever kind a convention gives them.</summary>
internal static class PlumbingRows
{
    public static IReadOnlyList<LayerRule> All { get; } =
    [
        // LangChain and LangGraph.
        LayerRule.Inherit(Name("__start__", "__end__", "RunnableLambda", "RunnableSequence", "RunnableWithFallbacks", "Branch<*", "ChannelWrite<*", "should_continue", "_write")),
        LayerRule.Inherit(Name("workflow RunnableLambda", "workflow RunnableSequence", "workflow RunnableWithFallbacks"), Value("traceloop.span.kind", "workflow")),

        // Loops and fan-outs around tools and model calls: each of those is a step, the loop is none.
        LayerRule.Inherit(Name("(merged tools)*", "execute_tool (merged tools)*", "running # tools", "running # tool", "orchestrate_tools", "executor.process")),
        LayerRule.Inherit(Name("step #", "agent_step", "agent_step *", "execute_event_loop_cycle", "execute_event_loop_cycle *")),
        LayerRule.Inherit(Clue.Scope("openinference.instrumentation.beeai", "@arizeai/openinference-instrumentation-beeai", "beeai-framework"), Instant()),
        LayerRule.Inherit(Value("gen_ai.operation.name", "agent_step", "execute_event_loop_cycle", "orchestrate_tools")),
    ];
}
