namespace TraceGap.Aggregation;

/// <summary>What a trace's figures are kept under, beside its minute.</summary>
/// <param name="Environment"><c>deployment.environment.name</c> of the root's resource, or empty.</param>
/// <param name="Service">Service of the root (without one: of the earliest topmost span).</param>
/// <param name="Workflow">What the user asked for: <c>service/name</c>, or <c>service/(no root)</c>.</param>
/// <param name="Version"><c>service.version</c> of the root's resource, or empty.</param>
public sealed record RollupKey(string Environment, string Service, string Workflow, string Version) : IComparable<RollupKey>
{
    /// <summary>Name of a workflow that is known only by its service.</summary>
    public const string NoRoot = "(no root)";

    /// <summary>Name of what stands for the keys beyond a bound.</summary>
    public const string OtherName = "(other)";

    /// <summary>The key of traces that have none of their own, because there were too many. No workflow has its name: those begin with their service and a slash.</summary>
    public static RollupKey Other { get; } = new("", "", OtherName, "");

    /// <summary>False for the workflow of traces without a root.</summary>
    public bool HasRoot => Workflow != $"{Service}/{NoRoot}";

    /// <summary>Ordinal, by workflow, environment, version, service.</summary>
    public int CompareTo(RollupKey? other)
    {
        if (other is null)
        {
            return 1;
        }

        int order = string.CompareOrdinal(Workflow, other.Workflow);
        order = order != 0 ? order : string.CompareOrdinal(Environment, other.Environment);
        order = order != 0 ? order : string.CompareOrdinal(Version, other.Version);
        return order != 0 ? order : string.CompareOrdinal(Service, other.Service);
    }
}
