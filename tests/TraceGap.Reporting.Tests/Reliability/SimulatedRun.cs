using System.Collections.Concurrent;
using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

/// <summary>Writes down what a simulated run did, as the analysis of its trace would.</summary>
internal sealed class SimulatedRun
{
    private static readonly ConcurrentDictionary<string, StepKey> Keys = new();

    private readonly List<StepKey[]> _path = [];
    private readonly SortedDictionary<StepKey, StepCount> _steps = [];
    private bool _hasUnrecovered;
    private bool _lastFailed;

    public static StepKey Key(string operation) => Keys.GetOrAdd(operation, static name => new StepKey("agent", LayerOf(name), name));

    /// <summary>One step that ran. A failure is unrecovered unless the run survived it.</summary>
    public SimulatedRun Step(string operation, bool ok = true, bool recovered = false, int attempts = 1) => Parallel((operation, ok, recovered, attempts));

    /// <summary>Steps that overlap under one parent.</summary>
    public SimulatedRun Parallel(params (string Operation, bool Ok, bool Recovered, int Attempts)[] members)
    {
        _path.Add([.. members.Select(static member => Key(member.Operation)).Order()]);
        _lastFailed = false;
        foreach ((string operation, bool ok, bool recovered, int attempts) in members)
        {
            Count(Key(operation), ok, recovered, attempts);
        }

        return this;
    }

    /// <summary>A cancelled step: it holds its place and counts nowhere.</summary>
    public SimulatedRun Cancelled(string operation)
    {
        _path.Add([Key(operation)]);
        return this;
    }

    public OutcomeRecord Ends(TraceOutcome outcome) =>
        new([.. _path], [.. _steps.Values], outcome, inferred: false, _hasUnrecovered, _lastFailed);

    private void Count(StepKey key, bool ok, bool recovered, int attempts)
    {
        StepCount sum = _steps.GetValueOrDefault(key, new StepCount(key, 0, 0, 0, 0, 0, 0));
        _steps[key] = sum with
        {
            Executions = sum.Executions + 1,
            OwnFailures = sum.OwnFailures + (ok ? 0 : 1),
            Recovered = sum.Recovered + (!ok && recovered ? 1 : 0),
            Attempts = sum.Attempts + attempts,
            FailedFirstAttempts = sum.FailedFirstAttempts + (ok && attempts == 1 ? 0 : 1),
        };
        _hasUnrecovered |= !ok && !recovered;
        _lastFailed |= !ok && !recovered;
    }

    private static Layer LayerOf(string operation) => operation[0] switch
    {
        'i' => Layer.Ingress,
        'r' => Layer.Retrieval,
        'o' => Layer.Orchestration,
        'm' => Layer.Inference,
        't' => Layer.ToolCall,
        _ => Layer.Assembly,
    };
}
