namespace TraceGap.Server.Ingest;

/// <summary>
/// Keeps intake at the speed of analysis. Spans that are acknowledged faster than they are analysed only pile up, and reports fall behind by as much; and since traces wait for their quiet
/// period, that shows seconds after it is too late. So what a span costs is measured where it is analysed, and a request is acknowledged when the time that its spans will cost is over, beyond
/// a burst that may come at once. Senders with so many calls at a time then send just as fast as the server can take; who would have to wait too long is asked to come again. Thread-safe.
/// </summary>
internal sealed class IntakePace(TimeProvider time)
{
    /// <summary>Work that may come at once, seconds.</summary>
    private const double Burst = 0.5;

    /// <summary>Longest wait for an acknowledgement, seconds.</summary>
    private const double MaxDelay = 2;

    /// <summary>Share of the time that analysis may be at work when it is not behind.</summary>
    private const double MostBusy = 0.75;

    /// <summary>What a round may take before analysis counts as behind, and how much longer it is at half the speed, seconds.</summary>
    private const double LongRound = 0.2;

    private const double HalfSpeed = 0.3;

    /// <summary>How much slower it gets at most: a single round that was held up for long must not close the intake.</summary>
    private const double MostSlowDown = 10;

    // Smaller rounds say what a commit costs, and so only what a span costs at most; and however long they take, analysis is not behind.
    private const int FewestSpans = 2_000;

    // What a round is believed at most, as a multiple of what a span cost before.
    private const double MostDearer = 10;

    // How much of a cost that cannot be true a small round takes away: seconds of them, and nothing is left of it.
    private const double Unlearn = 1.0 / 16;

    // Spans after which the cost of those before hardly counts any more.
    private const double Memory = 100_000;

    /// <summary>What a span costs a process that has just started, whose code is not compiled yet, seconds.</summary>
    private const double AtFirst = 20e-6;

    private readonly Lock _lock = new();
    private readonly long _began = time.GetTimestamp();
    private double _secondsPerSpan = AtFirst;
    private bool _isMeasured;
    private double _slowDown = 1;
    private double _paidUntil = -Burst;

    /// <summary>Notes what a round of analysis took.</summary>
    /// <param name="spans">Spans that it analysed and committed.</param>
    /// <param name="took">How long it was at work.</param>
    public void Analysed(long spans, TimeSpan took)
    {
        lock (_lock)
        {
            bool isLarge = spans >= FewestSpans;
            _slowDown = isLarge ? Math.Min(MostSlowDown, 1 + (Math.Max(0, took.TotalSeconds - LongRound) / HalfSpeed)) : 1;
            double cost = spans > 0 ? took.TotalSeconds / spans : double.PositiveInfinity;
            if (isLarge)
            {
                // A round may have waited for anything, the first of all for code to be compiled: it says how fast analysis is sooner than how slow.
                cost = Math.Min(cost, MostDearer * _secondsPerSpan);
                double weight = _isMeasured || cost > _secondsPerSpan ? Math.Min(1, spans / Memory) : 1;
                _isMeasured = true;
                _secondsPerSpan += weight * (cost - _secondsPerSpan);
            }
            else if (cost < _secondsPerSpan / 2)
            {
                // Measured when something held it up; and an intake that is slow for it never makes a large round by which to learn better.
                _secondsPerSpan += Unlearn * (cost - _secondsPerSpan);
            }
        }
    }

    /// <summary>Asks for the spans of a request.</summary>
    /// <returns>How long to wait with their acknowledgement; null if they shall come again later.</returns>
    public TimeSpan? Take(int spans)
    {
        lock (_lock)
        {
            double now = time.GetElapsedTime(_began).TotalSeconds;
            _paidUntil = Math.Max(_paidUntil, now - Burst);
            if (_paidUntil - now > MaxDelay)
            {
                return null;
            }

            _paidUntil += spans * _secondsPerSpan * _slowDown / MostBusy;
            return TimeSpan.FromSeconds(Math.Max(0, Math.Min(MaxDelay, _paidUntil - now)));
        }
    }
}
