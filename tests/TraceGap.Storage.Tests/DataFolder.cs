using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage.Tests;

/// <summary>A data folder of its own for a test.</summary>
internal sealed class DataFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("tracegap-storage-").FullName;

    public string Database => System.IO.Path.Combine(Path, "tracegap.db");

    public string InboxFolder => System.IO.Path.Combine(Path, "inbox");

    /// <summary>The segments in order.</summary>
    public string[] Segments => [.. Directory.GetFiles(InboxFolder, "*.inbox").Order(StringComparer.Ordinal)];

    public TraceStore Open(
        int segmentBytes = 64 << 20, bool fsync = false, Func<string, ISegmentFile>? openSegment = null, int cachedMinutes = 512, RetentionOptions? retention = null, int checkpointPages = 4096, int keysPerDay = 10_000, int pathsPerHour = 4096)
    {
        StoreOptions options = new()
        {
            Folder = Path,
            Fsync = fsync,
            InboxSegmentBytes = segmentBytes,
            CachedMinutes = cachedMinutes,
            CheckpointPages = checkpointPages,
            KeysPerDay = keysPerDay,
            Paths = new PathBound(pathsPerHour),
            Retention = retention ?? new RetentionOptions(),
            OpenSegment = openSegment ?? SegmentFile.Open,
        };
        Assert.True(TraceStore.TryOpen(options, out TraceStore? store, out StoreError? error), error?.ToString());
        return store;
    }

    public StoreError OpenFails()
    {
        Assert.False(TraceStore.TryOpen(new StoreOptions { Folder = Path }, out _, out StoreError? error));
        return error;
    }

    /// <summary>A copy as a crash would leave it: what is in the files now, whatever is still open.</summary>
    public DataFolder CopyAsAfterCrash()
    {
        DataFolder copy = new();
        foreach (string file in Directory.GetFiles(Path, "*", SearchOption.AllDirectories).Where(static file => !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            string target = System.IO.Path.Combine(copy.Path, System.IO.Path.GetRelativePath(Path, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            using FileStream from = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using FileStream to = File.Create(target);
            from.CopyTo(to);
        }

        return copy;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>Makes commits in a line.</summary>
internal static class Make
{
    public const long Minute = 28_000_000;
    public const long NanosPerMinute = 60_000_000_000;

    public static RollupKey Key(string workflow = "agent/run", string environment = "prod", string version = "1", string service = "agent") =>
        new(environment, service, workflow, version);

    public static List<SpanRecord> Spans(TraceId traceId, params ulong[] ids) => Spans("span", traceId, ids);

    public static List<SpanRecord> Spans(string name, TraceId traceId, params ulong[] ids)
    {
        ResourceRecord resource = new(AttributeSet.From([new("service.name", AttributeValue.Of("agent"))]));
        return [.. ids.Select(id => new SpanRecord
        {
            TraceId = traceId,
            SpanId = new SpanId(id),
            Name = $"{name} {id}",
            StartUnixNanos = (Minute * NanosPerMinute) + (long)id,
            EndUnixNanos = (Minute * NanosPerMinute) + (long)id + 1000,
            Resource = resource,
            Scope = ScopeRecord.None,
        })];
    }

    public static TraceContribution Contribution(
        RollupKey? key = null, long minute = Minute, TraceOutcome outcome = TraceOutcome.Ok, FailureKey? failure = null, int spans = 1) => new()
        {
            Key = key ?? Key(),
            Minute = minute,
            Outcome = new OutcomeRecord([], [], outcome, false, false, false),
            Weight = SpanRecord.UnitWeight,
            Spans = spans,
            Revised = false,
            DurationNanos = outcome is TraceOutcome.Ok or TraceOutcome.Failed ? 5_000_000 : null,
            PathTimes = new long[TraceContribution.PathTimeCount],
            CoveredNanos = 0,
            Durations = [],
            CriticalTimes = [],
            Errors = [],
            Models = [],
            Waste = [],
            Serial = [],
            Failure = outcome == TraceOutcome.Failed ? failure ?? new FailureKey(null, null, "") : null,
        };

    /// <summary>The same contribution with another outcome record.</summary>
    public static TraceContribution With(this TraceContribution trace, OutcomeRecord outcome) => new()
    {
        Key = trace.Key,
        Minute = trace.Minute,
        Outcome = outcome,
        Weight = trace.Weight,
        Spans = trace.Spans,
        Revised = trace.Revised,
        DurationNanos = trace.DurationNanos,
        PathTimes = trace.PathTimes,
        CoveredNanos = trace.CoveredNanos,
        Durations = trace.Durations,
        CriticalTimes = trace.CriticalTimes,
        Errors = trace.Errors,
        Models = trace.Models,
        Waste = trace.Waste,
        Serial = trace.Serial,
        Failure = trace.Failure,
    };

    public static TraceCommit Commit(
        TraceId traceId,
        TraceContribution? contribution = null,
        List<SpanRecord>? spans = null,
        int revision = 1,
        bool isOpen = false,
        long nanosIntoMinute = 1_000_000_000,
        long durationNanos = 5_000_000,
        long? arrival = null)
    {
        TraceContribution booked = contribution ?? Contribution();
        long end = (booked.Minute * NanosPerMinute) + nanosIntoMinute;
        return new TraceCommit
        {
            TraceId = traceId,
            NewSpans = spans ?? Spans(traceId, 1),
            Contribution = booked,
            OutcomeSource = OutcomeSource.Root,
            StartUnixNanos = end - durationNanos,
            EndUnixNanos = end,
            IsOpen = isOpen,
            Revision = revision,
            FirstArrivalUnixNanos = arrival ?? (end + 7),
            LastArrivalUnixNanos = arrival ?? (end + 7 + revision),
        };
    }

    /// <summary>A commit whose last span came later.</summary>
    public static TraceCommit Commit(TraceCommit commit, long lastArrival) => Copy(commit, lastArrival, isLate: false);

    /// <summary>A commit of spans that came too late.</summary>
    public static TraceCommit Late(TraceCommit commit) => Copy(commit, commit.LastArrivalUnixNanos, isLate: true);

    private static TraceCommit Copy(TraceCommit commit, long lastArrival, bool isLate) => new()
    {
        IsLate = isLate,
        TraceId = commit.TraceId,
        NewSpans = commit.NewSpans,
        Contribution = commit.Contribution,
        OutcomeSource = commit.OutcomeSource,
        StartUnixNanos = commit.StartUnixNanos,
        EndUnixNanos = commit.EndUnixNanos,
        IsOpen = commit.IsOpen,
        Revision = commit.Revision,
        FirstArrivalUnixNanos = commit.FirstArrivalUnixNanos,
        LastArrivalUnixNanos = lastArrival,
    };

    public static StoreBatch Batch(params TraceCommit[] traces) => new(traces, 0);

    public static StoreBatch Batch(long applied, params TraceCommit[] traces) => new(traces, applied);

    public static TraceId Id(ulong number) => new(0x1234, number);

    public static CellQuery AllCells { get; } = new() { FromMinute = 0, ToMinute = uint.MaxValue };
}
