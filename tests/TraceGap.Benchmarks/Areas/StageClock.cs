using TraceGap.Benchmarks.Figures;

namespace TraceGap.Benchmarks.Areas;

/// <summary>Gathers the cost of named stages over rounds.</summary>
internal sealed class StageClock
{
    private readonly List<(string Name, List<Cost> Rounds)> _stages = [];

    /// <summary>The stages in the order in which they first ran, with the cost per span of each round.</summary>
    public IReadOnlyList<(string Name, List<Cost> Rounds)> Stages => _stages;

    /// <summary>Runs one round of a stage. What earlier stages left to the garbage collector is collected before, not on its account.</summary>
    public T Run<T>(string name, int spans, Func<T> stage)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Cost start = Cost.SoFar();
        T result = stage();
        Cost cost = (Cost.SoFar() - start).Per(spans);
        int index = _stages.FindIndex(it => it.Name == name);
        if (index < 0)
        {
            index = _stages.Count;
            _stages.Add((name, []));
        }

        _stages[index].Rounds.Add(cost);
        return result;
    }

    /// <summary>Forgets the rounds so far: they were the warm-up.</summary>
    public void Clear() => _stages.Clear();
}
