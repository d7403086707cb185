namespace TraceGap.Otlp.Batches;

/// <summary>Gives resource and scope records; equal ones of other batches are given again, so that spans in memory share them. Bounded, thread-safe.</summary>
internal static class SharedOrigins
{
    // Services and scopes that are heard at a time; one entry a slot, the newcomer wins, and a race only costs a second equal record.
    private const int Slots = 1024;

    private static readonly ResourceRecord?[] Resources = new ResourceRecord?[Slots];
    private static readonly ScopeRecord?[] Scopes = new ScopeRecord?[Slots];

    public static ResourceRecord ResourceOf(AttributeSet attributes)
    {
        if (attributes.Count == 0)
        {
            return ResourceRecord.Unknown;
        }

        ref ResourceRecord? slot = ref Resources[Hash(attributes) & (Slots - 1)];
        ResourceRecord? known = slot;
        if (known is null || !AreEqual(known.Attributes, attributes))
        {
            slot = known = new ResourceRecord(attributes);
        }

        return known;
    }

    public static ScopeRecord ScopeOf(string name, string version, AttributeSet attributes)
    {
        if (attributes.Count == 0 && name.Length == 0 && version.Length == 0)
        {
            return ScopeRecord.None;
        }

        ref ScopeRecord? slot = ref Scopes[HashCode.Combine(name, version, Hash(attributes)) & (Slots - 1)];
        ScopeRecord? known = slot;
        if (known is null || known.Name != name || known.Version != version || !AreEqual(known.Attributes, attributes))
        {
            slot = known = new ScopeRecord(name, version, attributes);
        }

        return known;
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

    private static bool AreEqual(AttributeSet left, AttributeSet right) =>
        left.Shape.Keys.SequenceEqual(right.Shape.Keys) && left.Values.SequenceEqual(right.Values);
}
