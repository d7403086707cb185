namespace TraceGap.Aggregation;

/// <summary>Steps of one kind that ran one after the other below one parent: who they are. Immutable; compared by value.</summary>
public sealed class SerialGroup : IEquatable<SerialGroup>, IComparable<SerialGroup>
{
    /// <summary>Most children that one group has; of a longer run every so many make a group.</summary>
    public const int MaxChildren = 16;

    private readonly StepKey[] _children;
    private readonly int _hash;

    /// <summary>Takes ownership of the array.</summary>
    /// <param name="parent">The step that they are below.</param>
    /// <param name="children">Two to <see cref="MaxChildren"/> keys in order of time; a key may occur several times.</param>
    public SerialGroup(StepKey parent, StepKey[] children)
    {
        Parent = parent;
        _children = children;
        HashCode hash = default;
        hash.Add(parent);
        foreach (StepKey child in children)
        {
            hash.Add(child);
        }

        _hash = hash.ToHashCode();
    }

    /// <summary>The step that they are below.</summary>
    public StepKey Parent { get; }

    /// <summary>Their keys in order of time.</summary>
    public IReadOnlyList<StepKey> Children => _children;

    /// <summary>The same for every order of the children.</summary>
    public SerialGroup InAnyOrder()
    {
        StepKey[] sorted = [.. _children];
        Array.Sort(sorted);
        return new SerialGroup(Parent, sorted);
    }

    /// <inheritdoc/>
    public bool Equals(SerialGroup? other) =>
        ReferenceEquals(this, other) || (other is not null && _hash == other._hash && Parent.Equals(other.Parent) && _children.AsSpan().SequenceEqual(other._children));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SerialGroup);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <summary>By parent, then child by child, then by number of children.</summary>
    public int CompareTo(SerialGroup? other)
    {
        if (other is null)
        {
            return 1;
        }

        int byParent = Parent.CompareTo(other.Parent);
        return byParent != 0 ? byParent : _children.AsSpan().SequenceCompareTo(other._children);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Parent}: {string.Join(" > ", Children)}";
}

/// <summary>What running the steps of a group together would have saved in a trace.</summary>
/// <param name="Group">The steps.</param>
/// <param name="Nanos">Sum of their durations less the longest, ns: they start together, and what follows waits for the last. Above 0.</param>
public readonly record struct SerialSaving(SerialGroup Group, long Nanos);
