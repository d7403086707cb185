using System.Runtime.InteropServices;

namespace TraceGap.Otlp.Batches;

/// <summary>Writes records that exist already into a batch.</summary>
internal sealed class RecordEncoder
{
    private readonly BatchWriter _writer = new();
    private readonly List<uint> _codes = [];
    private readonly List<long> _values = [];
    private ResourceRecord? _resource;
    private ScopeRecord? _scope;
    private int _origin;

    public void Add(SpanRecord span)
    {
        if (!ReferenceEquals(span.Resource, _resource) || !ReferenceEquals(span.Scope, _scope))
        {
            (_resource, _scope) = (span.Resource, span.Scope);
            int resource = _writer.AddResource(Encode(span.Resource.Attributes));
            _origin = _writer.AddOrigin(resource, _writer.Texts.Add(span.Scope.Name), _writer.Texts.Add(span.Scope.Version), Encode(span.Scope.Attributes));
        }

        SpanRow row = new()
        {
            TraceId = span.TraceId,
            SpanId = span.SpanId,
            ParentSpanId = span.ParentSpanId,
            StartUnixNanos = span.StartUnixNanos,
            EndUnixNanos = span.EndUnixNanos,
            Flags = span.Flags,
            Kind = span.Kind,
            Status = span.Status,
            Facts = span.Facts,
            Name = _writer.Texts.Add(span.Name),
            Origin = _origin,
            ExceptionType = span.ExceptionType is null ? -1 : _writer.Texts.Add(span.ExceptionType),
            ResultCount = span.ResultCount,
            InputHash = span.InputHash,
            Weight = span.Weight,
        };
        _writer.AddSpan(row, Encode(span.Attributes));
    }

    public SpanBatch Build() => _writer.Build();

    private BatchAttributes Encode(AttributeSet attributes)
    {
        _codes.Clear();
        _values.Clear();
        foreach (ref readonly KeyValuePair<string, AttributeValue> item in attributes.Items)
        {
            AttributeType type = item.Value.Type;
            _codes.Add(BatchAttributes.Code(_writer.Texts.Add(item.Key), type));
            _values.Add(type == AttributeType.Text ? _writer.Texts.Add(item.Value.AsText()) : item.Value.Bits);
        }

        return new BatchAttributes(CollectionsMarshal.AsSpan(_codes), CollectionsMarshal.AsSpan(_values));
    }
}
