using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage.Tests;

public sealed class PathSampleTests
{
    private const int PathsPerHour = 16;
    private const long Start = Make.Minute / 60 * 60;

    /// <summary>However many paths there are and in whatever order they come, are revised and merged: windows are those of the current traces, added up from nothing.</summary>
    [Fact]
    public void Windows_beyond_the_bound_on_paths_are_those_of_the_current_traces_in_any_order() => Property.Holds(
        static random =>
        {
            Dictionary<TraceId, TraceContribution> current = [];
            DataFolder folder = new();
            TraceStore store = folder.Open(cachedMinutes: 3, pathsPerHour: PathsPerHour);
            ulong last = (ulong)random.Next(1_000_000);
            for (int round = 0; round < 12; round++)
            {
                Dictionary<TraceId, TraceCommit> batch = [];
                for (int i = random.Next(30); i > 0; i--)
                {
                    bool isRevised = current.Count > 0 && random.Next(5) == 0;
                    TraceId traceId = isRevised ? random.Pick([.. current.Keys]) : Make.Id(++last);
                    TraceContribution contribution = random.Contribution(Make.Key(), isRevised ? current[traceId].Minute : Start + random.Next(150));
                    batch[traceId] = Make.Commit(traceId, contribution, arrival: (Start + 150) * Make.NanosPerMinute);
                    current[traceId] = contribution;
                }

                store.Commit(Make.Batch([.. batch.Values]));
                for (int steps = random.Next(3); steps > 0 && store.Maintain((Start + 60 + random.Next(120)) * Make.NanosPerMinute); steps--)
                {
                }

                if (random.Next(5) == 0)
                {
                    store.Dispose();
                    store = folder.Open(cachedMinutes: 3, pathsPerHour: PathsPerHour);
                }

                AssertWindow(store, current, Start, Start + 180);
                AssertWindow(store, current, Start + random.Next(60), Start + 60 + random.Next(90));
            }

            store.Dispose();
            folder.Dispose();
        },
        runs: 25);

    private static void AssertWindow(TraceStore store, Dictionary<TraceId, TraceContribution> current, long from, long to)
    {
        WindowSum expected = new(new PathBound(PathsPerHour));
        foreach ((TraceId traceId, TraceContribution contribution) in current.Where(trace => trace.Value.Minute >= from && trace.Value.Minute < to))
        {
            expected.Add(traceId, contribution);
        }

        KeyCell? cell = store.ReadRollups(new CellQuery { FromMinute = from, ToMinute = to }).Cells.SingleOrDefault();
        Same.Cells(expected.Finish(), cell?.Cell ?? new RollupCell());
    }
}
