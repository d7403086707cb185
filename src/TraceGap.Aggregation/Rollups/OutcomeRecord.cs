namespace TraceGap.Aggregation;

/// <summary>What one trace says about one step key.</summary>
/// <param name="Key">The step key.</param>
/// <param name="Executions">Steps that ran, whatever their verdict (cancelled and superseded ones do not count): n.</param>
/// <param name="OwnFailures">Of those, failed of their own: f.</param>
/// <param name="Recovered">Of those, survived by the run.</param>
/// <param name="Degraded">Executions that were degraded; they count as ok.</param>
/// <param name="Attempts">Tries, the retried ones included.</param>
/// <param name="FailedFirstAttempts">Executions whose first attempt failed of its own.</param>
public readonly record struct StepCount(
    StepKey Key, int Executions, int OwnFailures, int Recovered, int Degraded, int Attempts, int FailedFirstAttempts);

/// <summary>
/// What one trace adds to the outcome table: its path, its counts per step key and how it ended. Equal records are one cell. Immutable; compared by value.
/// </summary>
public sealed class OutcomeRecord : IEquatable<OutcomeRecord>
{
    /// <summary>Most positions that a path keeps.</summary>
    public const int MaxPathLength = 64;

    private readonly StepKey[][] _path;
    private readonly StepCount[] _steps;
    private readonly int _hash;

    /// <summary>Takes ownership of the arrays.</summary>
    /// <param name="path">Positions in order of start; each a sorted multiset of step keys (one key, or several where siblings overlap); at most <see cref="MaxPathLength"/>.</param>
    /// <param name="steps">Counts per step key, sorted by key.</param>
    /// <param name="outcome">How the trace ended.</param>
    /// <param name="inferred">Whether the outcome was inferred.</param>
    /// <param name="hasUnrecovered">Whether any own failure is unrecovered.</param>
    /// <param name="lastFailed">Whether the last position of the path has a step that failed of its own, unrecovered.</param>
    public OutcomeRecord(StepKey[][] path, StepCount[] steps, TraceOutcome outcome, bool inferred, bool hasUnrecovered, bool lastFailed)
    {
        _path = path;
        _steps = steps;
        Outcome = outcome;
        Inferred = inferred;
        HasUnrecovered = hasUnrecovered;
        LastFailed = lastFailed;
        HashCode hash = default;
        hash.Add(outcome);
        hash.Add(path.Length);
        foreach (StepKey[] position in path)
        {
            hash.Add(position.Length);
            foreach (StepKey key in position)
            {
                hash.Add(key);
            }
        }

        foreach (StepCount step in steps)
        {
            hash.Add(step);
        }

        hash.Add((inferred ? 1 : 0) + (hasUnrecovered ? 2 : 0) + (lastFailed ? 4 : 0));
        _hash = hash.ToHashCode();
    }

    /// <summary>Positions in order of start, each a sorted multiset of step keys.</summary>
    public IReadOnlyList<IReadOnlyList<StepKey>> Path => _path;

    /// <summary>Counts per step key, sorted by key.</summary>
    public IReadOnlyList<StepCount> Steps => _steps;

    /// <summary>How the trace ended.</summary>
    public TraceOutcome Outcome { get; }

    /// <summary>Whether the outcome was inferred.</summary>
    public bool Inferred { get; }

    /// <summary>Whether any own failure is unrecovered; false is event B of the decomposition.</summary>
    public bool HasUnrecovered { get; }

    /// <summary>Whether the last position of the path has a step that failed of its own, unrecovered.</summary>
    public bool LastFailed { get; }

    /// <summary>How it ended, without path and steps.</summary>
    public OutcomeRecord WithoutPath() => new([], [], Outcome, Inferred, HasUnrecovered, LastFailed);

    /// <inheritdoc/>
    public bool Equals(OutcomeRecord? other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        if (other is null || _hash != other._hash || Outcome != other.Outcome || Inferred != other.Inferred
            || HasUnrecovered != other.HasUnrecovered || LastFailed != other.LastFailed || _path.Length != other._path.Length)
        {
            return false;
        }

        for (int i = 0; i < _path.Length; i++)
        {
            if (!_path[i].AsSpan().SequenceEqual(other._path[i]))
            {
                return false;
            }
        }

        return _steps.AsSpan().SequenceEqual(other._steps);
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as OutcomeRecord);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;
}
