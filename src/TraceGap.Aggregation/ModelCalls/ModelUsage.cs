namespace TraceGap.Aggregation;

/// <summary>What calls of a model are counted under.</summary>
/// <param name="Model">The model that answered, else the one that was asked; empty if neither is named.</param>
/// <param name="Layer">Layer of the calls.</param>
public readonly record struct ModelKey(string Model, Layer Layer) : IComparable<ModelKey>
{
    /// <summary>Stands for the models beyond a bound.</summary>
    public const string Other = "(other)";

    /// <inheritdoc/>
    public int CompareTo(ModelKey other) => string.CompareOrdinal(Model, other.Model) is not 0 and int byModel ? byModel : Layer.CompareTo(other.Layer);
}

/// <summary>The calls of one model in a trace.</summary>
/// <param name="Key">Model and layer.</param>
/// <param name="Calls">Steps that called it; attempts that were thrown away are none.</param>
/// <param name="Tokens">Tokens of those, last attempts.</param>
/// <param name="ThrownAway">Tokens of attempts that were thrown away, and of steps inside such attempts.</param>
/// <param name="Repeated">Of <paramref name="Tokens"/>, those of steps that repeated an earlier one.</param>
/// <param name="OutputNanos">Sum of the durations of the last attempts that made output, ns.</param>
/// <param name="FirstTokenNanos">Times to the first token of the calls that tell it, ns, in order of start.</param>
public readonly record struct ModelUsage(
    ModelKey Key, int Calls, TokenSums Tokens, TokenSums ThrownAway, TokenSums Repeated, long OutputNanos, long[] FirstTokenNanos);
