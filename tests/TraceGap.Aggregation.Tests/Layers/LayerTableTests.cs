using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

public class LayerTableTests
{
    private static readonly LayerTable Table = new(LayerRules.All);

    public static TheoryData<string, string, Layer> Conventions => new()
    {
        // OpenTelemetry GenAI.
        { "chat m", "gen_ai.operation.name=chat", Layer.Inference },
        { "generate_content m", "gen_ai.operation.name=generate_content", Layer.Inference },
        { "embeddings m", "gen_ai.operation.name=embeddings", Layer.Retrieval },
        { "retrieval d", "gen_ai.operation.name=retrieval", Layer.Retrieval },
        { "execute_tool t", "gen_ai.operation.name=execute_tool", Layer.ToolCall },
        { "invoke_agent a", "gen_ai.operation.name=invoke_agent", Layer.Orchestration },
        { "invoke_agent a", "gen_ai.operation.name= Invoke-Agent ", Layer.Orchestration },
        { "invoke_swarm s", "gen_ai.operation.name=invoke_swarm", Layer.Orchestration },
        { "rerank m", "gen_ai.operation.name=rerank", Layer.Retrieval },
        { "scrape", "gen_ai.operation.name=scrape_url", Layer.ToolCall },
        { "parse", "gen_ai.operation.name=parser", Layer.Assembly },
        { "upsert", "gen_ai.operation.name=upsert_memory", Layer.Orchestration },
        { "prompt", "gen_ai.operation.name=user_prompt_processing", Layer.Ingress },

        // MCP stands before the operation name.
        { "tools/call t", "mcp.method.name=tools/call;gen_ai.operation.name=execute_tool", Layer.ToolCall },
        { "resources/read", "mcp.method.name=resources/read", Layer.Retrieval },
        { "prompts/get", "mcp.method.name=prompts/get", Layer.Assembly },
        { "sampling", "mcp.method.name=sampling/createMessage", Layer.Inference },
        { "initialize", "mcp.method.name=initialize", Layer.Orchestration },
        { "notifications/progress", "mcp.method.name=notifications/progress", Layer.Unattributed },

        // OpenInference and what its instrumentors mislabel.
        { "ChatOpenAI", "openinference.span.kind=LLM", Layer.Inference },
        { "Retriever", "openinference.span.kind=RETRIEVER", Layer.Retrieval },
        { "lookup", "openinference.span.kind=TOOL", Layer.ToolCall },
        { "agent", "openinference.span.kind=AGENT", Layer.Orchestration },
        { "prompt", "openinference.span.kind=PROMPT", Layer.Assembly },
        { "handoff to Bob", "openinference.span.kind=TOOL", Layer.Orchestration },
        { "agent_llm", "openinference.span.kind=AGENT;llm.model_name=m;llm.token_count.prompt=3", Layer.Inference },
        { "agent_tool", "openinference.span.kind=AGENT;tool.name=t", Layer.ToolCall },
        { "plan", "openinference.span.kind=CHAIN", Layer.Orchestration },
        { "work", "openinference.span.kind=UNKNOWN", Layer.Unattributed },

        // OpenLLMetry.
        { "x.workflow", "traceloop.span.kind=workflow", Layer.Orchestration },
        { "x.tool", "traceloop.span.kind=tool", Layer.ToolCall },
        { "vector_db_retrieve r", "traceloop.span.kind=task;gen_ai.operation.name=vector_db_retrieve", Layer.Retrieval },
        { "openai.chat", "llm.request.type=chat", Layer.Inference },

        // Producers whose own kinds are more exact than the operation that they export.
        { "retriever", "langsmith.span.kind=retriever;gen_ai.operation.name=embeddings", Layer.Retrieval },
        { "prompt", "langsmith.span.kind=prompt;gen_ai.operation.name=chat", Layer.Assembly },
        { "ai.generateText", "ai.operationId=ai.generateText;gen_ai.request.model=m", Layer.Orchestration },
        { "ai.generateText.doGenerate", "ai.operationId=ai.generateText.doGenerate", Layer.Inference },
        { "ai.toolCall", "ai.operationId=ai.toolCall", Layer.ToolCall },
        { "ai.embed", "ai.operationId=ai.embed", Layer.Retrieval },
        { "x", "langfuse.observation.type=generation", Layer.Inference },
        { "x", "langfuse.observation.type=span", Layer.Unattributed },
        { "x", "mastra.span.type=agent_run", Layer.Orchestration },

        // Evidence without a kind.
        { "running tool", "gen_ai.tool.name=t", Layer.ToolCall },
        { "x", "gen_ai.request.model=m;gen_ai.usage.input_tokens=1", Layer.Inference },
        { "x", "gen_ai.request.model=m", Layer.Unattributed },
        { "x", "gen_ai.agent.name=a", Layer.Orchestration },
        { "x", "gen_ai.agent.name=a;gen_ai.request.model=m;gen_ai.response.id=r", Layer.Inference },
        { "x", "gen_ai.data_source.id=d", Layer.Retrieval },
        { "x", "db.vector.query.top_k=3", Layer.Retrieval },

        // Databases: only vector stores are retrieval.
        { "search", "db.system.name=qdrant;db.operation.name=search", Layer.Retrieval },
        { "query", "db.system=pinecone;db.operation=query", Layer.Retrieval },
        { "upsert", "db.system=pinecone;db.operation=upsert", Layer.Orchestration },
        { "SELECT users", "db.system.name=postgresql;db.operation.name=SELECT", Layer.Unattributed },

        // Plumbing inherits whatever kind a convention gives it.
        { "__start__", "openinference.span.kind=CHAIN", Layer.Unattributed },
        { "RunnableSequence", "openinference.span.kind=CHAIN", Layer.Unattributed },
        { "Branch<route>", "openinference.span.kind=CHAIN", Layer.Unattributed },
        { "ChannelWrite<a,b>", "openinference.span.kind=CHAIN", Layer.Unattributed },
        { "execute_tool (merged tools)", "gen_ai.operation.name=execute_tool", Layer.Unattributed },
        { "running 3 tools", "gen_ai.agent.name=a", Layer.Unattributed },
        { "step 2", "gen_ai.operation.name=agent_step", Layer.Unattributed },
        { "Step 2", "openinference.span.kind=CHAIN", Layer.Orchestration },
        { "orchestrate_tools", "gen_ai.agent.name=a", Layer.Unattributed },

        // Blank values are absent, also encoded twice.
        { "x", "gen_ai.operation.name= ", Layer.Unattributed },
        { "x", "gen_ai.operation.name=\"chat\"", Layer.Inference },
    };

    [Theory]
    [MemberData(nameof(Conventions))]
    public void A_span_has_the_layer_that_its_convention_says(string name, string attributes, Layer layer)
    {
        (LayerEffect effect, SpanLayer decided) = Table.Decide(SpanOf(name, Pairs(attributes)));

        Layer own = effect == LayerEffect.ByWords ? LayerWords.Of(name) : decided.Layer;
        Assert.Equal(layer, decided.IsOwn ? own : Layer.Unattributed);
    }

    [Theory]
    [InlineData("openinference.span.kind=EVALUATOR", "judge", "")]
    [InlineData("mastra.span.type=model_chunk", "chunk", "")]
    [InlineData("", "Crew Created", "crewai.telemetry")]
    public void Evaluators_and_vendor_markers_are_excluded(string attributes, string name, string scope)
    {
        (LayerEffect effect, SpanLayer decided) = Table.Decide(SpanOf(name, Pairs(attributes), scope));

        Assert.Equal(LayerEffect.Exclude, effect);
        Assert.True(decided.IsExcluded);
        Assert.False(decided.IsOwn);
    }

    [Fact]
    public void The_rule_that_decided_is_named_by_its_evidence()
    {
        Assert.Equal("gen_ai.operation.name=chat", Table.Decide(SpanOf("x", [("gen_ai.operation.name", "CHAT")])).Layer.Rule);
        Assert.Equal("name call_llm", Table.Decide(SpanOf("call_llm", [], "gcp.vertex.agent")).Layer.Rule);
    }

    [Fact]
    public void Names_of_a_framework_count_only_in_its_scope()
    {
        Assert.Equal(LayerEffect.None, Table.Decide(SpanOf("call_llm", [])).Effect);
    }

    [Fact]
    public void Every_row_is_reached_by_a_span_made_of_its_own_clues()
    {
        foreach (LayerRule rule in LayerRules.All)
        {
            foreach (SpanRecord span in SpansLike(rule))
            {
                (LayerEffect effect, SpanLayer layer) = Table.Decide(span);

                Assert.True(effect != LayerEffect.None, $"nothing matched {rule.Lead.Kind} {string.Join(',', rule.Lead.Keys)} {string.Join(',', rule.Lead.Values)}");

                // An earlier row may win, but then the two must agree, or this one could never be right.
                Assert.True(layer.Layer == rule.Layer || effect != rule.Effect, $"{layer.Rule} hides {rule.Lead.Kind} {string.Join(',', rule.Lead.Keys)} {string.Join(',', rule.Lead.Values)}");
            }
        }
    }

    private static IEnumerable<SpanRecord> SpansLike(LayerRule rule)
    {
        foreach (string value in rule.Lead.Values.DefaultIfEmpty("1"))
        {
            List<(string, object)> attributes = [];
            string name = "";
            string scope = "";
            SpanKind kind = SpanKind.Internal;
            long end = 1;
            foreach (Clue clue in rule.Also.Prepend(rule.Lead with { Values = [value] }))
            {
                string example = clue.Values.FirstOrDefault("1").Replace("*", "x", StringComparison.Ordinal).Replace('#', '3');
                switch (clue.Kind)
                {
                    case ClueKind.Value or ClueKind.Present:
                        attributes.Add((clue.Keys[0], example));
                        break;
                    case ClueKind.KeyStart:
                        attributes.Add((clue.Keys[0] + "x", example));
                        break;
                    case ClueKind.Name:
                        name = example;
                        break;
                    case ClueKind.Scope:
                        scope = example;
                        break;
                    case ClueKind.Kind:
                        kind = Enum.Parse<SpanKind>(example);
                        break;
                    case ClueKind.Instant:
                        end = 0;
                        break;
                }
            }

            yield return SpanOf(name, [.. attributes], scope, kind, end);
        }
    }

    private static (string, object)[] Pairs(string text) =>
        [.. text.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(static pair => (pair[..pair.IndexOf('=', StringComparison.Ordinal)], (object)pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..]))];

    private static SpanRecord SpanOf(string name, (string, object)[] attributes, string scope = "", SpanKind kind = SpanKind.Internal, long end = 1) => new()
    {
        TraceId = new TraceId(1, 1),
        SpanId = new SpanId(1),
        Name = name,
        Kind = kind,
        StartUnixNanos = 0,
        EndUnixNanos = end,
        Resource = ResourceRecord.Unknown,
        Scope = new ScopeRecord(scope, "", AttributeSet.Empty),
        Attributes = AgentTrace.Set(attributes),
    };
}
