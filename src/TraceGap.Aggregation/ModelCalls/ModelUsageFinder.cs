using System.Runtime.InteropServices;

namespace TraceGap.Aggregation;

/// <summary>Sums up the model calls of a trace by model and layer.</summary>
internal sealed class ModelUsageFinder
{
    /// <summary>Most models of one trace: names come from outside. Those beyond it, least calls first, count as <see cref="ModelKey.Other"/>.</summary>
    public const int MaxModels = 32;

    private readonly Dictionary<ModelKey, Sums> _models = [];

    /// <summary>The usage of a trace, sorted.</summary>
    /// <param name="steps">Steps in order of start.</param>
    /// <param name="isRepeated">Whether each of them repeats an earlier one.</param>
    public ModelUsage[] Find(ReadOnlySpan<StepFinding> steps, ReadOnlySpan<bool> isRepeated)
    {
        _models.Clear();
        for (int i = 0; i < steps.Length; i++)
        {
            ref readonly StepFinding step = ref steps[i];
            if (step.Verdict != Verdict.Cancelled)
            {
                Add(step, isRepeated[i]);
            }
        }

        if (_models.Count == 0)
        {
            return [];
        }

        ModelUsage[] usage = ToUsage();
        usage = usage.Length > MaxModels ? Bounded(usage) : usage;
        Array.Sort(usage, static (left, right) => left.Key.CompareTo(right.Key));
        return usage;
    }

    private ModelUsage[] ToUsage()
    {
        ModelUsage[] usage = new ModelUsage[_models.Count];
        int written = 0;
        foreach ((ModelKey key, Sums sums) in _models)
        {
            // An attempt that was thrown away without a token counted leaves nothing to say.
            if (sums.Calls > 0 || sums.ThrownAway != default)
            {
                usage[written++] = sums.ToUsage(key);
            }
        }

        return written == usage.Length ? usage : usage[..written];
    }

    private void Add(in StepFinding step, bool isRepeated)
    {
        for (int call = 0; call < (step.ThrownAwayCalls?.Count ?? 0); call++)
        {
            ModelCall thrownAway = step.ThrownAwayCalls![call];
            Of(thrownAway, step).ThrownAway += thrownAway.Tokens;
        }

        if (!step.Call.IsCall)
        {
            return;
        }

        ref Sums sums = ref Of(step.Call, step);
        if (step.IsSuperseded)
        {
            sums.ThrownAway += step.Call.Tokens;
            return;
        }

        sums.Calls++;
        sums.Tokens += step.Call.Tokens;
        sums.Repeated += isRepeated ? step.Call.Tokens : default;
        AttemptFinding last = step.Attempts[^1];
        sums.OutputNanos += step.Call.Tokens.Output > 0 ? last.EndUnixNanos - last.StartUnixNanos : 0;
        if (step.Call.FirstTokenNanos is long firstToken)
        {
            (sums.FirstTokens ??= []).Add(firstToken);
        }
    }

    private ref Sums Of(ModelCall call, in StepFinding step) =>
        ref CollectionsMarshal.GetValueRefOrAddDefault(_models, new ModelKey(call.Model!, step.Key.Layer), out _);

    private static ModelUsage[] Bounded(ModelUsage[] usage)
    {
        Array.Sort(usage, static (left, right) => left.Calls != right.Calls ? right.Calls.CompareTo(left.Calls) : left.Key.CompareTo(right.Key));
        return
        [
            .. usage[..MaxModels],
            .. usage[MaxModels..].GroupBy(static rest => rest.Key.Layer).Select(static rest => rest.Aggregate(default(Sums), Plus).ToUsage(new ModelKey(ModelKey.Other, rest.Key))),
        ];
    }

    private static Sums Plus(Sums sum, ModelUsage next)
    {
        sum.Calls += next.Calls;
        sum.Tokens += next.Tokens;
        sum.ThrownAway += next.ThrownAway;
        sum.Repeated += next.Repeated;
        sum.OutputNanos += next.OutputNanos;
        (sum.FirstTokens ??= []).AddRange(next.FirstTokenNanos);
        return sum;
    }

    private struct Sums
    {
        public int Calls;
        public TokenSums Tokens;
        public TokenSums ThrownAway;
        public TokenSums Repeated;
        public Int128 OutputNanos;
        public List<long>? FirstTokens;

        public readonly ModelUsage ToUsage(ModelKey key) =>
            new(key, Calls, Tokens, ThrownAway, Repeated, (long)Int128.Min(OutputNanos, long.MaxValue), FirstTokens is null ? [] : [.. FirstTokens]);
    }
}
