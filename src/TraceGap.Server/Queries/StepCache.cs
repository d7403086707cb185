using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Caching.Memory;
using TraceGap.Reporting;
using TraceGap.Storage;

namespace TraceGap.Server.Queries;

/// <summary>
/// Remembers what steps of series are worth, since the same ones are asked for whenever somebody looks: of an hour that is over little changes any more. A step is known only in the very state
/// of its rollups in which it was asked for, so that an answer is the same with and without. Thread-safe.
/// </summary>
internal sealed class StepCache : IDisposable
{
    /// <summary>Steps that are kept, a few hundred bytes each.</summary>
    private const int MostSteps = 20_000;

    private readonly MemoryCache _steps = new(new MemoryCacheOptions { SizeLimit = MostSteps });

    /// <summary>Finds a step.</summary>
    /// <param name="question">What is asked.</param>
    /// <param name="step">Of which step, in which state.</param>
    /// <param name="values">What it is worth.</param>
    public bool TryGet(StepQuestion question, RollupStep step, [NotNullWhen(true)] out StepValues? values)
    {
        values = _steps.TryGetValue((question, step.FromMinute, step.ToMinute), out Known? known) && known!.State == step.State ? known.Values : null;
        return values is not null;
    }

    /// <summary>Remembers a step.</summary>
    public void Add(StepQuestion question, RollupStep step, StepValues values) =>
        _steps.Set((question, step.FromMinute, step.ToMinute), new Known(step.State, values), new MemoryCacheEntryOptions { Size = 1 });

    /// <inheritdoc/>
    public void Dispose() => _steps.Dispose();

    private sealed record Known(RollupState State, StepValues Values);
}

/// <summary>What is asked of a step.</summary>
/// <param name="Workflow">Of which workflow; null for all.</param>
/// <param name="Environment">Of which environment; null for all.</param>
/// <param name="Version">Of which version; null for all.</param>
/// <param name="Granularity">What steps of paths are told apart by.</param>
/// <param name="Metrics">Names of the metrics, comma-separated.</param>
internal readonly record struct StepQuestion(string? Workflow, string? Environment, string? Version, Granularity Granularity, string Metrics);
