using System.Text.Json;
using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

/// <summary>What the analysis says about recorded runs, against what the agent really did. The agent wrote the truth down itself, on no span.</summary>
public class RecordedRunsTests
{
    public static TheoryData<string> Samples => ["base", "serial3", "double"];

    public static TheoryData<string> FurtherSamples => ["otel-openai", "httponly", "retry-client"];

    private static readonly Dictionary<string, Layer> LayerOfStage = new()
    {
        ["ingress"] = Layer.Ingress, ["retrieval"] = Layer.Retrieval, ["orchestration"] = Layer.Orchestration, ["inference"] = Layer.Inference,
        ["tool"] = Layer.ToolCall, ["assembly"] = Layer.Assembly,
    };

    [Theory]
    [MemberData(nameof(Samples))]
    [MemberData(nameof(FurtherSamples))]
    public void Runs_end_as_they_did(string sample)
    {
        RecordedRuns recorded = new(sample);
        Dictionary<string, TraceFindings> findings = recorded.Analyze();
        JsonElement truth = recorded.Truth.GetProperty("endToEnd");

        Assert.Equal(truth.GetProperty("runs").GetInt32(), findings.Count);
        Assert.Equal(truth.GetProperty("successes").GetInt32(), findings.Values.Count(static trace => trace.Outcome == TraceOutcome.Ok));
        Assert.Equal(truth.GetProperty("failures").GetInt32(), findings.Values.Count(static trace => trace.Outcome == TraceOutcome.Failed));
        Assert.All(recorded.Runs, run => Assert.Equal(run.Value.GetProperty("ok").GetBoolean() ? TraceOutcome.Ok : TraceOutcome.Failed, findings[run.Key].Outcome));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Each_failed_run_failed_in_the_layer_in_which_it_did(string sample)
    {
        RecordedRuns recorded = new(sample);
        Dictionary<string, TraceFindings> findings = recorded.Analyze();

        Assert.All(recorded.Runs, run =>
        {
            Layer? expected = run.Value.GetProperty("failedStage").GetString() is string stage ? LayerOfStage[stage] : null;
            Assert.Equal(expected, findings[run.Key].Failure?.Layer);
        });
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Steps_and_own_failures_are_what_the_agent_did(string sample)
    {
        RecordedRuns recorded = new(sample);
        StepFinding[] executions = [.. recorded.Analyze().Values.SelectMany(static trace => trace.Steps).Where(static step => step.IsExecution)];

        foreach (JsonProperty stage in recorded.Truth.GetProperty("stages").EnumerateObject())
        {
            // Frames of the graph are orchestration as well; the stages are the nodes of these names.
            string? node = stage.Name switch { "orchestration" => "plan", "assembly" => "assemble", _ => null };
            StepFinding[] steps = [.. executions.Where(step => step.Key.Layer == LayerOfStage[stage.Name] && (node is null || step.Key.Operation == node))];

            Assert.Equal((stage.Name, stage.Value.GetProperty("invocations").GetInt32()), (stage.Name, steps.Length));
            Assert.Equal((stage.Name, stage.Value.GetProperty("failures").GetInt32()), (stage.Name, steps.Count(static step => step.OwnFailure)));
            Assert.Equal((stage.Name, stage.Value.GetProperty("attempts").GetInt32()), (stage.Name, steps.Sum(static step => step.Attempts.Count)));
        }

        int ownFailures = recorded.Truth.GetProperty("stages").EnumerateObject().Sum(static stage => stage.Value.GetProperty("failures").GetInt32());
        Assert.Equal(ownFailures, executions.Count(static step => step.OwnFailure));
        Assert.DoesNotContain(executions, static step => step.Recovered);
    }

    [Fact]
    public void The_refused_event_stream_of_healthy_mcp_calls_fails_nothing()
    {
        IReadOnlyCollection<TraceFindings> findings = new RecordedRuns("base").Analyze().Values;

        Assert.All(findings, static trace => Assert.Contains(trace.Spans, static span => span.Span.Status == SpanStatus.Error));
        Assert.All(findings.SelectMany(static trace => trace.Spans), static span => Assert.Equal(Verdict.Ok, span.Verdict));
        Assert.All(findings.SelectMany(static trace => trace.Steps), static step => Assert.Equal(Verdict.Ok, step.Verdict));
    }

    [Fact]
    public void All_six_layers_are_on_the_path_of_every_healthy_run()
    {
        Assert.All(new RecordedRuns("base").Analyze().Values, static trace =>
        {
            Assert.Equal(6, trace.Steps.Select(static step => step.Key.Layer).Distinct().Count());
            Assert.Equal(6, trace.CriticalPath.Select(static segment => segment.Layer).Distinct().Count());
            Assert.Equal(trace.EndUnixNanos - trace.StartUnixNanos, trace.CriticalPath.Sum(static segment => segment.EndUnixNanos - segment.StartUnixNanos));
        });
    }

    [Fact]
    public void The_model_call_that_two_instrumentations_tell_is_one_step_with_one_count_of_tokens()
    {
        Assert.All(new RecordedRuns("double").Analyze().Values, static trace =>
        {
            StepFinding call = Assert.Single(trace.Steps, static step => step.Key.Layer == Layer.Inference);
            SpanFinding[] told = [.. trace.Spans.Where(static span => span.Layer is { IsOwn: true, Layer: Layer.Inference })];
            Assert.All(told, span => Assert.Equal(call.Index, span.StepIndex));
            Assert.Equal(told.Max(static span => span.Span.Attributes.Number("llm.token_count.prompt")) ?? 0, call.Call.Tokens.Input);
        });
    }

    [Fact]
    public void Branches_in_series_are_a_group_of_as_many_as_the_agent_began()
    {
        RecordedRuns recorded = new("serial3");
        double savedMs = 0;
        double truthMs = 0;
        foreach ((string id, TraceFindings trace) in recorded.Analyze())
        {
            // When each branch began and ended, as the agent noted it.
            double[] branches =
            [
                .. recorded.Runs[id].GetProperty("stages").EnumerateArray()
                    .Where(static stage => stage.GetProperty("stage").GetString() is "inference" or "tool")
                    .GroupBy(static stage => stage.GetProperty("branch").GetRawText())
                    .Select(static branch => branch.Max(static stage => stage.GetProperty("end").GetDouble()) - branch.Min(static stage => stage.GetProperty("start").GetDouble())),
            ];
            SerialSaving[] groups = ContributionBuilder.Build(trace, revised: false).Serial;
            if (branches.Length < 2)
            {
                Assert.Empty(groups);
                continue;
            }

            SerialSaving group = Assert.Single(groups);
            Assert.Equal("rag_agent", group.Group.Parent.Operation);
            Assert.Equal(Enumerable.Repeat("specialist_{n}", branches.Length), group.Group.Children.Select(static child => child.Operation));
            savedMs += group.Nanos / 1e6;
            truthMs += branches.Sum() - branches.Max();
        }

        Assert.InRange(savedMs / truthMs, 0.9, 1.1);
    }

    [Fact]
    public void Branches_at_the_same_time_are_no_group() =>
        Assert.All(new RecordedRuns("parallel3").Analyze().Values, static trace => Assert.Empty(ContributionBuilder.Build(trace, revised: false).Serial));

    [Fact]
    public void Model_and_tool_calls_of_the_vercel_sdk_are_as_many_as_were_made_and_failed()
    {
        RecordedRuns recorded = new("vercel");
        TraceFindings[] traces = [.. recorded.Analyze().Values];

        foreach ((string stage, Layer layer) in new[] { ("inference", Layer.Inference), ("tool", Layer.ToolCall) })
        {
            StepFinding[] steps = [.. traces.SelectMany(static trace => trace.Steps).Where(step => step.Key.Layer == layer)];
            JsonElement truth = recorded.Truth.GetProperty(stage);
            Assert.Equal(truth.GetProperty("attempts").GetInt32(), steps.Sum(static step => step.Attempts.Count));
            Assert.Equal(truth.GetProperty("failures").GetInt32(), steps.Sum(static step => step.Attempts.Count(static attempt => attempt.Verdict == Verdict.Failed)));
        }

        // What is embedded is embedded in a trace of its own.
        Assert.Equal(recorded.Truth.GetProperty("successes").GetInt32(), traces.Count(static trace => trace.Outcome == TraceOutcome.Ok && trace.Spans.Any(static span => span.Layer.Layer == Layer.Inference)));
    }

    [Fact]
    public void Every_span_of_openllmetry_has_a_layer_and_each_model_call_is_a_step()
    {
        TraceFindings[] traces = [.. new RecordedRuns("traceloop").Analyze().Values];

        Assert.All(traces.SelectMany(static trace => trace.Spans), static span => Assert.NotEqual(Layer.Unattributed, span.Layer.Layer));
        Assert.All(
            traces.SelectMany(static trace => trace.Spans).Where(static span => span.Span.Name.StartsWith("chat ", StringComparison.Ordinal)),
            static span => Assert.Equal(("gen_ai.operation.name=chat", Layer.Inference), (span.Layer.Rule, span.Layer.Layer)));
        Assert.Contains(traces.SelectMany(static trace => trace.Steps), static step => step.Key is { Layer: Layer.Assembly, Operation: "assemble.task" });
        Assert.Contains(traces.SelectMany(static trace => trace.Steps), static step => step.Key is { Layer: Layer.Retrieval, Operation: "retrieve.task" });
    }

    [Fact]
    public void The_http_spans_of_a_call_hang_below_it_after_adoption()
    {
        Assert.All(new RecordedRuns("serial3").Analyze().Values, static trace =>
        {
            foreach (SpanFinding span in trace.Spans.Where(static span => span.Span.Kind == SpanKind.Client))
            {
                Layer expected = span.Span.Attributes.Text("url.path") switch
                {
                    "/search" => Layer.Retrieval,
                    "/mcp" => Layer.ToolCall,
                    _ => Layer.Inference,
                };
                Assert.Equal(expected, span.Layer.Layer);
                Assert.True(trace.Spans[span.ParentIndex].Layer is { IsOwn: true } parent && parent.Layer == expected);
            }
        });
    }
}
