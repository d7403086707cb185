using TraceGap.Aggregation;

namespace TraceGap.Reporting.Alerts;

/// <summary>How long the requests of one workflow took over the longest window of a scan, by minute. One owner, no lock.</summary>
internal sealed class TimeHistory
{
    private readonly Dictionary<long, MinuteTimes> _minutes = [];

    /// <summary>The last bin that is not slow; null before the week before is known. Minutes are counted anew as they come in again.</summary>
    public int? SlowBin { get; set; }

    /// <summary>Takes in a minute; what was known of it before is replaced.</summary>
    public void Take(long minute, IEnumerable<RollupCell> cells)
    {
        MinuteTimes times = MinuteTimes.Of(cells, SlowBin);
        if (times.Traces > 0)
        {
            _minutes[minute] = times;
        }
        else
        {
            _minutes.Remove(minute);
        }
    }

    /// <summary>Forgets what is older than the longest window.</summary>
    public void Trim(long lastMinute)
    {
        foreach (long gone in _minutes.Keys.Where(minute => minute <= lastMinute - ScanWindows.Longest).ToArray())
        {
            _minutes.Remove(gone);
        }
    }

    /// <summary>Shares of slow requests over the windows of a scan, shortest first; minutes that were never counted with a bound are left out.</summary>
    public WindowLoss[] SlowUntil(long lastMinute)
    {
        WindowLoss[] windows = new WindowLoss[ScanWindows.Minutes.Count];
        double traces = 0;
        double slow = 0;
        int added = 0;
        for (int i = 0; i < windows.Length; i++)
        {
            for (; added < ScanWindows.Minutes[i]; added++)
            {
                if (_minutes.TryGetValue(lastMinute - added, out MinuteTimes minute) && minute.SlowBin is not null)
                {
                    traces += minute.Traces;
                    slow += minute.Slow;
                }
            }

            windows[i] = new WindowLoss(ScanWindows.Minutes[i], traces, traces > 0 ? slow / traces : 0);
        }

        return windows;
    }

    /// <summary>The minutes with requests of the window that ends with a minute.</summary>
    public IReadOnlyList<MinuteTimes> Until(long lastMinute, int length)
    {
        List<MinuteTimes> minutes = [];
        for (int i = 0; i < length; i++)
        {
            if (_minutes.TryGetValue(lastMinute - i, out MinuteTimes minute))
            {
                minutes.Add(minute);
            }
        }

        return minutes;
    }
}
