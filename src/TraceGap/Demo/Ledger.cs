using TraceGap.Aggregation;

namespace TraceGap.Demo;

/// <summary>Counts of one step, or of a layer's steps together.</summary>
/// <param name="Executions">Times the step was begun.</param>
/// <param name="Attempts">Tries, repeated ones included.</param>
/// <param name="OwnFailures">Times all tries failed.</param>
/// <param name="Recovered">Of those, times the request went on.</param>
internal readonly record struct StepTally(long Executions, long Attempts, long OwnFailures, long Recovered)
{
    public static StepTally operator +(StepTally left, StepTally right) => new(
        left.Executions + right.Executions, left.Attempts + right.Attempts, left.OwnFailures + right.OwnFailures, left.Recovered + right.Recovered);
}

/// <summary>What the demo's agents really did, booked by the agents while they did it and without a look at any span. Safe for concurrent use.</summary>
internal sealed class Ledger
{
    private readonly Lock _gate = new();
    private readonly Dictionary<AgentStep, StepTally> _steps = [];

    /// <summary>Requests that got their answer.</summary>
    public long Ok { get; private set; }

    /// <summary>Requests that did not.</summary>
    public long Failed { get; private set; }

    /// <summary>Requests in which no step failed, whatever became of them.</summary>
    public long WithoutOwnFailure { get; private set; }

    /// <summary>Requests in which steps failed and the request went on after each of them.</summary>
    public long WithOnlyRecovered { get; private set; }

    /// <summary>Failed requests in which no step failed or the request had gone on after each: lost at the seam.</summary>
    public long LostAtSeam { get; private set; }

    /// <summary>Of <see cref="LostAtSeam"/>, those in which no step failed at all.</summary>
    public long Silent { get; private set; }

    /// <summary>Input tokens of successful model calls.</summary>
    public long InputTokens { get; private set; }

    /// <summary>Output tokens of successful model calls.</summary>
    public long OutputTokens { get; private set; }

    /// <summary>Requests.</summary>
    public long Total => Ok + Failed;

    /// <summary>Counts of one step.</summary>
    public StepTally Of(AgentStep step) => _steps.GetValueOrDefault(step);

    /// <summary>Counts of all steps of a layer together.</summary>
    public StepTally Of(Layer layer) =>
        AgentStep.All.Where(step => step.Layer == layer).Aggregate(default(StepTally), (sum, step) => sum + Of(step));

    /// <summary>Books a finished request.</summary>
    public void Book(RequestTally request)
    {
        lock (_gate)
        {
            foreach ((AgentStep step, StepTally tally) in request.Steps)
            {
                _steps[step] = _steps.GetValueOrDefault(step) + tally;
            }

            bool anyFailed = request.Steps.Any(static entry => entry.Tally.OwnFailures > 0);
            bool anyEnding = request.Steps.Any(static entry => entry.Tally.OwnFailures > entry.Tally.Recovered);
            Ok += request.Succeeded ? 1 : 0;
            Failed += request.Succeeded ? 0 : 1;
            WithoutOwnFailure += anyFailed ? 0 : 1;
            WithOnlyRecovered += anyFailed && !anyEnding ? 1 : 0;
            LostAtSeam += !request.Succeeded && !anyEnding ? 1 : 0;
            Silent += !request.Succeeded && !anyFailed ? 1 : 0;
            InputTokens += request.InputTokens;
            OutputTokens += request.OutputTokens;
        }
    }
}

/// <summary>What one request did; one owner.</summary>
internal sealed class RequestTally
{
    private readonly List<(AgentStep Step, StepTally Tally)> _steps = [];

    public IReadOnlyList<(AgentStep Step, StepTally Tally)> Steps => _steps;

    public bool Succeeded { get; set; }

    public long InputTokens { get; private set; }

    public long OutputTokens { get; private set; }

    /// <summary>Books a step that is over.</summary>
    public void Add(AgentStep step, bool succeeded, int attempts = 1, bool recovered = false) =>
        _steps.Add((step, new StepTally(1, attempts, succeeded ? 0 : 1, recovered ? 1 : 0)));

    /// <summary>Books what a part of the request did.</summary>
    public void Add(RequestTally part)
    {
        _steps.AddRange(part._steps);
        AddTokens(part.InputTokens, part.OutputTokens);
    }

    public void AddTokens(long input, long output)
    {
        InputTokens += input;
        OutputTokens += output;
    }
}
