using TraceGap.Aggregation;
using TraceGap.Otlp;
using TraceGap.Storage;

namespace TraceGap.Benchmarks.Load;

/// <summary>Analysed runs of agent workflows, as they are committed, without their spans: what the rollups of a busy system are made of, without the time that it takes to receive it.</summary>
internal sealed class BookedRuns(int workflows, int seed)
{
    private const long NanosPerMinute = 60_000_000_000;
    private const long NanosPerMillisecond = 1_000_000;
    private const int Loops = 4;
    private const double FailureRate = 0.02;
    private const double RecoveryRate = 0.5;

    private static readonly StepKey Ingress = new("gateway", Layer.Ingress, "POST /runs");
    private static readonly StepKey Plan = new("agent", Layer.Orchestration, "invoke_agent planner");
    private static readonly StepKey Search = new("agent", Layer.Retrieval, "search documents");
    private static readonly StepKey[] Models = [new("agent", Layer.Inference, "chat large"), new("agent", Layer.Inference, "chat small")];
    private static readonly StepKey[] Tools =
        [.. new[] { "calculator", "browser", "tickets", "calendar" }.Select(static tool => new StepKey("tools", Layer.ToolCall, $"execute_tool {tool}"))];
    private static readonly StepKey Answer = new("agent", Layer.Assembly, "assemble answer");
    private static readonly string[] ErrorTypes = ["timeout", "500", "rate_limited"];

    private readonly RollupKey[] _keys =
        [.. Enumerable.Range(0, workflows).Select(static workflow => new RollupKey("production", "gateway", NameOf(workflow), "1.0.0"))];
    private readonly Random _random = new(seed);
    private ulong _last;

    /// <summary>Name of a workflow.</summary>
    public static string NameOf(int workflow) => $"gateway/workflow {workflow}";

    /// <summary>The runs of a minute, as many of each workflow.</summary>
    public List<TraceCommit> Minute(long minute, int tracesPerWorkflow) =>
        [.. _keys.SelectMany(key => Enumerable.Range(0, tracesPerWorkflow).Select(_ => Run(key, minute)))];

    /// <summary>Commits the runs of some minutes, with maintenance in between.</summary>
    public void Fill(TraceStore store, long fromMinute, long toMinute, int tracesPerWorkflow)
    {
        for (long minute = fromMinute; minute < toMinute; minute++)
        {
            foreach (TraceCommit[] traces in Minute(minute, tracesPerWorkflow).Chunk(2000))
            {
                using StoreTransaction transaction = store.Begin();
                Array.ForEach(traces, transaction.Add);
                transaction.Commit(appliedPosition: 0);
            }

            store.Maintain((minute + 1) * NanosPerMinute);
        }
    }

    private TraceCommit Run(RollupKey key, long minute)
    {
        List<StepKey> path = Path();
        List<StepDuration> durations = [.. path.Select(step => new StepDuration(step, Duration()))];
        long total = durations.Sum(static step => step.DurationNanos);
        List<StepError> errors = [];
        StepKey? last = Fail(path, errors);
        bool failed = last is not null;
        StepCount[] counts = [.. path.GroupBy(static step => step).OrderBy(static step => step.Key).Select(step => Count(step.Key, step.Count(), errors, last))];
        long end = (minute * NanosPerMinute) + _random.NextInt64(NanosPerMinute);
        return new TraceCommit
        {
            TraceId = new TraceId((ulong)_random.NextInt64(), ++_last),
            NewSpans = [],
            Contribution = new TraceContribution
            {
                Key = key,
                Minute = minute,
                Outcome = new OutcomeRecord([.. path.Select(static step => new[] { step })], counts, failed ? TraceOutcome.Failed : TraceOutcome.Ok, false, failed, failed),
                Weight = SpanRecord.UnitWeight,
                Spans = path.Count + 3,
                Revised = false,
                DurationNanos = total,
                PathTimes = PathTimes(durations),
                CoveredNanos = total,
                Durations = [.. durations],
                CriticalTimes = [.. durations.GroupBy(static step => step.Key).OrderBy(static step => step.Key).Select(static step => new StepCriticalTime(step.Key, new KindNanos(step.Sum(static one => one.DurationNanos), 0, 0, 0)))],
                Errors = [.. errors.OrderBy(static error => error.Key).ThenBy(static error => error.ErrorType, StringComparer.Ordinal)],
                Models = [new ModelUsage(new ModelKey("gpt-4o", Layer.Inference), 2, Tokens(), default, default, total / 2, [])],
                Waste = [],
                Serial = [],
                Failure = failed ? new FailureKey(last!.Layer, last, errors[^1].ErrorType) : null,
            },
            OutcomeSource = OutcomeSource.Root,
            StartUnixNanos = end - total,
            EndUnixNanos = end,
            IsOpen = false,
            Revision = 1,
            FirstArrivalUnixNanos = end,
            LastArrivalUnixNanos = end,
        };
    }

    private TokenSums Tokens()
    {
        int input = _random.Next(4000);
        return new TokenSums(input, _random.Next(800), 0, input);
    }

    // With failures some 80 different runs a minute.
    private List<StepKey> Path()
    {
        StepKey model = Models[_random.Next(Models.Length)];
        StepKey tool = Tools[_random.Next(Tools.Length)];
        List<StepKey> path = [Ingress, Plan];
        if (_random.Next(3) > 0)
        {
            path.Add(Search);
        }

        for (int loop = _random.Next(1, Loops + 1); loop > 0; loop--)
        {
            path.Add(model);
            path.Add(tool);
        }

        path.Add(Answer);
        return path;
    }

    // A failed step ends the run there, or is survived.
    private StepKey? Fail(List<StepKey> path, List<StepError> errors)
    {
        for (int step = 2; step < path.Count; step++)
        {
            if (_random.NextDouble() >= FailureRate)
            {
                continue;
            }

            errors.Add(new StepError(path[step], ErrorTypes[_random.Next(ErrorTypes.Length)], 1));
            if (_random.NextDouble() >= RecoveryRate)
            {
                return path[step];
            }

            return null;
        }

        return null;
    }

    private static StepCount Count(StepKey key, int executions, List<StepError> errors, StepKey? last)
    {
        int failures = errors.Count(error => error.Key == key);
        return new StepCount(key, executions, failures, key == last ? 0 : failures, 0, executions, failures);
    }

    // Log-normal around 80 ms, as durations of services are.
    private long Duration()
    {
        double normal = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
        return (long)(80 * NanosPerMillisecond * Math.Exp(0.8 * normal));
    }

    private static long[] PathTimes(List<StepDuration> durations)
    {
        long[] times = new long[TraceContribution.PathTimeCount];
        foreach (StepDuration step in durations)
        {
            times[(int)step.Key.Layer * 4] += step.DurationNanos;
        }

        return times;
    }
}
