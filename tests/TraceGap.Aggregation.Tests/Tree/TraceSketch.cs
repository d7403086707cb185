using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

/// <summary>Makes the spans of a trace, a line a span. Names are unique within a sketch and stand for span ids.</summary>
internal sealed class TraceSketch
{
    private static readonly TraceId Trace = new(1, 2);

    private readonly List<SpanRecord> _spans = [];
    private readonly Dictionary<string, SpanId> _ids = [];

    public IReadOnlyList<SpanRecord> Spans => _spans;

    public TraceSketch Span(
        string name,
        long start,
        long end,
        string? parent = null,
        SpanKind kind = SpanKind.Internal,
        string service = "agent",
        uint flags = 0,
        SpanFacts facts = SpanFacts.None,
        params (string Key, AttributeValue Value)[] attributes)
    {
        _spans.Add(new SpanRecord
        {
            TraceId = Trace,
            SpanId = IdOf(name),
            ParentSpanId = parent is null ? SpanId.None : IdOf(parent),
            Name = name,
            Kind = kind,
            Flags = flags,
            StartUnixNanos = start,
            EndUnixNanos = end,
            Facts = facts,
            Resource = new ResourceRecord(AttributeSet.From([new("service.name", AttributeValue.Of(service))])),
            Scope = ScopeRecord.None,
            Attributes = AttributeSet.From(attributes.Select(static item => new KeyValuePair<string, AttributeValue>(item.Key, item.Value))),
        });
        return this;
    }

    public SpanId IdOf(string name)
    {
        if (!_ids.TryGetValue(name, out SpanId id))
        {
            id = new SpanId((ulong)_ids.Count + 1);
            _ids.Add(name, id);
        }

        return id;
    }

    public SpanTree Tree() => TreeBuilder.Build(_spans);

    public SpanTree AdjustedTree()
    {
        SpanTree tree = Tree();
        SkewAdjuster.Adjust(tree);
        return tree;
    }
}

internal static class SpanTreeQueries
{
    public static int At(this SpanTree tree, string name) => Array.FindIndex(tree.Spans, span => span.Name == name);

    public static string? NameOrNull(this SpanTree tree, int index) => index < 0 ? null : tree.Spans[index].Name;

    public static string? ParentOf(this SpanTree tree, string name) => tree.NameOrNull(tree.Parent[tree.At(name)]);

    public static IEnumerable<DefectKind> DefectKinds(this SpanTree tree) => tree.Defects.Select(static defect => defect.Kind);
}
