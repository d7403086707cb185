using TraceGap.Aggregation;
using TraceGap.Server.Security;
using TraceGap.Storage;

namespace TraceGap.Server.Rules;

/// <summary>
/// The rules of a server that runs: follows the file, and remembers in the data folder from when which rules held, so that reports can name those that they mix.
/// </summary>
internal sealed class LiveRules : IDisposable
{
    /// <summary>How often the file is looked at, as for certificates.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);

    private readonly RuleFile? _file;
    private readonly TraceStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private string? _recorded;

    /// <param name="file">The file, read without a mistake; null if the user has no rules.</param>
    /// <param name="store">Where it is kept which rules held.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where changes and mistakes are told.</param>
    public LiveRules(RuleFile? file, TraceStore store, TimeProvider time, ILogger logger)
    {
        _file = file;
        _store = store;
        _time = time;
        _logger = logger;
        _timer = time.CreateTimer(static self => ((LiveRules)self!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Record();
        LookAgain();
    }

    /// <summary>Raised once new rules hold; who has made something of the old ones makes it anew.</summary>
    public event Action? Changed;

    /// <summary>The rules that hold.</summary>
    public LayerRuleSet Current => _file?.Current ?? LayerRuleSet.None;

    /// <summary>Why the file as it is now is not in use; empty if it is.</summary>
    public IReadOnlyList<string> Mistakes => _file?.Mistakes ?? [];

    /// <summary>Analyses by the rules that hold: another analyzer each time they have changed. Those who ask by a function of their own share nothing.</summary>
    public Func<TraceAnalyzer> Analyzer(AnalysisOptions options)
    {
        (LayerRuleSet Rules, TraceAnalyzer Analyzer) made = Make(Current);
        object latest = made;
        return () =>
        {
            (LayerRuleSet rules, TraceAnalyzer analyzer) = ((LayerRuleSet, TraceAnalyzer))Volatile.Read(ref latest);
            if (ReferenceEquals(rules, Current))
            {
                return analyzer;
            }

            (LayerRuleSet Rules, TraceAnalyzer Analyzer) anew = Make(Current);
            Volatile.Write(ref latest, anew);
            return anew.Analyzer;
        };

        (LayerRuleSet, TraceAnalyzer) Make(LayerRuleSet rules) => (rules, new TraceAnalyzer(options with { Rules = rules }));
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        switch (_file?.Look())
        {
            case FileLook.Loaded:
                RuleLog.Taken(_logger, _file.Path, Current.Rules.Count, Current.Id);
                Changed?.Invoke();
                break;
            case FileLook.Failed:
                foreach (string mistake in _file.Mistakes)
                {
                    RuleLog.NotTaken(_logger, mistake);
                }

                break;
        }

        Record();
        LookAgain();
    }

    // Where it cannot be written now the next look tries again.
    private void Record()
    {
        string id = Current.Id;
        if (id == _recorded)
        {
            return;
        }

        try
        {
            // Whole seconds read the same in every format.
            _store.RecordRuleSet(id, _time.GetUtcNow().ToUnixTimeSeconds() * 1_000_000_000);
            _recorded = id;
        }
        catch (Exception failure) when (failure is StorageUnavailableException or ObjectDisposedException)
        {
        }
    }

    // One look after the other. Without a file there is nothing to follow once it is recorded that there is none.
    private void LookAgain()
    {
        if (_file is not null || _recorded is null)
        {
            _timer.Change(LookInterval, Timeout.InfiniteTimeSpan);
        }
    }
}
