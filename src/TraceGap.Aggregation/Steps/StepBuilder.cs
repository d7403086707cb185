using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// Decides which spans open steps, and for every span which step it belongs to, parents first.
/// </summary>
/// <remarks>
/// A span opens a step if it has a layer of its own and its nearest enclosing step has another layer, or is orchestration or a tool call with another key. So a model call inside
/// a model call is the same call told twice, an agent inside an agent is another agent, and inherited layers open nothing. The root is a step even where only its position says
/// that it is the ingress.
/// </remarks>
internal ref struct StepBuilder
{
    private readonly SpanTree _tree;
    private readonly SpanLayers _layers;
    private readonly IReadOnlySet<int> _duplicates;
    private readonly StepForest _forest;
    private readonly StepNames _names;
    private int _parentOfLastMcpCall = int.MinValue;
    private StepDraft? _lastMcpCalls;

    private StepBuilder(SpanTree tree, SpanLayers layers, IReadOnlySet<int> duplicates, StepForest forest, StepNames names)
    {
        _tree = tree;
        _layers = layers;
        _duplicates = duplicates;
        _forest = forest;
        _names = names;
    }

    /// <summary>Builds the steps into a forest.</summary>
    public static void Build(SpanTree tree, SpanLayers layers, IReadOnlySet<int> duplicates, StepForest forest, StepNames names)
    {
        forest.Begin(tree.Count);
        StepBuilder builder = new(tree, layers, duplicates, forest, names);
        foreach (int span in tree.ParentsFirst())
        {
            forest.OfSpan[span] = builder.StepOf(span);
        }
    }

    private StepDraft? StepOf(int span)
    {
        SpanLayer layer = _layers.Layers[span];
        if (layer.IsExcluded)
        {
            return null;
        }

        int parent = _tree.Parent[span];
        StepDraft? enclosing = parent == SpanTree.NoParent ? null : _forest.OfSpan[parent];
        bool mayOpen = span == _tree.Root || (layer.IsOwn && !IsDuplicate(span) && !IsServerHalf(span, enclosing));
        if (!mayOpen)
        {
            return enclosing;
        }

        if (IsMcpCallByUrl(span))
        {
            return McpCall(span, enclosing);
        }

        // Only the two layers whose steps nest need the operation to tell.
        bool isSameLayer = enclosing is not null && enclosing.Key.Layer == layer.Layer;
        if (isSameLayer && layer.Layer is not (Layer.Orchestration or Layer.ToolCall))
        {
            return enclosing;
        }

        bool isWrapped = parent != SpanTree.NoParent && _layers.Effects[parent] == LayerEffect.Wrapper;
        StepOperation operation = StepOperation.Of(_tree.Spans[span], layer, isWrapped ? _tree.Spans[parent] : null, _names);
        return isSameLayer && IsSameStep(enclosing!, span, operation) ? enclosing : Open(span, enclosing, operation);
    }

    private readonly bool IsDuplicate(int span) => _duplicates.Count > 0 && _duplicates.Contains(span);

    private readonly bool IsSameStep(StepDraft enclosing, int span, StepOperation operation)
    {
        // Between the halves of an MCP call there are often HTTP spans, so that the server's is no child of the client's.
        SpanRecord record = _tree.Spans[span];
        bool isSameService = enclosing.Key.Service == record.Resource.ServiceName;
        return isSameService
            ? enclosing.Key.Operation == operation.Name || enclosing.Operation.IsSameTool(operation)
            : record.Kind == SpanKind.Server && enclosing.Operation.IsSameTool(operation);
    }

    /// <summary>The other half of a remote call is the same call, though another service tells it.</summary>
    private readonly bool IsServerHalf(int span, StepDraft? enclosing)
    {
        int parent = _tree.Parent[span];
        return enclosing is not null
            && enclosing.Key.Layer == _layers.Layers[span].Layer
            && (_tree.Kind[parent], _tree.Kind[span]) is (SpanKind.Client, SpanKind.Server) or (SpanKind.Producer, SpanKind.Consumer);
    }

    // The URL row of the table is the only one that guesses.
    private static bool IsByUrl(SpanLayer layer) => layer is { IsOwn: true, Certainty: Certainty.Guessed };

    private readonly bool IsMcpCallByUrl(int span) => IsByUrl(_layers.Layers[span]) && _layers.Layers[span].Layer == Layer.ToolCall && UrlPaths.IsMcp(_tree.Spans[span]);

    /// <summary>One tool call over MCP's streamable HTTP is several requests: hand-shake, call, the asking for a stream. Siblings come one after the other here.</summary>
    private StepDraft? McpCall(int span, StepDraft? enclosing)
    {
        if (_lastMcpCalls is not null && _parentOfLastMcpCall == _tree.Parent[span] && _tree.Parent[span] != SpanTree.NoParent)
        {
            _lastMcpCalls.End = Math.Max(_lastMcpCalls.End, _tree.End[span]);
            _lastMcpCalls.LastCall = IsRequest(span) ? span : _lastMcpCalls.LastCall;
            return _lastMcpCalls;
        }

        // Asking for a stream and ending a session call nothing.
        if (!IsRequest(span))
        {
            return enclosing;
        }

        StepDraft opened = Open(span, enclosing, StepOperation.Of(_tree.Spans[span], _layers.Layers[span], wrapper: null, _names));
        (_lastMcpCalls, _parentOfLastMcpCall) = (opened, _tree.Parent[span]);
        return opened;
    }

    private readonly bool IsRequest(int span) =>
        (_tree.Spans[span].Attributes.Text("http.request.method") ?? _tree.Spans[span].Attributes.Text("http.method")) is not ("GET" or "DELETE");

    private StepDraft Open(int span, StepDraft? enclosing, StepOperation operation)
    {
        SpanRecord record = _tree.Spans[span];
        StepDraft step = _forest.Open();
        step.Parent = enclosing;
        step.Span = span;
        step.SpanId = record.SpanId;
        step.Key = _names.Key(record.Resource.ServiceName, _layers.Layers[span].Layer, operation.Name);
        step.Operation = operation;
        step.IsGuess = IsByUrl(_layers.Layers[span]);
        step.Rank = span == _tree.Root ? int.MinValue : _forest.Steps.Count - 1;
        step.Start = _tree.Start[span];
        step.End = _tree.End[span];
        step.LastCall = span;
        _forest.Root = span == _tree.Root ? step : _forest.Root;
        _lastMcpCalls = null;
        return step;
    }
}
