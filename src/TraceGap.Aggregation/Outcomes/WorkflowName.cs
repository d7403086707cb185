using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>What the user asked for, read from the root: the key that a trace is reported under.</summary>
internal static class WorkflowName
{
    /// <summary>The key of a trace; without a root that of the service that was seen first.</summary>
    public static RollupKey KeyOf(SpanTree tree, StepNames names, RollupKeys keys)
    {
        SpanRecord span = tree.Spans[tree.Root != SpanTree.NoParent ? tree.Root : EarliestTopmost(tree)];
        return keys.Of(span.Resource, tree.Root == SpanTree.NoParent ? RollupKey.NoRoot : Of(span, names));
    }

    private static string Of(SpanRecord root, StepNames names)
    {
        // The roots of n8n and of Microsoft's agent framework have one name for all workflows.
        if ((root.Attributes.Text("gen_ai.workflow.name") ?? root.Attributes.Text("n8n.workflow.name") ?? root.Attributes.Text("workflow.name")) is string workflow)
        {
            return workflow;
        }

        // A server span is to be named by method and route; instrumentations that do not know the framework leave the method alone.
        string? method = root.Attributes.Text("http.request.method") ?? root.Attributes.Text("http.method");
        bool isBareMethod = root.Kind == SpanKind.Server && root.Name == method;
        return isBareMethod && root.Attributes.Text("http.route") is string route ? names.Join(root.Name, route) : names.Template(root.Name);
    }

    private static int EarliestTopmost(SpanTree tree)
    {
        int earliest = 0;
        bool found = false;
        for (int span = 0; span < tree.Count; span++)
        {
            if (tree.Parent[span] == SpanTree.NoParent && (!found || tree.Start[span] < tree.Start[earliest]))
            {
                earliest = span;
                found = true;
            }
        }

        return earliest;
    }
}
