namespace TraceGap.Storage;

/// <summary>What a cell sums up.</summary>
internal enum CellSpan
{
    /// <summary>A minute of event time; numbered from the Unix epoch.</summary>
    Minute,

    /// <summary>An hour of event time; numbered from the Unix epoch.</summary>
    Hour,

    /// <summary>A day of arrival, numbered from the Unix epoch: what came that day out of time, of all keys.</summary>
    OutOfTimeDay,
}

/// <summary>The number of a cell in the database: span (2 bits), rollup key (29 bits), minute, hour or day (32 bits). So cells of one span and key lie side by side in order of time.</summary>
internal readonly record struct CellId(long Value)
{
    public const long NanosPerMinute = 60_000_000_000;
    public const long MinutesPerHour = 60;
    public const long MinutesPerDay = 24 * MinutesPerHour;

    private const int KeyShift = 32;
    private const int SpanShift = 61;
    private const long KeyMask = (1L << (SpanShift - KeyShift)) - 1;

    public CellSpan Span => (CellSpan)(Value >> SpanShift);

    public long Key => (Value >> KeyShift) & KeyMask;

    /// <summary>The minute, hour or day.</summary>
    public long Number => Value & uint.MaxValue;

    /// <summary>First minute that it covers.</summary>
    public long FirstMinute => Number * MinutesOf(Span);

    /// <summary>The minute behind the last one that it covers.</summary>
    public long EndMinute => (Number + 1) * MinutesOf(Span);

    public override string ToString() => Span switch
    {
        CellSpan.Minute => $"minute {Number} of key {Key}",
        CellSpan.Hour => $"hour {Number} of key {Key}",
        _ => $"what came out of time on day {Number}",
    };

    public static CellId Of(CellSpan span, long key, long number) => new(((long)span << SpanShift) | (key << KeyShift) | number);

    /// <summary>The cell of what came out of time on the day of an arrival.</summary>
    public static CellId OfOutOfTime(long arrivalUnixNanos) => Of(CellSpan.OutOfTimeDay, 0, Math.Max(0, arrivalUnixNanos) / NanosPerMinute / MinutesPerDay);

    /// <summary>Minutes that a cell of a span covers.</summary>
    public static long MinutesOf(CellSpan span) => span switch
    {
        CellSpan.Minute => 1,
        CellSpan.Hour => MinutesPerHour,
        _ => MinutesPerDay,
    };
}

/// <summary>The cells of one span and key from one to before another.</summary>
internal readonly record struct CellRange(CellId First, CellId End)
{
    public bool Has(CellId cell) => cell.Value >= First.Value && cell.Value < End.Value;
}
