using System.Globalization;
using TraceGap.Benchmarks.Figures;
using TraceGap.Benchmarks.Processes;

namespace TraceGap.Benchmarks.Areas;

/// <summary>The lines of a soak.</summary>
internal sealed class SoakSamples(MeasuredProcess server, SteadyLoad load, FreshnessProbe freshness, ReportProbe report, string folder)
{
    private const double MiB = 1 << 20;

    private readonly Table _table = new("after", "spans/s", "CPU µs/span", "resident MiB", "heap MiB", "in flight", "inbox MiB", "database MiB", "report ms", "freshness s");
    private readonly long _start = TimeProvider.System.GetTimestamp();
    private TimeSpan _lastAt;
    private long _lastSpans;
    private double _lastCpu;

    /// <summary>Takes a sample, and says it in a line.</summary>
    public async Task<string> TakeAsync()
    {
        TimeSpan at = TimeProvider.System.GetElapsedTime(_start);
        long spans = load.Spans + freshness.Spans;
        long asked = TimeProvider.System.GetTimestamp();
        ReportCounts shown = await report.CountsAsync();
        double answeredMillis = TimeProvider.System.GetElapsedTime(asked).TotalMilliseconds;
        ProcessFigures figures = await server.FiguresAsync();
        Spread? fresh = freshness.TakeInterval();
        long sent = spans - _lastSpans;
        string[] row =
        [
            $"{at.TotalSeconds:0} s",
            (sent / (at - _lastAt).TotalSeconds).ToString("N0", CultureInfo.InvariantCulture),
            sent == 0 ? "" : ((figures.Cost.CpuMicros - _lastCpu) / sent).ToString("0.00", CultureInfo.InvariantCulture),
            (figures.ResidentBytes / MiB).ToString("N0", CultureInfo.InvariantCulture),
            (figures.HeapBytes / MiB).ToString("N0", CultureInfo.InvariantCulture),
            Math.Max(0, spans - shown.Spans).ToString("N0", CultureInfo.InvariantCulture),
            (Bytes("inbox") / MiB).ToString("N0", CultureInfo.InvariantCulture),
            (Bytes("") / MiB).ToString("N0", CultureInfo.InvariantCulture),
            answeredMillis.ToString("N0", CultureInfo.InvariantCulture),
            fresh is { } it ? string.Create(CultureInfo.InvariantCulture, $"{it.Median:0.00} / {it.High:0.00}") : "",
        ];
        _table.Add(row);
        (_lastAt, _lastSpans, _lastCpu) = (at, spans, figures.Cost.CpuMicros);
        return string.Join("  ", row.Zip(_table.Head, static (value, name) => $"{name} {value}"));
    }

    public string ToMarkdown() => _table.ToMarkdown();

    // Files come and go while they are counted.
    private long Bytes(string below) =>
        new DirectoryInfo(Path.Combine(folder, below)).EnumerateFiles().Sum(static file => { file.Refresh(); return file.Exists ? file.Length : 0; });
}
