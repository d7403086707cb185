using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// Finds redundant work: attempts that were thrown away, and steps that were given the same input as before. Inputs are compared by <see cref="SpanRecord.InputHash"/>, so nothing is claimed
/// of spans without content.
/// </summary>
/// <remarks>
/// A repetition has the step key, the raw span name, the input hash and the number of input tokens of an earlier step that had not failed; after a failure it would be a retry. The tokens
/// are asked for because many SDKs cut long content, and the histories that an agent's loop sends differ only at their end.
/// </remarks>
internal sealed class WasteFinder
{
    private readonly Dictionary<WasteKey, (int Count, Int128 Nanos, TokenSums Tokens)> _sums = [];
    private readonly HashSet<(StepKey Key, string Name, uint Input, long Tokens)> _done = [];
    private bool[] _isRepeated = [];

    /// <summary>Whether each step repeats an earlier one; valid until the next <see cref="Find"/>.</summary>
    public bool[] IsRepeated => _isRepeated;

    /// <summary>The redundant work of a trace, sorted.</summary>
    /// <param name="steps">Steps in order of start.</param>
    /// <param name="spans">The spans that their attempts name.</param>
    public StepWaste[] Find(ReadOnlySpan<StepFinding> steps, ReadOnlySpan<SpanFinding> spans)
    {
        _sums.Clear();
        _done.Clear();
        Buffers.Cleared(ref _isRepeated, steps.Length);
        for (int i = 0; i < steps.Length; i++)
        {
            ref readonly StepFinding step = ref steps[i];
            if (step.Verdict == Verdict.Cancelled)
            {
                continue;
            }

            AddThrownAway(step);
            if (!step.IsSuperseded && Repeats(step, spans))
            {
                _isRepeated[i] = true;
                Add(new WasteKey(step.Key, WasteKind.Repeated), 1, step.EndUnixNanos - step.StartUnixNanos, step.Call.Tokens);
            }
        }

        return _sums.Count == 0 ? [] : [.. _sums.Select(static it => Clamped(it.Key, it.Value.Count, it.Value.Nanos, it.Value.Tokens)).OrderBy(static waste => waste.Key)];
    }

    private void AddThrownAway(in StepFinding step)
    {
        int count = step.IsSuperseded ? step.Attempts.Count : step.Attempts.Count - 1;
        if (count == 0)
        {
            return;
        }

        Int128 nanos = 0;
        TokenSums tokens = step.IsSuperseded ? step.Call.Tokens : default;
        for (int call = 0; call < (step.ThrownAwayCalls?.Count ?? 0); call++)
        {
            tokens += step.ThrownAwayCalls![call].Tokens;
        }

        // The last attempt of a step may be its own span, around the others.
        for (int attempt = 0; attempt < count; attempt++)
        {
            nanos += step.Attempts[attempt].EndUnixNanos - step.Attempts[attempt].StartUnixNanos;
        }

        Add(new WasteKey(step.Key, WasteKind.ThrownAway), count, step.IsSuperseded ? step.EndUnixNanos - step.StartUnixNanos : nanos, tokens);
    }

    private bool Repeats(in StepFinding step, ReadOnlySpan<SpanFinding> spans)
    {
        if (step.Attempts[^1].SpanIndex is not (>= 0 and int index) || spans[index].Span is not { InputHash: not 0 } span)
        {
            return false;
        }

        (StepKey, string, uint, long) work = (step.Key, span.Name, span.InputHash, step.Call.Tokens.Input);
        return _done.Contains(work) || (step.Verdict is Verdict.Ok or Verdict.Degraded && !_done.Add(work));
    }

    private void Add(WasteKey key, int count, Int128 nanos, TokenSums tokens)
    {
        (int Count, Int128 Nanos, TokenSums Tokens) sum = _sums.GetValueOrDefault(key);
        _sums[key] = (sum.Count + count, sum.Nanos + nanos, sum.Tokens + tokens);
    }

    private static StepWaste Clamped(WasteKey key, int count, Int128 nanos, TokenSums tokens) =>
        new(key, count, (long)Int128.Clamp(nanos, 0, long.MaxValue), tokens.Input, tokens.Output);
}
