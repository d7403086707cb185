namespace TraceGap.Aggregation;

/// <summary>The step keys of one trace, numbered as they come, with what is counted for each. Used again from trace to trace; one owner at a time.</summary>
internal sealed class ContributionScratch
{
    private readonly Dictionary<StepKey, int> _numbers = [];
    private readonly List<StepKey> _keys = [];
    private readonly List<int> _sorted = [];
    private int[] _numberOfStep = [];
    private bool[] _hasStepsBelow = [];
    private StepCount[] _counts = [];
    private long[] _criticalNanos = [];

    /// <summary>Counts by number of key; a key that no step counts for has no attempts.</summary>
    public StepCount[] Counts => _counts;

    /// <summary>Own path time, <c>[number of key * 4 + (int)kind]</c>, ns.</summary>
    public long[] CriticalNanos => _criticalNanos;

    /// <summary>For every step the number of its key.</summary>
    public int[] NumberOfStep => _numberOfStep;

    /// <summary>For every step whether steps are below it.</summary>
    public bool[] HasStepsBelow => _hasStepsBelow;

    /// <summary>The path of the trace.</summary>
    public PathPositions Path { get; } = new();

    /// <summary>Redundant work.</summary>
    public WasteFinder Waste { get; } = new();

    /// <summary>Model calls.</summary>
    public ModelUsageFinder Models { get; } = new();

    /// <summary>Serial groups.</summary>
    public SerialGroupFinder Serial { get; } = new();

    /// <summary>The numbers of all keys, in order of the keys.</summary>
    public IReadOnlyList<int> InOrderOfKeys => _sorted;

    /// <summary>Numbers the keys of the steps of another trace; all counts are zero.</summary>
    public void Begin(ReadOnlySpan<StepFinding> steps)
    {
        _numbers.Clear();
        _keys.Clear();
        _sorted.Clear();
        Buffers.Reserve(ref _numberOfStep, steps.Length);
        Buffers.Cleared(ref _hasStepsBelow, steps.Length);
        for (int i = 0; i < steps.Length; i++)
        {
            _numberOfStep[i] = NumberOf(steps[i].Key);
            if (steps[i].ParentIndex >= 0)
            {
                _hasStepsBelow[steps[i].ParentIndex] = true;
            }
        }

        _sorted.Sort((left, right) => _keys[left].CompareTo(_keys[right]));
        Buffers.Cleared(ref _criticalNanos, _keys.Count * KindNanos.Count);
        Buffers.Reserve(ref _counts, _keys.Count);
        for (int number = 0; number < _keys.Count; number++)
        {
            _counts[number] = new StepCount(_keys[number], 0, 0, 0, 0, 0, 0);
        }
    }

    private int NumberOf(StepKey key)
    {
        if (!_numbers.TryGetValue(key, out int number))
        {
            number = _keys.Count;
            _numbers.Add(key, number);
            _keys.Add(key);
            _sorted.Add(number);
        }

        return number;
    }
}
