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

    /// <summary>Adds to several levels, lowest first.</summary>
    internal void Add(ReadOnlySpan<(int Level, OutcomeWeight Weight)> others)
    {
        ReadOnlySpan<(int Level, OutcomeWeight Weight)> own = _entries;
        if (HasLevelsOf(others))
        {
            AddInPlace(others);
            return;
        }

        (int Level, OutcomeWeight Weight)[] sums = new (int, OutcomeWeight)[own.Length + others.Length];
        int count = 0;
        while (own.Length > 0 || others.Length > 0)
        {
            int level = Math.Min(own.Length > 0 ? own[0].Level : int.MaxValue, others.Length > 0 ? others[0].Level : int.MaxValue);
            OutcomeWeight weight = default;
            if (own.Length > 0 && own[0].Level == level)
            {
                weight = own[0].Weight;
                own = own[1..];
            }

            if (others.Length > 0 && others[0].Level == level)
            {
                weight += others[0].Weight;
                others = others[1..];
            }

            if (weight.Count != 0)
            {
                sums[count++] = (level, weight);
            }
        }

        _entries = count == sums.Length ? sums : sums[..count];
    }

    private readonly bool HasLevelsOf(ReadOnlySpan<(int Level, OutcomeWeight Weight)> others)
    {
        int at = 0;
        foreach ((int level, OutcomeWeight _) in Entries)
        {
            at += at < others.Length && others[at].Level == level ? 1 : 0;
        }

        return at == others.Length;
    }

    private void AddInPlace(ReadOnlySpan<(int Level, OutcomeWeight Weight)> others)
    {
        bool isAnyZero = false;
        for (int at = 0; others.Length > 0; at++)
        {
            if (_entries![at].Level == others[0].Level)
            {
                _entries[at].Weight += others[0].Weight;
                isAnyZero |= _entries[at].Weight.Count == 0;
                others = others[1..];
            }
        }

        if (isAnyZero)
        {
            _entries = Array.FindAll(_entries!, static entry => entry.Weight.Count != 0);
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
