namespace TraceGap.Aggregation;

/// <summary>The sums of equal <see cref="OutcomeRecord"/>s by the <see cref="PathLevel"/> of their traces, lowest first; no zero counts. Few levels occur: a record of n traces has some log₂ n.</summary>
public struct LevelWeights
{
    private (int Level, OutcomeWeight Weight)[]? _entries;

    /// <summary>The sums by level.</summary>
    public readonly ReadOnlySpan<(int Level, OutcomeWeight Weight)> Entries => _entries;

    /// <summary>The highest level that occurs; −1 if there is nothing.</summary>
    public readonly int Highest => _entries is [.., var last] ? last.Level : -1;

    /// <summary>The sum over all levels.</summary>
    public readonly OutcomeWeight Sum()
    {
        OutcomeWeight sum = default;
        foreach ((int _, OutcomeWeight weight) in Entries)
        {
            sum += weight;
        }

        return sum;
    }

    /// <summary>Adds to a level.</summary>
    internal void Add(int level, OutcomeWeight weight)
    {
        (int Level, OutcomeWeight Weight)[] entries = _entries ?? [];
        int at = 0;
        while (at < entries.Length && entries[at].Level < level)
        {
            at++;
        }

        if (at == entries.Length || entries[at].Level != level)
        {
            _entries = weight.Count == 0 ? entries : [.. entries[..at], (level, weight), .. entries[at..]];
            return;
        }

        entries[at].Weight += weight;
        if (entries[at].Weight.Count == 0)
        {
            _entries = [.. entries[..at], .. entries[(at + 1)..]];
        }
    }

    /// <summary>Takes out what lies below a level.</summary>
    internal OutcomeWeight TakeBelow(int level)
    {
        OutcomeWeight taken = default;
        int count = 0;
        foreach ((int of, OutcomeWeight weight) in Entries)
        {
            if (of < level)
            {
                taken += weight;
                count++;
            }
        }

        _entries = count > 0 ? _entries![count..] : _entries;
        return taken;
    }
}
