namespace TraceGap.Aggregation;

/// <summary>What makes two steps the same piece of work: service, layer, operation. Compared by value, ordered by <see cref="Text"/>.</summary>
/// <param name="Service">Service name of the opening span.</param>
/// <param name="Layer">Layer of the step.</param>
/// <param name="Operation">The convention's operation and its target, else the templated span name.</param>
public sealed record StepKey(string Service, Layer Layer, string Operation) : IComparable<StepKey>
{
    /// <summary>The key of no step.</summary>
    internal static StepKey None { get; } = new("", Layer.Unattributed, "");

    /// <summary>The key as reports show it: <c>service/layer/operation</c>.</summary>
    public string Text { get; } = $"{Service}/{LayerNames.Of(Layer)}/{Operation}";

    // Keys are looked up far more often than they are made.
    private readonly int _hash = HashCode.Combine(Service, Layer, Operation);

    /// <inheritdoc/>
    public bool Equals(StepKey? other) =>
        ReferenceEquals(this, other)
        || (other is not null && _hash == other._hash && Layer == other.Layer && Service == other.Service && Operation == other.Operation);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <inheritdoc/>
    public int CompareTo(StepKey? other)
    {
        if (other is null || ReferenceEquals(this, other))
        {
            return other is null ? 1 : 0;
        }

        int byText = string.CompareOrdinal(Text, other.Text);
        return byText != 0 ? byText : string.CompareOrdinal(Service, other.Service);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
