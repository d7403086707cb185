namespace TraceGap.Storage;

/// <summary>When rollups of a stretch of minutes last changed, by a clock that counts commits. Only so much is remembered; what is not counts as changed when it was forgotten. One owner, no lock.</summary>
internal sealed class CellChanges
{
    /// <summary>Minutes, and hours, that are remembered: days of live traffic.</summary>
    private const int Most = 4096;

    private readonly Dictionary<long, long> _minutes = [];
    private readonly Dictionary<long, long> _hours = [];
    private long _clock;
    private long _earliest;

    /// <summary>A commit: what is noted next has changed later than what was noted before.</summary>
    public void Tick() => _clock++;

    /// <summary>A cell has changed. What is booked in a minute and in its hour may be noted of the minute alone.</summary>
    public void Note(CellId cell)
    {
        switch (cell.Span)
        {
            case CellSpan.Minute:
                Note(_minutes, cell.Number);
                break;
            case CellSpan.Hour:
                Note(_hours, cell.Number);
                break;
        }
    }

    /// <summary>The last change of what a window is made of.</summary>
    public long Last(long fromMinute, long toMinute) => Math.Max(
        Last(_minutes, fromMinute, toMinute),
        Last(_hours, fromMinute / CellId.MinutesPerHour, (toMinute + CellId.MinutesPerHour - 1) / CellId.MinutesPerHour));

    private void Note(Dictionary<long, long> changed, long number)
    {
        if (changed.Count == Most && !changed.ContainsKey(number))
        {
            _earliest = _clock;
            changed.Clear();
        }

        changed[number] = _clock;
    }

    private long Last(Dictionary<long, long> changed, long from, long to)
    {
        long last = _earliest;
        if (to - from > changed.Count)
        {
            foreach ((long number, long at) in changed)
            {
                last = number >= from && number < to ? Math.Max(last, at) : last;
            }

            return last;
        }

        for (long number = from; number < to; number++)
        {
            last = Math.Max(last, changed.GetValueOrDefault(number));
        }

        return last;
    }
}
