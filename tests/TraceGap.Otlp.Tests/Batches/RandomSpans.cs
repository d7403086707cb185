namespace TraceGap.Otlp.Tests.Batches;

/// <summary>Random records that cover every field; the same seed makes the same records.</summary>
internal sealed class RandomSpans(int seed)
{
    private static readonly string[] Words =
        ["", "gen_ai.system", "openai", "tool", "größe", "\0", "日本", "\uE000", "🙂", "a/b", "search {id}", new string('x', 300)];

    private readonly Random _random = new(seed);

    public List<SpanRecord> UpTo(int most)
    {
        ResourceRecord[] resources = [ResourceRecord.Unknown, new(Attributes()), new(Attributes())];
        ScopeRecord[] scopes = [ScopeRecord.None, new("scope", "1.0", Attributes()), new("", "2", AttributeSet.Empty)];
        return [.. Enumerable.Range(0, _random.Next(most + 1)).Select(_ => Span(Pick(resources), Pick(scopes)))];
    }

    private SpanRecord Span(ResourceRecord resource, ScopeRecord scope) => new()
    {
        TraceId = new TraceId((ulong)_random.Next(3), 1),
        SpanId = new SpanId((ulong)_random.NextInt64(1, long.MaxValue)),
        ParentSpanId = new SpanId(Chance() ? 0 : ulong.MaxValue - (ulong)_random.Next(9)),
        Name = Pick(Words),
        Kind = (SpanKind)_random.Next(7),
        Status = (SpanStatus)_random.Next(3),
        Flags = Chance() ? 0x101 : uint.MaxValue,
        StartUnixNanos = Time(),
        EndUnixNanos = Time(),
        Resource = resource,
        Scope = scope,
        Attributes = Attributes(),
        Facts = (SpanFacts)_random.Next(1 << 16),
        ExceptionType = Chance() ? null : Pick(Words),
        ResultCount = Chance() ? -1 : _random.Next(),
        InputHash = Chance() ? 0 : (uint)_random.NextInt64(1, 1L << 32),
        Weight = Chance() ? SpanRecord.UnitWeight : _random.NextInt64(1, long.MaxValue),
    };

    private AttributeSet Attributes() =>
        AttributeSet.From(Enumerable.Range(0, _random.Next(6)).Select(_ => new KeyValuePair<string, AttributeValue>(Pick(Words), Value())));

    private AttributeValue Value() => _random.Next(6) switch
    {
        0 => AttributeValue.Of(_random.NextInt64(long.MinValue, long.MaxValue)),
        1 => AttributeValue.Of(_random.NextDouble() * 1e300),
        2 => AttributeValue.Of(Chance()),
        3 => AttributeValue.Of(double.NaN),
        4 => AttributeValue.Of(Pick([long.MinValue, long.MaxValue, -1L, 0L])),
        _ => AttributeValue.Of(Pick(Words)),
    };

    private long Time() => Pick([0, long.MaxValue, 1_700_000_000_000_000_000 + _random.NextInt64(1L << 40)]);

    private bool Chance() => _random.Next(2) == 0;

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];
}
