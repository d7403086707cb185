using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>Which rollups are asked for. A filter that is null lets everything pass.</summary>
public sealed record CellQuery
{
    /// <summary>First minute, minutes since the Unix epoch.</summary>
    public required long FromMinute { get; init; }

    /// <summary>The minute behind the last one.</summary>
    public required long ToMinute { get; init; }

    /// <summary>The workflow.</summary>
    public string? Workflow { get; init; }

    /// <summary>The environment.</summary>
    public string? Environment { get; init; }

    /// <summary>The version.</summary>
    public string? Version { get; init; }

    /// <summary>The service.</summary>
    public string? Service { get; init; }
}

/// <summary>The rollup of one key over the minutes that were asked for.</summary>
/// <param name="Key">The key.</param>
/// <param name="Cell">The sum of its minutes; the caller owns it.</param>
public sealed record KeyCell(RollupKey Key, RollupCell Cell);
