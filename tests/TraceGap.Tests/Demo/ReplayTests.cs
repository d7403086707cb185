using TraceGap.Aggregation;
using TraceGap.Demo;
using TraceGap.Offline;
using TraceGap.Otlp;
using TraceGap.Reporting;

namespace TraceGap.Tests.Demo;

/// <summary>What a replay says of the agents, against what they do when they really run with those settings.</summary>
public sealed class ReplayTests
{
    private const int Requests = 200;
    private const int PerSecond = 80;

    // The agents wait by the system's timers, and other tests keep the machine busy: a run that was disturbed says nothing about the replay.
    private const int Tries = 4;
    private const double Tolerance = 0.05;

    // Long enough for a late timer not to matter.
    private static readonly Injection AsTheyAre = new(Seed: 4) { WorkTime = 5 };

    [Fact]
    public Task Agents_at_the_same_time_take_as_long_as_replayed() => AgreesAsync(
        AsTheyAre with { Parallel = true },
        new WhatIfRequest(Parallelize: [new ParallelizeEntry("POST /ask", ["researcher", "analyst", "clerk"])]));

    [Fact]
    public Task Models_three_times_as_slow_take_as_long_as_replayed() => AgreesAsync(
        AsTheyAre with { CompletionTime = 3 },
        new WhatIfRequest(Scale: [new ScaleEntry(Step: "chat large", Factor: 3), new ScaleEntry(Step: "text_completion small", Factor: 3)]));

    [Fact]
    public Task Both_together_do_too() => AgreesAsync(
        AsTheyAre with { Parallel = true, CompletionTime = 0.3 },
        new WhatIfRequest(
            Scale: [new ScaleEntry(Step: "chat large", Factor: 0.3m), new ScaleEntry(Step: "text_completion small", Factor: 0.3m)],
            Parallelize: [new ParallelizeEntry("POST /ask", ["researcher", "analyst", "clerk"])]));

    private static async Task AgreesAsync(Injection changed, WhatIfRequest request)
    {
        Assert.Null(WhatIfReader.Judge(request, out ReplayChanges changes));
        List<string> tries = [];
        while (tries.Count < Tries)
        {
            // Both at once, so that a busy machine slows both.
            OfflineAnalysis[] runs = await Task.WhenAll(AnalyzeAsync(AsTheyAre), AnalyzeAsync(changed));
            double really = runs[1].Report().Latency.P50!.Value;
            WhatIfReport answer = runs[0].WhatIf(changes, workflow: null, sample: 10_000);
            double replayed = answer.Latency.After.P50.Value!.Value;
            Assert.Empty(answer.Unmatched);
            if (Math.Abs(replayed - really) <= Tolerance * really)
            {
                // The change is large, so that agreeing says something.
                Assert.True(Math.Abs(answer.Latency.Gain.P50.Value!.Value) > 3 * Tolerance);
                return;
            }

            tries.Add($"p50 {answer.Latency.Before.P50.Value:0} ms, replayed {replayed:0} ms, really {really:0} ms");
        }

        Assert.Fail(string.Join("; ", tries));
    }

    private static async Task<OfflineAnalysis> AnalyzeAsync(Injection injection)
    {
        AgentSystemRun run = await AgentSystemRun.OfAsync(injection, Requests, PerSecond);
        OfflineAnalysis analysis = new(AnalysisOptions.Default);
        foreach (SpanRecord span in ActivityRecords.Of(run.Spans))
        {
            analysis.Add(span);
        }

        return analysis;
    }
}
