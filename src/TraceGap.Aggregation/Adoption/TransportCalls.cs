using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// Outgoing HTTP, database and messaging spans that hang beside the call that made them: at least half inside a tagged call of the same resource. If the calls that it could
/// belong to are of several layers, the URL path decides or nobody does; within a layer it is the nearest.
/// </summary>
internal sealed class TransportCalls(AdoptionContext context)
{
    private AdoptionContext Context => context;

    /// <summary>Whether the span is an outgoing call without a layer of its own that nothing claims.</summary>
    public bool IsCandidate(int span) =>
        context.Tree.Spans[span].Kind is SpanKind.Client or SpanKind.Producer
        && context.Layers.IsFree(span)
        && context.IsCandidate(span);

    /// <summary>The call that made the span and whether it was the only one possible; −1 if there is none, or no telling.</summary>
    public int CallOf(int span, out bool isGuess)
    {
        isGuess = false;
        int call = -1;
        int layersFound = 0;
        int byPath = -1;
        Layer pathLayer = LayerByPath(span);
        foreach (Layer layer in TaggedCalls.Layers)
        {
            int nearest = Nearest(span, layer, ref isGuess);
            if (nearest >= 0)
            {
                layersFound++;
                call = nearest;
                byPath = layer == pathLayer ? nearest : byPath;
            }
        }

        isGuess |= layersFound > 1;
        return layersFound > 1 ? byPath : call;
    }

    private int Nearest(int span, Layer layer, ref bool isGuess)
    {
        if (context.Calls.Of(layer, context.Resources[span]) is not CallIndex calls)
        {
            return -1;
        }

        NearestCall nearest = new(this, span);
        calls.Visit(span, ref nearest);
        isGuess |= nearest.Possible > 1;
        return nearest.Call;
    }

    /// <summary>Keeps the nearest of the calls that could have made a span; a second one makes it a guess.</summary>
    private struct NearestCall(TransportCalls transport, int span) : ICallVisitor
    {
        private long _distance = long.MaxValue;

        public int Possible { get; private set; }

        public int Call { get; private set; } = -1;

        public long Visit(int call)
        {
            if (transport.IsHalfInside(span, call) && transport.Context.CanHangBelow(span, call))
            {
                Possible++;
                long distance = transport.Context.Distance(span, call);
                if (distance < _distance || (distance == _distance && call < Call))
                {
                    (Call, _distance) = (call, distance);
                }
            }

            return Possible < 2 ? long.MaxValue : _distance;
        }
    }

    private bool IsHalfInside(int span, int call)
    {
        long overlap = context.Overlap(span, call);
        return overlap >= 0 && (Int128)overlap * 2 >= context.Duration(span);
    }

    // Search and query are too common as endings to decide between layers.
    private Layer LayerByPath(int span)
    {
        (string ending, Layer layer) = UrlPaths.LayerOf(context.Tree.Spans[span]);
        return ending is "/search" or "/query" ? Layer.Unattributed : layer;
    }
}
