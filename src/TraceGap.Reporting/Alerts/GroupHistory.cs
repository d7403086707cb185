using System.Runtime.InteropServices;
using TraceGap.Aggregation;

namespace TraceGap.Reporting.Alerts;

/// <summary>The outcomes of one environment, workflow and version by minute, over the longest window of a scan. One owner, no lock.</summary>
internal sealed class GroupHistory
{
    private const int MinutesPerHour = 60;

    // A weight is fixed point 2^−16.
    private const double WeightUnit = 1.0 / (1L << 16);

    private readonly Minute?[] _minutes = new Minute?[ScanWindows.Longest];
    private Dictionary<OutcomeRecord, int> _numbers = [];
    private List<OutcomeRecord> _records = [];
    private RecordTable? _table;
    private double[] _weights = [];
    private double[] _pathWeights = [];
    private WindowSums _sums;
    private RestOfMinutes? _rest;
    private long _hour;
    private int _newInHour;

    /// <summary>Takes in a minute; what was known of it before is replaced, and so is the minute a day before it.</summary>
    /// <param name="minute">Minutes since the Unix epoch.</param>
    /// <param name="cell">The cell, which is the caller's to give away: of one with very many paths a smaller sample is made.</param>
    public void Take(long minute, RollupCell cell)
    {
        cell.Outcomes.Thin(MostRecordsOf(minute));
        int count = 0;
        int[] records = new int[cell.Outcomes.Count];
        double[] weights = new double[records.Length];
        WindowSums sums = default;
        foreach ((OutcomeRecord record, OutcomeWeight weight) in cell.Outcomes.Records)
        {
            if (record.Outcome is TraceOutcome.Ok or TraceOutcome.Failed && weight.Count > 0)
            {
                records[count] = Number(record);
                weights[count] = (double)weight.Weight * WeightUnit;
                sums = sums.With(weights[count++], (double)weight.WeightSquared * WeightUnit * WeightUnit, record.Outcome == TraceOutcome.Failed, IsSilent(record));
            }
        }

        RestOfMinutes? rest = RestOfMinutes.Of(cell.Outcomes.Rest);
        double scale = rest is null ? 1 : PathLevel.ScaleOf(cell.Outcomes.Level);
        sums = rest is null ? sums : sums + rest.Sums;
        sums = sums with { SampleSquares = sums.Squares * (scale - 1) };
        Replace(minute, count > 0 || rest is not null ? new Minute(minute, records[..count], weights[..count], sums, scale, rest) : null);
    }

    /// <summary>Whether a minute came in since the last <see cref="Begin"/> that was not known so before.</summary>
    public bool HasNews { get; private set; }

    /// <summary>Takes in a minute without traces.</summary>
    public void Clear(long minute) => Replace(minute, null);

    /// <summary>Forgets what lies before the longest window that ends with a minute, and records that are in no minute any more.</summary>
    /// <returns>False if nothing is left.</returns>
    public bool Trim(long lastMinute)
    {
        Dictionary<OutcomeRecord, int> numbers = [];
        List<OutcomeRecord> records = [];
        for (int slot = 0; slot < _minutes.Length; slot++)
        {
            if (_minutes[slot] is not Minute minute)
            {
                continue;
            }

            if (minute.At <= lastMinute - ScanWindows.Longest)
            {
                _minutes[slot] = null;
                continue;
            }

            for (int i = 0; i < minute.Records.Length; i++)
            {
                OutcomeRecord record = _records[minute.Records[i]];
                ref int number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, record, out bool known);
                if (!known)
                {
                    number = records.Count;
                    records.Add(record);
                }

                minute.Records[i] = number;
            }
        }

        (_numbers, _records, _table) = (numbers, records, null);
        return records.Count > 0;
    }

    /// <summary>The first minute with traces of those up to <paramref name="lastMinute"/>; null if there is none.</summary>
    public long? FirstMinute(long lastMinute)
    {
        long? first = null;
        foreach (Minute? minute in _minutes)
        {
            first = minute is not null && minute.At <= lastMinute && minute.At > lastMinute - ScanWindows.Longest && !(minute.At > first) ? minute.At : first;
        }

        return first;
    }

    /// <summary>Σw of the day that ends with a minute.</summary>
    public double WeightUntil(long lastMinute) =>
        _minutes.Sum(minute => minute is not null && minute.At <= lastMinute && minute.At > lastMinute - ScanWindows.Longest ? minute.Sums.Weight : 0);

    /// <summary>Begins to add up windows.</summary>
    public void Begin()
    {
        _weights = new double[_records.Count];
        _pathWeights = new double[_records.Count];
        (_sums, _rest) = (default, null);
        HasNews = false;
    }

    /// <summary>Adds a minute to the window.</summary>
    /// <returns>True if it had traces.</returns>
    public bool Add(long at)
    {
        if (_minutes[Slot(at)] is not Minute minute || minute.At != at)
        {
            return false;
        }

        for (int i = 0; i < minute.Records.Length; i++)
        {
            _weights[minute.Records[i]] += minute.Weights[i];
            _pathWeights[minute.Records[i]] += minute.Weights[i] * minute.Scale;
        }

        _sums += minute.Sums;
        if (minute.Rest is RestOfMinutes rest)
        {
            _rest ??= new RestOfMinutes();
            _rest.Add(rest);
        }

        return true;
    }

    /// <summary>What the window that was added up comes to.</summary>
    public WindowSums Sum()
    {
        if (_sums.Weight <= 0)
        {
            return default;
        }

        _table ??= new RecordTable(_records);
        return _sums with { Diverged = -_table.Divergence(_weights, _pathWeights, _rest) * _sums.Weight };
    }

    // An hour may bring so many records that no other minute of it has, as in reports, and then only what keeps a scan of the day quick.
    private int MostRecordsOf(long minute)
    {
        if (minute / MinutesPerHour != _hour)
        {
            (_hour, _newInHour) = (minute / MinutesPerHour, 0);
        }

        int most = PathBound.Default.PerHour;
        return Math.Max(most - _newInHour, most / MinutesPerHour);
    }

    private static bool IsSilent(OutcomeRecord record) => record.Outcome == TraceOutcome.Failed && !record.HasUnrecovered;

    private static int Slot(long minute) => (int)(minute % ScanWindows.Longest);

    private void Replace(long at, Minute? minute)
    {
        ref Minute? known = ref _minutes[Slot(at)];
        Minute? before = known?.At == at ? known : null;
        HasNews |= minute is null ? before is not null : before is null || !minute.Says(before);
        known = minute;
    }

    private int Number(OutcomeRecord record)
    {
        ref int number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, record, out bool known);
        if (!known)
        {
            number = _records.Count;
            _records.Add(record);
            _newInHour++;
            _table = null;
        }

        return number;
    }

    /// <param name="At">Minutes since the Unix epoch.</param>
    /// <param name="Records">Numbers of its records.</param>
    /// <param name="Weights">Σw of each.</param>
    /// <param name="Sums">Over all traces.</param>
    /// <param name="Scale">As many traces as one with a record stands for among paths. Minutes have samples of their own; so weighed, paths of several add up.</param>
    /// <param name="Rest">The traces without records, if there are any.</param>
    private sealed record Minute(long At, int[] Records, double[] Weights, WindowSums Sums, double Scale, RestOfMinutes? Rest)
    {
        /// <summary>Records come in an order that depends on how a minute was read, so only sums are compared: a trace more changes them, and so does one that is failed now.</summary>
        public bool Says(Minute other) => Records.Length == other.Records.Length && Sums == other.Sums;
    }
}
