using System.Diagnostics;
using TraceGap.Aggregation;
using TraceGap.Benchmarks.Figures;
using TraceGap.Benchmarks.Load;
using TraceGap.Reporting;
using TraceGap.Storage;

namespace TraceGap.Benchmarks.Areas;

/// <summary>What a report costs: one workflow of a store of many traces, from its rollups, over windows of several lengths.</summary>
internal static class ReportArea
{
    private const double BudgetMilliseconds = 100;
    private const int Workflows = 20;
    private const int TracesPerDay = 10_000_000;
    private const long NanosPerMinute = 60_000_000_000;
    private const int MinutesPerHour = 60;
    private const int MinutesPerDay = 24 * MinutesPerHour;

    // Of a round hour; what is asked for begins and ends within hours.
    private const long Start = 1_790_000_000 / 3600 * MinutesPerHour;
    private const int Filled = MinutesPerDay + (2 * MinutesPerHour) + 37;
    private const long Now = Start + Filled;

    public static Section Run(BenchmarkArguments arguments)
    {
        int rounds = arguments.Rounds ?? 15;
        int workflows = arguments.Quick ? 1 : Workflows;
        Table table = new("report of one workflow", "traces in the store", "traces in the report", "ms", "cells, ms", "JSON, ms");
        List<Figure> figures = [];
        foreach (int perMinute in (int[])[TracesPerDay / Workflows / MinutesPerDay / 10, TracesPerDay / Workflows / MinutesPerDay])
        {
            using TemporaryFolder folder = new();
            using TraceStore store = Open(folder.Path);
            new BookedRuns(workflows, seed: 1).Fill(store, Start, Now, perMinute);
            string stored = ((long)workflows * perMinute * Filled).ToString("N0");
            foreach ((string name, int minutes) in new[] { ("1 h", 60), ("6 h", 360), ("24 h", MinutesPerDay) })
            {
                (Spread all, Spread cells, Spread json, long traces) = Measure(store, minutes, rounds);
                table.Add($"{name}, {perMinute} traces a minute", stored, traces.ToString("N0"), all.Text("0.0"), cells.Text("0.0"), json.Text("0.0"));
                if (minutes == MinutesPerDay)
                {
                    figures.Add(new Figure($"report of one workflow over {name}, {stored} traces in the store", all, "ms", BudgetMilliseconds));
                }
            }
        }

        const string Method = "Time from the question to the bytes of the report's JSON, in one thread, warm: rollups read and summed up, then estimates, bands and lists. Runs of 5 to 12 steps over 10 step keys, 2 % of the steps fail; they were committed as analysed traces without spans, minute by minute, with maintenance in between.";
        return new Section("Report", Method, table, figures);
    }

    private static TraceStore Open(string folder) =>
        TraceStore.TryOpen(new StoreOptions { Folder = folder }, out TraceStore? store, out StoreError? error) ? store : throw new InvalidOperationException($"{error}");

    private static (Spread All, Spread Cells, Spread Json, long Traces) Measure(TraceStore store, int minutes, int rounds)
    {
        List<double> cells = [];
        List<double> json = [];
        long traces = 0;
        for (int round = -3; round < rounds; round++)
        {
            long started = Stopwatch.GetTimestamp();
            RollupWindow window = store.ReadRollups(new CellQuery { FromMinute = Now - minutes, ToMinute = Now, Workflow = BookedRuns.NameOf(0) });
            long read = Stopwatch.GetTimestamp();
            Report report = ReportBuilder.Build(new ReportInput
            {
                FromUnixNanos = window.FromMinute * NanosPerMinute,
                ToUnixNanos = window.ToMinute * NanosPerMinute,
                Cells = [.. window.Cells.Select(static cell => KeyValuePair.Create(cell.Key, cell.Cell))],
                Workflow = BookedRuns.NameOf(0),
            });
            _ = ReportJson.WriteUtf8(report);
            if (round >= 0)
            {
                cells.Add(Stopwatch.GetElapsedTime(started, read).TotalMilliseconds);
                json.Add(Stopwatch.GetElapsedTime(read).TotalMilliseconds);
            }

            traces = report.Traces.Total;
        }

        return (Spread.Of(cells.Zip(json, static (first, second) => first + second)), Spread.Of(cells), Spread.Of(json), traces);
    }
}
