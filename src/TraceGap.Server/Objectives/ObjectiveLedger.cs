using TraceGap.Aggregation;
using TraceGap.Reporting;
using TraceGap.Server.Queries;
using TraceGap.Storage;

namespace TraceGap.Server.Objectives;

/// <summary>
/// The outcomes of every workflow with an objective over the objective's window, read from rollups once and kept up: an error budget covers a month, and reading that for every question would cost
/// by the month. Late and revised traces come in as minutes are read again: the last quarter of an hour each time, the day in half an hour, older days in turn. Thread-safe.
/// </summary>
/// <param name="readSeries">The rollups of a window in steps.</param>
/// <param name="options">What workflows are held to.</param>
/// <param name="analysedUntil">Event time up to which everything is analysed, ns.</param>
internal sealed class ObjectiveLedger(Func<CellQuery, long, CancellationToken, IReadOnlyList<RollupWindow>> readSeries, ObjectiveOptions options, Func<long> analysedUntil)
{
    private const long HourMinutes = 60;
    private const long DayMinutes = Objective.DayMinutes;
    private const long LateMinutes = 15;
    private const long SweepMinutes = 48;
    private const long MinutesPerOldDay = 10;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, OutcomeTimeline> _timelines = new(StringComparer.Ordinal);
    private readonly long _longest = options.Rules.Count == 0 ? 0 : options.Rules.Max(static rule => (long)rule.Objective.WindowMinutes);
    private long _last = -1;
    private long _sweptMinute;
    private long _sweptDay;
    private long _oldDayRead;

    /// <summary>What workflows are held to.</summary>
    public ObjectiveOptions Options => options;

    /// <summary>Where all workflows with an objective stand, by name.</summary>
    /// <exception cref="StorageUnavailableException">The rollups could not be read.</exception>
    public IReadOnlyDictionary<string, ObjectiveStanding> Standings(CancellationToken stop = default)
    {
        lock (_lock)
        {
            Refresh(stop);
            return _timelines.ToDictionary(static entry => entry.Key, entry => entry.Value.StandingAt(_last), StringComparer.Ordinal);
        }
    }

    /// <summary>Where one workflow stands; null without an objective, or without traces in its window.</summary>
    /// <exception cref="StorageUnavailableException">The rollups could not be read.</exception>
    public ObjectiveStanding? StandingOf(string? workflow, CancellationToken stop = default)
    {
        lock (_lock)
        {
            Refresh(stop);
            return workflow is not null && _timelines.TryGetValue(workflow, out OutcomeTimeline? timeline) ? timeline.StandingAt(_last) : null;
        }
    }

    private void Refresh(CancellationToken stop)
    {
        long last = (analysedUntil() / EventWindow.MinuteNanos) - 1;
        if (options.Rules.Count == 0 || last <= _last)
        {
            return;
        }

        long first = OutcomeTimeline.FirstMinute(last);
        if (_last < 0 || last - _last > DayMinutes)
        {
            ReadHours(Math.Max(0, last + 1 - _longest), first, stop);
            ReadMinutes(first, last + 1, stop);
            _sweptMinute = first;
            _oldDayRead = last;
        }
        else
        {
            ReadMinutes(Math.Max(first, _last - LateMinutes), last + 1, stop);
            Sweep(first, last, stop);
        }

        _last = last;
        foreach (string gone in _timelines.Where(entry => !entry.Value.Trim(last)).Select(static entry => entry.Key).ToArray())
        {
            _timelines.Remove(gone);
        }
    }

    private void Sweep(long first, long last, CancellationToken stop)
    {
        _sweptMinute = _sweptMinute < first || _sweptMinute >= last - LateMinutes ? first : _sweptMinute;
        long swept = Math.Min(last + 1, _sweptMinute + SweepMinutes);
        ReadMinutes(_sweptMinute, swept, stop);
        _sweptMinute = swept;
        if (last - _oldDayRead < MinutesPerOldDay)
        {
            return;
        }

        // Before the hours that are made of minutes next.
        long oldest = Math.Max(0, last + 1 - _longest);
        _sweptDay = _sweptDay < oldest || _sweptDay >= first ? oldest : _sweptDay;
        long end = Math.Min(first, _sweptDay + DayMinutes);
        ReadHours(_sweptDay, end, stop);
        _sweptDay = end;
        _oldDayRead = last;
    }

    private void ReadHours(long from, long to, CancellationToken stop)
    {
        for (long day = from; day < to; day += DayMinutes)
        {
            foreach (RollupWindow hour in readSeries(new CellQuery { FromMinute = day, ToMinute = Math.Min(to, day + DayMinutes), Parts = RollupParts.Counts }, HourMinutes, stop))
            {
                Take(hour, static (timeline, at, sums) => timeline.TakeHour(at, sums));
            }
        }
    }

    private void ReadMinutes(long from, long to, CancellationToken stop)
    {
        foreach (RollupWindow minute in readSeries(new CellQuery { FromMinute = from, ToMinute = to, Parts = RollupParts.Counts }, 1, stop))
        {
            Take(minute, static (timeline, at, sums) => timeline.TakeMinute(at, sums));
        }
    }

    private void Take(RollupWindow window, Action<OutcomeTimeline, long, RequestSums> take)
    {
        Dictionary<string, RequestSums> sums = new(StringComparer.Ordinal);
        foreach (KeyCell cell in window.Cells.Where(static cell => cell.Key.HasRoot && cell.Key != RollupKey.Other))
        {
            sums[cell.Key.Workflow] = sums.GetValueOrDefault(cell.Key.Workflow) + RequestSums.Of(cell.Cell);
        }

        foreach (string workflow in sums.Keys.Where(workflow => !_timelines.ContainsKey(workflow)))
        {
            if (options.Of(workflow) is Objective objective)
            {
                _timelines.Add(workflow, new OutcomeTimeline(objective));
            }
        }

        foreach ((string workflow, OutcomeTimeline timeline) in _timelines)
        {
            take(timeline, window.FromMinute, sums.GetValueOrDefault(workflow));
        }
    }
}
