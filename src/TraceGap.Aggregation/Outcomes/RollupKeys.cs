using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>The keys that traces count under, shared by the traces of a workflow for as long as they recur. One owner at a time.</summary>
internal sealed class RollupKeys
{
    private readonly RecentTexts<string> _workflows = new(static (service, name) => $"{service}/{name}");
    private readonly RecentTexts<RollupKey?[]> _keys = new(static (_, _) => new RollupKey?[1]);

    /// <summary>The key of a workflow of a resource.</summary>
    /// <param name="resource">Tells environment, service and version.</param>
    /// <param name="name">The workflow within the service.</param>
    public RollupKey Of(ResourceRecord resource, string name)
    {
        string workflow = _workflows.Of(resource.ServiceName, name);
        ref RollupKey? key = ref _keys.Of(workflow, resource.ServiceVersion)[0];
        if (key is null || key.Environment != resource.Environment || key.Service != resource.ServiceName)
        {
            key = new RollupKey(resource.Environment, resource.ServiceName, workflow, resource.ServiceVersion);
        }

        return key;
    }
}
