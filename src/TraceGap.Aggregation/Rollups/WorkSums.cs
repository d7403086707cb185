using System.Runtime.InteropServices;

namespace TraceGap.Aggregation;

/// <summary>How often a serial group was seen, and what running it together would have saved.</summary>
/// <param name="Traces">Traces.</param>
/// <param name="Nanos">Exact sum of the savings, ns.</param>
public readonly record struct SerialSum(long Traces, Int128 Nanos)
{
    /// <summary>Adds two sums.</summary>
    public static SerialSum operator +(SerialSum left, SerialSum right) => new(left.Traces + right.Traces, left.Nanos + right.Nanos);
}

/// <summary>Redundant work of a step key.</summary>
/// <param name="Traces">Traces that have it.</param>
/// <param name="Count">Repetitions, or attempts that were thrown away.</param>
/// <param name="Nanos">Exact sum of their durations, ns.</param>
/// <param name="Input">Input tokens.</param>
/// <param name="Output">Output tokens.</param>
public readonly record struct WasteSum(long Traces, long Count, Int128 Nanos, long Input, long Output)
{
    /// <summary>Adds two sums.</summary>
    public static WasteSum operator +(WasteSum left, WasteSum right) =>
        new(left.Traces + right.Traces, left.Count + right.Count, left.Nanos + right.Nanos, left.Input + right.Input, left.Output + right.Output);
}

/// <summary>The calls of one model and layer.</summary>
public sealed class ModelCell
{
    /// <summary>Steps that called it.</summary>
    public long Calls { get; set; }

    /// <summary>Tokens of those, last attempts.</summary>
    public TokenSums Tokens { get; set; }

    /// <summary>Tokens of attempts that were thrown away.</summary>
    public TokenSums ThrownAway { get; set; }

    /// <summary>Of <see cref="Tokens"/>, those of steps that repeated an earlier one.</summary>
    public TokenSums Repeated { get; set; }

    /// <summary>Of <see cref="Tokens"/> and <see cref="ThrownAway"/> together, those of failed traces.</summary>
    public TokenSums Failed { get; set; }

    /// <summary>Exact sum of the durations of calls that made output, ns.</summary>
    public Int128 OutputNanos { get; set; }

    /// <summary>Times to the first token.</summary>
    public LatencyHistogram FirstToken { get; } = new();

    /// <summary>True if there is nothing in it.</summary>
    public bool IsEmpty =>
        Calls == 0 && Tokens == default && ThrownAway == default && Repeated == default && Failed == default && OutputNanos == 0
        && FirstToken.Counts.Count == 0 && FirstToken.SumNanos == 0;

    /// <summary>Adds all of another.</summary>
    public void Merge(ModelCell other)
    {
        Calls += other.Calls;
        Tokens += other.Tokens;
        ThrownAway += other.ThrownAway;
        Repeated += other.Repeated;
        Failed += other.Failed;
        OutputNanos += other.OutputNanos;
        FirstToken.Merge(other.FirstToken);
    }
}

/// <summary>What traces spent and could have saved: serial groups, redundant work, model calls. Integers; what sums to zero is not kept. One owner, no lock.</summary>
public sealed class WorkSums
{
    /// <summary>Serial groups.</summary>
    public Dictionary<SerialGroup, SerialSum> Serial { get; } = [];

    /// <summary>Redundant work.</summary>
    public Dictionary<WasteKey, WasteSum> Waste { get; } = [];

    /// <summary>Model calls.</summary>
    public Dictionary<ModelKey, ModelCell> Models { get; } = [];

    /// <summary>Adds all of another.</summary>
    public void Merge(WorkSums other)
    {
        foreach ((SerialGroup group, SerialSum sum) in other.Serial)
        {
            Add(group, sum);
        }

        foreach ((WasteKey key, WasteSum sum) in other.Waste)
        {
            Add(key, sum);
        }

        foreach ((ModelKey key, ModelCell model) in other.Models)
        {
            Model(key).Merge(model);
            DropIfEmpty(key);
        }
    }

    /// <summary>Adds to a serial group.</summary>
    public void Add(SerialGroup group, SerialSum more)
    {
        ref SerialSum sum = ref CollectionsMarshal.GetValueRefOrAddDefault(Serial, group, out _);
        sum += more;
        if (sum == default)
        {
            Serial.Remove(group);
        }
    }

    /// <summary>Adds to the redundant work of a step.</summary>
    public void Add(WasteKey key, WasteSum more)
    {
        ref WasteSum sum = ref CollectionsMarshal.GetValueRefOrAddDefault(Waste, key, out _);
        sum += more;
        if (sum == default)
        {
            Waste.Remove(key);
        }
    }

    /// <summary>The figures of a model, made if they are not there.</summary>
    public ModelCell Model(ModelKey key)
    {
        if (!Models.TryGetValue(key, out ModelCell? model))
        {
            model = new ModelCell();
            Models.Add(key, model);
        }

        return model;
    }

    /// <summary>Adds what a trace contributes, or takes it out with sign −1.</summary>
    internal void Apply(TraceContribution trace, int sign)
    {
        foreach (SerialSaving saving in trace.Serial)
        {
            Add(saving.Group, new SerialSum(sign, sign * (Int128)saving.Nanos));
        }

        foreach (StepWaste waste in trace.Waste)
        {
            Add(waste.Key, new WasteSum(sign, sign * waste.Count, sign * (Int128)waste.Nanos, sign * waste.Input, sign * waste.Output));
        }

        foreach (ModelUsage usage in trace.Models)
        {
            Apply(usage, trace.Outcome.Outcome == TraceOutcome.Failed, sign);
        }
    }

    private void Apply(in ModelUsage usage, bool hasFailed, int sign)
    {
        ModelCell model = Model(usage.Key);
        model.Calls += sign * usage.Calls;
        model.Tokens += sign * usage.Tokens;
        model.ThrownAway += sign * usage.ThrownAway;
        model.Repeated += sign * usage.Repeated;
        model.Failed += sign * (hasFailed ? usage.Tokens + usage.ThrownAway : default);
        model.OutputNanos += sign * (Int128)usage.OutputNanos;
        foreach (long nanos in usage.FirstTokenNanos)
        {
            model.FirstToken.Add(nanos, sign);
        }

        DropIfEmpty(usage.Key);
    }

    private void DropIfEmpty(ModelKey key)
    {
        if (Models[key].IsEmpty)
        {
            Models.Remove(key);
        }
    }
}
