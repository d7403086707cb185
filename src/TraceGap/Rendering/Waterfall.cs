using System.Globalization;
using TraceGap.Reporting.Traces;

namespace TraceGap.Rendering;

/// <summary>Bars of the spans of a trace on one scale: dark where the span's own time is on the critical path, light where it only lasts.</summary>
internal sealed class Waterfall
{
    private const double NanosPerMillisecond = 1e6;

    private readonly long _from;
    private readonly double _length;
    private readonly int _width;
    private readonly ILookup<string, (long From, long To)> _path;

    public Waterfall(TraceReport trace, int width)
    {
        _width = width;
        _from = trace.Spans.Select(static span => Adjusted(span).From).DefaultIfEmpty().Min();
        _length = Math.Max(1, trace.Spans.Select(static span => Adjusted(span).To).DefaultIfEmpty().Max() - (double)_from);
        _path = trace.CriticalPath.ToLookup(static segment => segment.SpanId, static segment => (Parse(segment.StartUnixNano), Parse(segment.EndUnixNano)));
    }

    /// <summary>Time of a span's own on the critical path, ms.</summary>
    public double OnPath(string spanId) => _path[spanId].Sum(static segment => segment.To - segment.From) / NanosPerMillisecond;

    /// <summary>The bar of a span.</summary>
    public string Bar(SpanEntry span)
    {
        char[] bar = new string(' ', _width).ToCharArray();
        (long from, long to) = Adjusted(span);
        Fill(bar, from, to, '░');
        foreach ((long start, long end) in _path[span.SpanId])
        {
            Fill(bar, start, end, '█');
        }

        return new string(bar).TrimEnd();
    }

    private void Fill(char[] bar, long from, long to, char with)
    {
        int first = Math.Clamp(Column(from), 0, _width - 1);
        int last = Math.Clamp(Column(to - 1), first, _width - 1);
        Array.Fill(bar, with, first, last - first + 1);
    }

    private int Column(long time) => (int)((time - (double)_from) / _length * _width);

    private static (long From, long To) Adjusted(SpanEntry span)
    {
        long shift = Parse(span.ShiftNano);
        long from = Parse(span.StartUnixNano) + shift;
        return (from, Math.Max(from, Parse(span.EndUnixNano) + shift));
    }

    private static long Parse(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
