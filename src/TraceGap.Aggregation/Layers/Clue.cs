using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>What a clue looks at.</summary>
public enum ClueKind : byte
{
    /// <summary>One of the keys has one of the values; a <c>*</c> at the beginning or the end of a value stands for anything.</summary>
    Value,

    /// <summary>One of the keys has a value that is not blank.</summary>
    Present,

    /// <summary>None of the keys has a value.</summary>
    Absent,

    /// <summary>A key begins with one of the keys.</summary>
    KeyStart,

    /// <summary>The span name has one of the shapes of <see cref="NamePattern"/>.</summary>
    Name,

    /// <summary>The scope has one of the names, which may be shapes of <see cref="NamePattern"/>.</summary>
    Scope,

    /// <summary>The span kind is one of the values.</summary>
    Kind,

    /// <summary>The span ends when it starts: an event in the shape of a span.</summary>
    Instant,

    /// <summary>One of the keys has, on the resource, one of the values; as for <see cref="Value"/>.</summary>
    Resource,
}

/// <summary>One condition of a rule that gives spans their layer, as data.</summary>
/// <param name="Kind">What it looks at.</param>
/// <param name="Keys">Attribute keys, where it looks at attributes.</param>
/// <param name="Values">Values, names or shapes.</param>
public sealed record Clue(ClueKind Kind, string[] Keys, string[] Values)
{
    private readonly Otlp.SpanKind[] _kinds = Kind == ClueKind.Kind ? Array.ConvertAll(Values, Enum.Parse<Otlp.SpanKind>) : [];

    /// <summary>An attribute has one of the values, in any spelling of case, <c>-</c> and <c>_</c>; a <c>*</c> at the beginning or end of a value stands for anything.</summary>
    public static Clue Value(string key, params string[] values) => new(ClueKind.Value, [key], values);

    /// <summary>One of several attributes has one of the values, as for <see cref="Value"/>.</summary>
    public static Clue AnyValue(string[] keys, params string[] values) => new(ClueKind.Value, keys, values);

    /// <summary>One of the attributes has a value that is not blank.</summary>
    public static Clue Present(params string[] keys) => new(ClueKind.Present, keys, []);

    /// <summary>None of the attributes has a value.</summary>
    public static Clue Absent(params string[] keys) => new(ClueKind.Absent, keys, []);

    /// <summary>The key of some attribute begins with one of the prefixes.</summary>
    public static Clue KeyStart(params string[] prefixes) => new(ClueKind.KeyStart, prefixes, []);

    /// <summary>The span name has one of the shapes: literal text, <c>#</c> for a run of digits, <c>*</c> for anything; case counts.</summary>
    public static Clue Name(params string[] shapes) => new(ClueKind.Name, [], shapes);

    /// <summary>The instrumentation scope has one of the names, which may be shapes as for <see cref="Name"/>.</summary>
    public static Clue Scope(params string[] names) => new(ClueKind.Scope, [], names);

    /// <summary>The span is of one of the kinds.</summary>
    public static Clue SpanKind(params SpanKind[] kinds) => new(ClueKind.Kind, [], Array.ConvertAll(kinds, static kind => kind.ToString()));

    /// <summary>The span ends when it starts.</summary>
    public static Clue Instant() => new(ClueKind.Instant, [], []);

    /// <summary>A resource attribute has one of the values, as for <see cref="Value"/>.</summary>
    public static Clue Resource(string key, params string[] values) => new(ClueKind.Resource, [key], values);

    /// <summary>Whether the clue holds for a span.</summary>
    public bool Holds(SpanRecord span) => Kind switch
    {
        ClueKind.Value => HasValue(span.Attributes),
        ClueKind.Resource => HasValue(span.Resource.Attributes),
        ClueKind.Present => HasAny(span.Attributes),
        ClueKind.Absent => !HasAny(span.Attributes),
        ClueKind.KeyStart => HasKeyStart(span.Attributes),
        ClueKind.Name => NamePattern.MatchesAny(Values, span.Name),
        ClueKind.Scope => NamePattern.MatchesAny(Values, span.Scope.Name),
        ClueKind.Instant => span.EndUnixNanos <= span.StartUnixNanos,
        _ => Array.IndexOf(_kinds, span.Kind) >= 0,
    };

    /// <summary>The condition in words.</summary>
    public override string ToString() => Kind switch
    {
        ClueKind.Value => $"{string.Join(" or ", Keys)} = {string.Join(" or ", Values)}",
        ClueKind.Resource => $"resource {string.Join(" or ", Keys)} = {string.Join(" or ", Values)}",
        ClueKind.Present => $"{string.Join(" or ", Keys)} present",
        ClueKind.Absent => $"{string.Join(", ", Keys)} absent",
        ClueKind.KeyStart => $"a key {string.Join(" or ", Keys.Select(static prefix => prefix + "*"))}",
        ClueKind.Instant => "ends when it starts",
        _ => $"{Kind.ToString().ToLowerInvariant()} {string.Join(" or ", Values)}",
    };

    private bool HasAny(AttributeSet attributes)
    {
        foreach (string key in Keys)
        {
            if (attributes.HasText(key))
            {
                return true;
            }
        }

        return false;
    }

    private bool HasValue(AttributeSet attributes)
    {
        foreach (string key in Keys)
        {
            if (attributes.Text(key) is string text && FoldedText.MatchesAny(Values, text))
            {
                return true;
            }
        }

        return false;
    }

    private bool HasKeyStart(AttributeSet attributes)
    {
        foreach (KeyValuePair<string, AttributeValue> item in attributes.Items)
        {
            foreach (string prefix in Keys)
            {
                if (item.Key.StartsWith(prefix, StringComparison.Ordinal))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
