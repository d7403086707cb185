using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage.Tests;

/// <summary>Random records that cover every field; the same seed makes the same records.</summary>
internal sealed class RandomRecords(int seed)
{
    private static readonly string[] Words = ["", "gen_ai.system", "openai", "tool", "größe", "\0", "日本", "a/b", "search {id}", new string('x', 300)];
    private static readonly string[] Operations = ["chat gpt", "execute_tool search", "plan", "assemble", "GET /"];

    private const long LastMinute = long.MaxValue / 60_000_000_000;

    private readonly Random _random = new(seed);

    public int Next(int bound) => _random.Next(bound);

    public T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    public TraceId TraceId() => new((ulong)_random.NextInt64(1, 4), (ulong)_random.NextInt64(1, 4));

    public List<SpanRecord> Spans(int most)
    {
        List<ResourceRecord> resources = [.. Enumerable.Range(0, 3).Select(_ => new ResourceRecord(Attributes()))];
        List<ScopeRecord> scopes = [ScopeRecord.None, new("scope", "1.0", Attributes())];
        return [.. Enumerable.Range(0, _random.Next(most + 1)).Select(_ => Span(resources, scopes))];
    }

    public SpanRecord Span(List<ResourceRecord> resources, List<ScopeRecord> scopes) => new()
    {
        TraceId = TraceId(),
        SpanId = new SpanId((ulong)_random.NextInt64(1, 20)),
        ParentSpanId = new SpanId((ulong)_random.NextInt64(0, 30)),
        Name = Pick(Words),
        Kind = (SpanKind)_random.Next(7),
        Status = (SpanStatus)_random.Next(3),
        Flags = Chance() ? 0x101 : (uint)_random.NextInt64(uint.MaxValue),
        StartUnixNanos = Time(),
        EndUnixNanos = Time(),
        Resource = Pick(resources),
        Scope = Pick(scopes),
        Attributes = Attributes(),
        Facts = (SpanFacts)_random.Next(1 << 20),
        ExceptionType = Chance() ? null : Pick(Words),
        ResultCount = Chance() ? -1 : _random.Next(),
        InputHash = Chance() ? 0 : (uint)_random.NextInt64(1, 1L << 32),
        Weight = Chance() ? SpanRecord.UnitWeight : _random.NextInt64(1, long.MaxValue),
    };

    public AttributeSet Attributes() =>
        AttributeSet.From(Enumerable.Range(0, _random.Next(5)).Select(_ => new KeyValuePair<string, AttributeValue>(Pick(Words), Value())));

    public TraceContribution Contribution(RollupKey? key = null, long? minute = null)
    {
        TraceOutcome outcome = (TraceOutcome)_random.Next(5);
        bool hasDuration = outcome is TraceOutcome.Ok or TraceOutcome.Failed && !(_random.Next(8) == 0);
        long[] pathTimes = [.. Enumerable.Range(0, TraceContribution.PathTimeCount).Select(_ => hasDuration && Chance() ? _random.NextInt64(1L << 40) : 0)];
        return new TraceContribution
        {
            Key = key ?? new RollupKey(Pick(Words), Pick(Words), Pick(Words), Pick(Words)),
            Minute = minute ?? _random.NextInt64(LastMinute),
            Outcome = Outcome(outcome),
            Weight = Chance() ? SpanRecord.UnitWeight : _random.NextInt64(1, 1L << 40),
            Task = Chance() ? null : Chance() ? (ulong)_random.Next(5) : ulong.MaxValue - (ulong)_random.Next(5),
            Spans = _random.Next(1, 1000),
            Revised = Chance(),
            DurationNanos = hasDuration ? _random.NextInt64(1L << 45) : null,
            PathTimes = pathTimes,
            CoveredNanos = hasDuration ? _random.NextInt64(1L << 40) : 0,
            Durations = [.. Enumerable.Range(0, _random.Next(6)).Select(_ => new StepDuration(StepKey(), _random.NextInt64(1L << 40)))],
            CriticalTimes = [.. Enumerable.Range(0, _random.Next(4)).Select(_ => new StepCriticalTime(StepKey(), Kinds()))],
            Errors = [.. Enumerable.Range(0, _random.Next(3)).Select(_ => new StepError(StepKey(), Pick(Words), _random.Next(1, 4)))],
            Models = [.. Enumerable.Range(0, _random.Next(3)).Select(_ => Usage())],
            Waste = [.. Enumerable.Range(0, _random.Next(3)).Select(_ => new StepWaste(
                new WasteKey(StepKey(), (WasteKind)_random.Next(2)), _random.Next(1, 5), Nanos(), _random.Next(1000), _random.Next(1000)))],
            Serial = [.. Enumerable.Range(0, _random.Next(3)).Select(_ => new SerialSaving(Group(), Nanos()))],
            Failure = outcome == TraceOutcome.Failed ? Failure() : null,
        };
    }

    public FailureKey Failure() => Chance() ? new FailureKey(null, null, "") : new FailureKey(Layer(), StepKey(), Pick(Words));

    public StepKey StepKey() => new(Chance() ? "agent" : "tools", Layer(), Pick(Operations));

    private KindNanos Kinds() => new(KindTime(), KindTime(), KindTime(), KindTime());

    private long KindTime() => Chance() ? 0 : _random.NextInt64(1L << 40);

    private ModelUsage Usage()
    {
        long[] firstTokens = [.. Enumerable.Range(0, _random.Next(3)).Select(_ => Nanos())];
        return new ModelUsage(new ModelKey(Pick(Words), Layer()), _random.Next(5), Tokens(), Tokens(), Tokens(), Chance() ? 0 : Nanos(), firstTokens);
    }

    private TokenSums Tokens() => _random.Next(4) switch
    {
        0 => default,
        1 => new TokenSums(_random.NextInt64(1L << 40), _random.NextInt64(1L << 40), 0, _random.NextInt64(1L << 40)),
        2 => new TokenSums(1000, 10, 600, 400),
        _ => new TokenSums(1000, 0, 0, 1000),
    };

    private SerialGroup Group() => new(StepKey(), [.. Enumerable.Range(0, _random.Next(2, SerialGroup.MaxChildren + 1)).Select(_ => StepKey())]);

    private long Nanos() => _random.Next(9) == 0 ? long.MaxValue : _random.NextInt64(1, 1L << 40);

    private OutcomeRecord Outcome(TraceOutcome outcome)
    {
        StepKey[][] path = [.. Enumerable.Range(0, _random.Next(4)).Select(_ => Enumerable.Range(0, _random.Next(1, 3)).Select(_ => StepKey()).ToArray())];
        StepCount[] steps = [.. Enumerable.Range(0, _random.Next(4)).Select(_ => new StepCount(
            StepKey(), _random.Next(5), _random.Next(2), _random.Next(2), _random.Next(2), _random.Next(300), _random.Next(2)))];
        return new OutcomeRecord(path, steps, outcome, Chance(), Chance(), Chance());
    }

    private Layer Layer() => (Layer)_random.Next(LayerNames.Count);

    private bool Chance() => _random.Next(2) == 0;

    private long Time() => _random.Next(4) switch
    {
        0 => 0,
        1 => long.MaxValue,
        _ => 1_700_000_000_000_000_000 + _random.NextInt64(1L << 40),
    };

    private AttributeValue Value() => _random.Next(5) switch
    {
        0 => AttributeValue.Of(_random.NextInt64(long.MinValue, long.MaxValue)),
        1 => AttributeValue.Of(_random.NextDouble() * 1e300),
        2 => AttributeValue.Of(Chance()),
        3 => AttributeValue.Of(double.NaN),
        _ => AttributeValue.Of(Pick(Words)),
    };
}
