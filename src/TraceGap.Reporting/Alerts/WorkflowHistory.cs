using TraceGap.Aggregation;

namespace TraceGap.Reporting.Alerts;

/// <summary>
/// A day of one workflow by minute, and the losses of all windows of a scan that end with a minute. One owner, no lock.
/// </summary>
/// <remarks>
/// Theoretical reliability does not add over minutes: the divergence of a window is that of its own outcome table. Windows end together, so each contains the shorter ones: minutes are added
/// from the newest backwards into one weight per record (some 80 additions a minute), and at each of the 16 lengths the estimator runs over a table whose keys, positions and prefixes stay the
/// same. Records get their number when a minute comes in, so nothing is hashed or sorted here.
/// </remarks>
internal sealed class WorkflowHistory
{
    private readonly SortedDictionary<RollupKey, GroupHistory> _groups = [];

    /// <summary>Whether a minute came in since the last <see cref="LossesUntil"/> that was not known so before.</summary>
    public bool HasNews => _groups.Values.Any(static group => group.HasNews);

    /// <summary>Takes in a minute; what was known of it before, and the minute a day before it, is replaced.</summary>
    /// <param name="minute">Minutes since the Unix epoch.</param>
    /// <param name="cells">All cells of the workflow in that minute, a key once.</param>
    public void Take(long minute, IEnumerable<KeyValuePair<RollupKey, RollupCell>> cells)
    {
        HashSet<RollupKey> present = [];
        foreach ((RollupKey key, RollupCell cell) in cells)
        {
            if (!_groups.TryGetValue(key, out GroupHistory? group))
            {
                group = new GroupHistory();
                _groups.Add(key, group);
            }

            group.Take(minute, cell);
            present.Add(key);
        }

        foreach ((RollupKey key, GroupHistory group) in _groups)
        {
            if (!present.Contains(key))
            {
                group.Clear(minute);
            }
        }
    }

    /// <summary>Forgets what is older than the longest window that ends with a minute.</summary>
    /// <returns>False if nothing is left.</returns>
    public bool Trim(long lastMinute)
    {
        foreach (RollupKey gone in _groups.Where(group => !group.Value.Trim(lastMinute)).Select(static group => group.Key).ToArray())
        {
            _groups.Remove(gone);
        }

        return _groups.Count > 0;
    }

    /// <summary>The first minute with traces of the day that ends with a minute; null if there is none.</summary>
    public long? FirstMinute(long lastMinute) => _groups.Values.Min(group => group.FirstMinute(lastMinute));

    /// <summary>Σw of the ok and failed traces of the day that ends with a minute.</summary>
    public double WeightUntil(long lastMinute) => _groups.Values.Sum(group => group.WeightUntil(lastMinute));

    /// <summary>Losses of all windows that end with a minute, shortest first.</summary>
    /// <param name="lastMinute">The minute.</param>
    /// <param name="sampling">How outcomes are sampled; null if they have nothing to do with it.</param>
    public WorkflowLosses LossesUntil(long lastMinute, OutcomeSampling? sampling = null)
    {
        WindowLoss[] diverged = new WindowLoss[ScanWindows.Minutes.Count];
        WindowLoss[] silent = new WindowLoss[ScanWindows.Minutes.Count];
        foreach (GroupHistory group in _groups.Values)
        {
            group.Begin();
        }

        int added = 0;
        for (int i = 0; i < ScanWindows.Minutes.Count; i++)
        {
            int length = ScanWindows.Minutes[i];
            bool grew = false;
            for (; added < length; added++)
            {
                grew |= Add(lastMinute - added);
            }

            if (grew || i == 0)
            {
                (diverged[i], silent[i]) = Sum(length, sampling);
            }
            else
            {
                diverged[i] = diverged[i - 1] with { Minutes = length };
                silent[i] = silent[i - 1] with { Minutes = length };
            }
        }

        return new WorkflowLosses(diverged, silent);
    }

    private bool Add(long minute)
    {
        bool any = false;
        foreach (GroupHistory group in _groups.Values)
        {
            any |= group.Add(minute);
        }

        return any;
    }

    private (WindowLoss Diverged, WindowLoss Silent) Sum(int minutes, OutcomeSampling? sampling)
    {
        WindowSums sums = default;
        foreach (GroupHistory group in _groups.Values)
        {
            sums += group.Sum();
        }

        return (sums.DivergedLoss(minutes), sums.SilentLoss(minutes, sampling));
    }
}

/// <summary>Losses of the windows of a scan, shortest first.</summary>
/// <param name="Diverged">By divergence.</param>
/// <param name="Silent">By silent failures alone, which recovery elsewhere may hide.</param>
internal readonly record struct WorkflowLosses(WindowLoss[] Diverged, WindowLoss[] Silent);
