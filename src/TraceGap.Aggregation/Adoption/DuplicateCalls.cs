namespace TraceGap.Aggregation;

/// <summary>
/// The same call told by two instrumentations that do not know of each other, side by side: same layer and resource, different scope, overlapping by at least 80 % of the
/// shorter. Paired one to one, nearest first. Containment would be the wrong test: under load a wrapper starts up to 11 ms after the call that it wraps.
/// </summary>
internal sealed class DuplicateCalls(AdoptionContext context)
{
    private readonly List<Pair> _pairs = [];

    private readonly record struct Pair(long Distance, int Span, int Call);

    /// <summary>
    /// False if no call can be told twice. Only calls of one layer can, by two scopes; and one of the two has no call above it while the other is not below that one, so that they
    /// hang below different topmost calls, of which no two touch in time.
    /// </summary>
    public static bool MayExist(SpanTree tree, SpanLayers layers)
    {
        Span<Busy> busy = stackalloc Busy[LayerNames.Count];
        string? scope = null;
        bool isMixed = false;
        bool anyTouch = false;
        long lastStart = long.MinValue;
        for (int span = 0; span < tree.Count && !(isMixed && anyTouch); span++)
        {
            if (!layers.IsCall(span))
            {
                continue;
            }

            string name = tree.Spans[span].Scope.Name;
            isMixed |= scope is not null && scope != name;
            scope = name;

            // Skew shifts can take spans out of the order of start, on which the sweep relies.
            anyTouch |= tree.Start[span] < lastStart;
            lastStart = tree.Start[span];
            int topmost = layers.IsBelowCall(span) ? layers.CallAbove[span] : span;
            anyTouch |= busy[(int)layers.Layers[span].Layer].Touches(topmost, tree.Start[span], tree.End[span]);
        }

        return isMixed && anyTouch;
    }

    /// <summary>Until when the calls of a layer ran that were seen so far, below one topmost call and below all others.</summary>
    private struct Busy
    {
        private int _lastTopmost;
        private long _lastEnd;
        private long _othersEnd;
        private bool _isUsed;

        /// <summary>Adds a call; true if one below another topmost call still ran when it began.</summary>
        public bool Touches(int topmost, long start, long end)
        {
            if (!_isUsed)
            {
                (_isUsed, _lastTopmost, _lastEnd, _othersEnd) = (true, topmost, end, long.MinValue);
                return false;
            }

            if (topmost == _lastTopmost)
            {
                _lastEnd = Math.Max(_lastEnd, end);
                return _othersEnd >= start;
            }

            // Whichever of the two is the other one from now on, it ended before this call or touches it.
            bool touches = Math.Max(_lastEnd, _othersEnd) >= start;
            (_lastTopmost, _lastEnd, _othersEnd) = (topmost, end, Math.Max(_lastEnd, _othersEnd));
            return touches;
        }
    }

    /// <summary>For every duplicate the call that it tells again.</summary>
    public Dictionary<int, int> Find()
    {
        for (int span = 0; span < context.Tree.Count; span++)
        {
            if (context.Layers.IsCall(span) && context.IsCandidate(span))
            {
                AddPairs(span);
            }
        }

        _pairs.Sort(static (left, right) =>
            left.Distance != right.Distance ? left.Distance.CompareTo(right.Distance)
            : left.Span != right.Span ? left.Span.CompareTo(right.Span)
            : left.Call.CompareTo(right.Call));
        return PairUp();
    }

    private void AddPairs(int span)
    {
        CallIndex calls = context.Calls.Of(context.Layers.Layers[span].Layer, context.Resources[span])!;
        PairsOf pairs = new(this, span);
        calls.Visit(span, ref pairs);
    }

    /// <summary>Notes the calls that a span may tell again.</summary>
    private readonly struct PairsOf(DuplicateCalls duplicates, int span) : ICallVisitor
    {
        public long Visit(int call)
        {
            if (duplicates.MayTellAgain(span, call))
            {
                duplicates._pairs.Add(new Pair(duplicates.Context.Distance(span, call), span, call));
            }

            return long.MaxValue;
        }
    }

    private AdoptionContext Context => context;

    private bool MayTellAgain(int span, int call) =>
        ScopeOf(span) != ScopeOf(call) && IsSameTime(span, call) && context.CanHangBelow(span, call) && IsTheOneToMove(span, call);

    // Overlap in whole nanoseconds below 2^63, so five times it may not fit.
    private bool IsSameTime(int left, int right)
    {
        long overlap = context.Overlap(left, right);
        return overlap >= 0 && (Int128)overlap * 5 >= (Int128)Math.Min(context.Duration(left), context.Duration(right)) * 4;
    }

    /// <summary>Of two that could each hang below the other, as siblings can, the shorter moves.</summary>
    private bool IsTheOneToMove(int span, int call)
    {
        if (!context.IsCandidate(call) || !context.CanHangBelow(call, span))
        {
            return true;
        }

        int byDuration = context.Duration(span).CompareTo(context.Duration(call));
        return byDuration < 0 || (byDuration == 0 && span > call);
    }

    private Dictionary<int, int> PairUp()
    {
        Dictionary<int, int> callOf = [];
        HashSet<(int Call, string Scope)> taken = [];
        foreach (Pair pair in _pairs)
        {
            if (!callOf.ContainsKey(pair.Span) && taken.Add((pair.Call, ScopeOf(pair.Span))))
            {
                callOf.Add(pair.Span, pair.Call);
            }
        }

        return callOf;
    }

    private string ScopeOf(int span) => context.Tree.Spans[span].Scope.Name;
}
