using TraceGap.Otlp.Attributes;

namespace TraceGap.Otlp;

/// <summary>Makes resource and scope records. Equal ones of earlier requests are given again, so that spans in memory share them.</summary>
internal sealed class HeaderBuilder(KeyTable keys, TextCache texts, DecodeLimits limits)
{
    // Services and scopes that one receiver hears at a time; one entry a slot, the newcomer wins.
    private const int Slots = 256;

    private readonly AttributeCollector _attributes = new(keys, texts, limits);
    private readonly ResourceRecord?[] _resources = new ResourceRecord?[Slots];
    private readonly ScopeRecord?[] _scopes = new ScopeRecord?[Slots];

    private string _name = "";
    private string _version = "";

    /// <summary>What was cut so far in this request.</summary>
    public ref DecodeTally Tally => ref _attributes.Tally;

    /// <summary>Starts the next resource or scope.</summary>
    public void Begin()
    {
        _attributes.Begin();
        _name = _version = "";
    }

    public void SetName(ReadOnlySpan<byte> name) => _name = _attributes.Name(name);

    public void SetVersion(ReadOnlySpan<byte> version) => _version = _attributes.Name(version);

    /// <inheritdoc cref="SpanBuilder.RuleOf"/>
    public KeyRule? RuleOf(ReadOnlySpan<byte> key) => keys.Find(key);

    public void Attribute(KeyRule? rule, ReadOnlySpan<byte> key, in RawValue value) => _attributes.Add(rule, key, value);

    public ResourceRecord BuildResource()
    {
        AttributeSet attributes = _attributes.Build();
        if (attributes.Count == 0)
        {
            return ResourceRecord.Unknown;
        }

        ref ResourceRecord? slot = ref _resources[Hash(attributes) & (Slots - 1)];
        if (slot is null || !SameItems(slot.Attributes, attributes))
        {
            slot = new ResourceRecord(attributes);
        }

        return slot;
    }

    public ScopeRecord BuildScope()
    {
        AttributeSet attributes = _attributes.Build();
        if (attributes.Count == 0 && _name.Length == 0 && _version.Length == 0)
        {
            return ScopeRecord.None;
        }

        ref ScopeRecord? slot = ref _scopes[HashCode.Combine(_name, _version, Hash(attributes)) & (Slots - 1)];
        if (slot is null || slot.Name != _name || slot.Version != _version || !SameItems(slot.Attributes, attributes))
        {
            slot = new ScopeRecord(_name, _version, attributes);
        }

        return slot;
    }

    private static int Hash(AttributeSet attributes)
    {
        HashCode hash = default;
        foreach (ref readonly KeyValuePair<string, AttributeValue> item in attributes.Items)
        {
            hash.Add(item.Key);
            hash.Add(item.Value);
        }

        return hash.ToHashCode();
    }

    private static bool SameItems(AttributeSet left, AttributeSet right) => left.Items.SequenceEqual(right.Items);
}
