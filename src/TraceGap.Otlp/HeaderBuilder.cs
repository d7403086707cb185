using TraceGap.Otlp.Attributes;
using TraceGap.Otlp.Batches;

namespace TraceGap.Otlp;

/// <summary>Writes resources and scopes into the batch, where equal ones are one.</summary>
internal sealed class HeaderBuilder(KeyTable keys, BatchWriter batch, DecodeLimits limits)
{
    private readonly AttributeCollector _attributes = new(keys, batch.Texts, limits);
    private int _name;
    private int _version;

    /// <summary>What was cut so far in this request.</summary>
    public ref DecodeTally Tally => ref _attributes.Tally;

    /// <summary>The attributes of the resource or scope.</summary>
    public AttributeCollector Attributes => _attributes;

    /// <summary>Starts the next resource or scope.</summary>
    public void Begin()
    {
        _attributes.Begin();
        _name = _version = batch.Texts.Add([]);
    }

    public void SetName(ReadOnlySpan<byte> name) => _name = _attributes.Name(name);

    public void SetVersion(ReadOnlySpan<byte> version) => _version = _attributes.Name(version);

    /// <inheritdoc cref="SpanBuilder.RuleOf"/>
    public KeyRule? RuleOf(ReadOnlySpan<byte> key) => _attributes.RuleOf(key);

    public void Attribute(KeyRule? rule, ReadOnlySpan<byte> key, in RawValue value) => _attributes.Add(rule, key, value);

    /// <summary>The number of the resource as it stands.</summary>
    public int BuildResource() => batch.AddResource(_attributes.Build());

    /// <summary>The number of the origin that the scope as it stands has in a resource.</summary>
    public int BuildOrigin(int resource) => batch.AddOrigin(resource, _name, _version, _attributes.Build());
}
