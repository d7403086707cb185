namespace TraceGap.Reporting;

/// <summary>
/// The outcomes of one workflow over the window of its objective: the last day by minute, what is older by hour. A window that begins among hours is widened to a whole hour, as that of a report
/// is. Knows no clock; one owner, no lock.
/// </summary>
/// <param name="objective">What the workflow is held to.</param>
public sealed class OutcomeTimeline(Objective objective)
{
    private const long HourMinutes = 60;

    private readonly Dictionary<long, RequestSums> _minutes = [];
    private readonly Dictionary<long, RequestSums> _hours = [];
    private long _firstMinute;

    /// <summary>What the workflow is held to.</summary>
    public Objective Objective => objective;

    /// <summary>The first minute that is kept as such where <paramref name="lastMinute"/> is the last.</summary>
    public static long FirstMinute(long lastMinute) => Math.Max(0, Hour(lastMinute + 1 - Objective.DayMinutes));

    /// <summary>Takes in a minute, in place of what was known of it. Minutes before <see cref="FirstMinute"/> are taken in by hour.</summary>
    public void TakeMinute(long minute, RequestSums sums) => Set(_minutes, minute, sums);

    /// <summary>Takes in an hour, by its first minute, in place of what was known of it.</summary>
    public void TakeHour(long hour, RequestSums sums) => Set(_hours, hour, sums);

    /// <summary>Makes hours of minutes that are older than a day, and forgets what lies before the window.</summary>
    /// <returns>False if nothing is left.</returns>
    public bool Trim(long lastMinute)
    {
        long first = FirstMinute(lastMinute);
        foreach (IGrouping<long, long> hour in _minutes.Keys.Where(minute => minute < first).GroupBy(Hour).ToArray())
        {
            Set(_hours, hour.Key, Sum(hour.Select(minute => _minutes[minute])));
            foreach (long minute in hour)
            {
                _minutes.Remove(minute);
            }
        }

        long oldest = Hour(lastMinute + 1 - objective.WindowMinutes);
        foreach (long gone in _hours.Keys.Where(hour => hour < oldest).ToArray())
        {
            _hours.Remove(gone);
        }

        _firstMinute = first;
        return _minutes.Count + _hours.Count > 0;
    }

    /// <summary>Where the objective stands at the end of a minute.</summary>
    public ObjectiveStanding StandingAt(long lastMinute)
    {
        // Windows end together: each is the shorter one before it and some more.
        Dictionary<int, RequestSums> windows = [];
        RequestSums sum = default;
        long at = lastMinute;
        foreach (int length in BurnWindow.Lengths(objective))
        {
            long from = lastMinute + 1 - length;
            for (; at >= from && at >= _firstMinute; at--)
            {
                sum += _minutes.GetValueOrDefault(at);
            }

            for (; at < _firstMinute && at >= Hour(from); at = Hour(at) - 1)
            {
                sum += _hours.GetValueOrDefault(Hour(at));
            }

            windows[length] = sum;
        }

        return new ObjectiveStanding(objective, lastMinute, windows);
    }

    private static void Set(Dictionary<long, RequestSums> known, long at, RequestSums sums)
    {
        if (sums.Any)
        {
            known[at] = sums;
        }
        else
        {
            known.Remove(at);
        }
    }

    private static RequestSums Sum(IEnumerable<RequestSums> sums) => sums.Aggregate(default(RequestSums), static (sum, one) => sum + one);

    private static long Hour(long minute) => minute - (((minute % HourMinutes) + HourMinutes) % HourMinutes);
}
