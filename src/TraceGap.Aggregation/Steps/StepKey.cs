namespace TraceGap.Aggregation;

/// <summary>What makes two steps the same piece of work: service, layer, operation. Compared by value, ordered by <see cref="Text"/>.</summary>
/// <param name="Service">Service name of the opening span.</param>
/// <param name="Layer">Layer of the step.</param>
/// <param name="Operation">The convention's operation and its target, else the templated span name.</param>
public sealed record StepKey(string Service, Layer Layer, string Operation) : IComparable<StepKey>
{
    /// <summary>The key as reports show it: <c>service/layer/operation</c>.</summary>
    public string Text { get; } = $"{Service}/{LayerNames.Of(Layer)}/{Operation}";

    /// <inheritdoc/>
    public bool Equals(StepKey? other) =>
        ReferenceEquals(this, other) || (other is not null && Layer == other.Layer && Service == other.Service && Operation == other.Operation);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Service, Layer, Operation);

    /// <inheritdoc/>
    public int CompareTo(StepKey? other)
    {
        if (other is null)
        {
            return 1;
        }

        int byText = string.CompareOrdinal(Text, other.Text);
        return byText != 0 ? byText : string.CompareOrdinal(Service, other.Service);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
