using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// All traces of one key in a window, added up. Outcome tables are bounded hour by hour, as <see cref="PathBound"/> says, then as a whole. The window's sample is that of the highest level among
/// its hours, so that it is uniform: every trace of the window is in it with the same probability, and paths need no weights of their own.
/// </summary>
/// <remarks>
/// A function of the traces alone, whatever cells they come in: an hour's table has as many records whether it is read from the hour, from its minutes, or trace by trace. One owner, no lock.
/// </remarks>
public sealed class WindowSum(PathBound bound)
{
    private const long MinutesPerHour = 60;

    private readonly SortedDictionary<long, OutcomeSums> _hours = [];

    /// <summary>All but the outcome tables of hours that are not closed.</summary>
    public RollupCell Cell { get; } = new();

    /// <summary>Where the outcomes of an hour go.</summary>
    /// <param name="hour">Hours since the Unix epoch.</param>
    public OutcomeSums OutcomesOf(long hour)
    {
        if (!_hours.TryGetValue(hour, out OutcomeSums? outcomes))
        {
            outcomes = new OutcomeSums();
            _hours.Add(hour, outcomes);
        }

        // Nothing is taken out any more, so what is too much now will be too much at the end.
        outcomes.Thin(bound.PerHour);
        return outcomes;
    }

    /// <summary>Adds a trace to the hour of its minute.</summary>
    public void Add(TraceId id, TraceContribution trace) => Cell.Apply(id, trace, 1, OutcomesOf(trace.Minute / MinutesPerHour));

    /// <summary>Adds all of another none of whose hours is closed.</summary>
    public void Merge(WindowSum other)
    {
        Cell.Merge(other.Cell);
        foreach ((long hour, OutcomeSums outcomes) in other._hours)
        {
            OutcomesOf(hour).Merge(outcomes);
        }
    }

    /// <summary>Says that nothing more comes for the hours before one.</summary>
    public void CloseBefore(long hour)
    {
        while (_hours.Count > 0 && _hours.First() is var first && first.Key < hour)
        {
            first.Value.Thin(bound.PerHour);
            if (Cell.Outcomes.IsEmpty)
            {
                Cell.Outcomes = first.Value;
            }
            else
            {
                Cell.Outcomes.Merge(first.Value);
            }

            Cell.Outcomes.Thin(bound.PerWindow);
            _hours.Remove(first.Key);
        }
    }

    /// <summary>The sum, once all has been added.</summary>
    public RollupCell Finish()
    {
        CloseBefore(long.MaxValue);
        return Cell;
    }
}
