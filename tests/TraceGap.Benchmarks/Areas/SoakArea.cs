using System.Globalization;
using TraceGap.Benchmarks.Figures;
using TraceGap.Benchmarks.Load;
using TraceGap.Benchmarks.Processes;

namespace TraceGap.Benchmarks.Areas;

/// <summary>
/// A server under load for minutes: as many spans as it takes, or a given rate. Every ten seconds a line; at the end the report must show exactly what was acknowledged.
/// </summary>
internal static class SoakArea
{
    private const int DefaultMinutes = 10;
    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(10);

    /// <summary>Runs the soak.</summary>
    /// <returns>What came of it, as Markdown, and whether every span was found exactly once.</returns>
    public static async Task<(string Markdown, bool IsExact)> RunAsync(BenchmarkArguments arguments)
    {
        TimeSpan length = arguments.Number("seconds") is int seconds ? TimeSpan.FromSeconds(seconds) : TimeSpan.FromMinutes(arguments.Number("minutes") ?? DefaultMinutes);
        TrafficShape shape = new(arguments.SpansPerTrace ?? 10, arguments.SpansPerRequest ?? 100);
        using TemporaryFolder folder = new();
        await using MeasuredProcess server = await MeasuredProcess.StartServerAsync(folder.Path);
        using ReportProbe report = new(server.Addresses.Http!);
        using SteadyLoad load = new(server.Addresses, shape, arguments.Number("rate"));
        using FreshnessProbe freshness = new(server.Addresses);
        SoakSamples samples = new(server, load, freshness, report, folder.Path);

        using CancellationTokenSource stop = new(length);
        Task sending = Task.WhenAll(load.RunAsync(stop.Token), freshness.RunAsync(stop.Token));
        using PeriodicTimer timer = new(SampleInterval);
        while (!sending.IsCompleted)
        {
            await Task.WhenAny(sending, timer.WaitForNextTickAsync().AsTask());
            Console.Error.WriteLine(await samples.TakeAsync());
        }

        await sending;
        long spans = load.Spans + freshness.Spans;
        long traces = load.Traces + freshness.Traces;
        await report.UntilAsync(spans);

        // Once more, in case that it comes to show too many.
        await Task.Delay(SampleInterval);
        ReportCounts shown = await report.CountsAsync();
        Console.Error.WriteLine(await samples.TakeAsync());
        bool isExact = shown == new ReportCounts(spans, traces, 0);
        return (ToMarkdown(length, shape, samples, freshness, load, (spans, traces), shown, isExact), isExact);
    }

    private static string ToMarkdown(
        TimeSpan length, TrafficShape shape, SoakSamples samples, FreshnessProbe freshness, SteadyLoad load, (long Spans, long Traces) sent, ReportCounts shown, bool isExact) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        # Soak

        Written by `dotnet run -c Release --project tests/TraceGap.Benchmarks -- soak`: {length.TotalMinutes:0.#} minutes, {shape}, {load.RateText}, load and server on the same machine. {ResultsFile.Circumstances}.

        - Acknowledged: {sent.Spans:N0} spans in {sent.Traces:N0} traces, {load.Spans / length.TotalSeconds:N0} spans/s on average; {load.Refused:N0} calls were refused for overload and repeated.
        - In the report at the end: {shown.Spans:N0} spans in {shown.Traces:N0} traces, {shown.Open:N0} open. {(isExact ? "Nothing lost, nothing twice." : "THIS IS NOT WHAT WAS SENT.")}
        - Freshness, from two quiet seconds after the last span of a trace was acknowledged until it was found: {freshness.Found.Count:N0} probes, {Percentiles(freshness.Found)}.

        {samples.ToMarkdown()}
        Rate: acknowledged spans a second. Heap and resident: the server's. In flight: spans acknowledged and not yet in the report. Freshness: median and largest of the probes of the interval.

        """);

    private static string Percentiles(IReadOnlyCollection<double> seconds)
    {
        double[] sorted = [.. seconds.Order()];
        return sorted.Length == 0 ? "none found" : string.Create(
            CultureInfo.InvariantCulture, $"median {At(0.5):0.00} s, 99 % within {At(0.99):0.00} s, largest {sorted[^1]:0.00} s, {sorted.Count(static it => it <= 1) * 100.0 / sorted.Length:0.0} % within 1 s");

        double At(double share) => sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
    }
}
