namespace TraceGap.DotNetAgent;

/// <summary>What one run really did, written down as it is done.</summary>
internal sealed class RunBook
{
    private static readonly AsyncLocal<RunBook?> CurrentRun = new();
    private readonly List<Entry> _entries = [];

    /// <summary>The run that the calling code works for.</summary>
    public static RunBook Current => CurrentRun.Value!;

    public required int Run { get; init; }

    public bool Ok { get; set; }

    public IReadOnlyList<Entry> Entries => _entries;

    /// <summary>The layer that a failed run failed in first: of what ended it, else of what it survived; null where nothing failed of its own.</summary>
    public string? FirstFailure => (_entries.Find(static entry => entry is { Failed: true, Caught: false }) ?? _entries.Find(static entry => entry.Failed))?.Layer;

    public void Begin() => CurrentRun.Value = this;

    /// <summary>Does work as a step; with <paramref name="caught"/> the run goes on if it fails.</summary>
    public async Task<T> StepAsync<T>(string layer, string operation, Func<Task<T>> work, bool caught = false)
    {
        Entry entry = new(layer, operation) { Caught = caught };
        _entries.Add(entry);
        try
        {
            return await work();
        }
        catch
        {
            entry.Failed = true;
            throw;
        }
    }

    /// <summary>One piece of work.</summary>
    internal sealed record Entry(string Layer, string Operation)
    {
        public bool Failed { get; set; }

        public bool Caught { get; init; }
    }
}
