using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

/// <summary>Against a simulated service with a known number of workers: requests beyond it wait in line.</summary>
public sealed class ConcurrencyTests
{
    private const long Minute = 60_000_000_000;
    private const int Workers = 40;
    private const double ServiceSeconds = 2;

    private static readonly OutcomeRecord Fine = new SimulatedRun().Step("model").Ends(TraceOutcome.Ok);

    [Fact]
    public void The_knee_is_where_a_service_runs_out_of_workers()
    {
        // From 4 to 80 sessions, each of which asks again as soon as it is answered; a few minutes at each load.
        ConcurrencyReport report = Build(Steps(Simulate(Enumerable.Range(1, 20).Select(static level => 4 * level), minutes: 3)));

        Assert.NotNull(report.Knee);
        Assert.InRange(report.Knee.InFlight, 0.9 * Workers, 1.1 * Workers);
        Assert.InRange(report.Knee.RequestsPerSecond, 0.9 * Workers / ServiceSeconds, 1.1 * Workers / ServiceSeconds);
        Assert.InRange(report.Knee.BaseMs, 0.95 * ServiceSeconds * 1e3, 1.05 * ServiceSeconds * 1e3);
        Assert.InRange(report.MaxInFlight!.Value, 76, 84);
        Assert.Equal(report.Levels.Select(static level => level.InFlight).Order(), report.Levels.Select(static level => level.InFlight));
        Assert.Equal(60, report.Levels.Sum(static level => level.Steps));
    }

    [Fact]
    public void A_service_that_never_queues_has_no_knee() =>
        Assert.Null(Build(Steps(Simulate(Enumerable.Range(1, 16).Select(static level => 2 * level), minutes: 3))).Knee);

    [Fact]
    public void The_mean_number_in_flight_is_that_of_a_clock_that_looks_again_and_again()
    {
        List<(double Start, double End)> requests = Simulate([10, 30, 60], minutes: 4);
        List<ReportInput> steps = Steps(requests);

        for (int minute = 1; minute < steps.Count - 1; minute++)
        {
            double seen = Enumerable.Range(0, 600).Average(look => requests.Count(request => request.Start <= (minute * 60) + (look / 10.0) && request.End > (minute * 60) + (look / 10.0)));
            double told = Build([steps[minute]]).MaxInFlight!.Value;
            Assert.InRange(told, seen * 0.93, seen * 1.07);
        }
    }

    [Fact]
    public void Sampled_traces_stand_for_as_many_as_their_weight_says()
    {
        List<(double Start, double End)> requests = Simulate([20], minutes: 3);
        ConcurrencyReport all = Build(Steps(requests));
        ConcurrencyReport quarter = Build(Steps([.. requests.Where(static (_, index) => index % 4 == 0)], weight: 4 << 16));

        Assert.InRange(quarter.MaxInFlight!.Value, 0.9 * all.MaxInFlight!.Value, 1.1 * all.MaxInFlight.Value);
    }

    [Fact]
    public void Without_data_there_are_no_levels()
    {
        ConcurrencyReport report = Build([new ReportInput { FromUnixNanos = 0, ToUnixNanos = Minute, Cells = [] }]);

        Assert.Empty(report.Levels);
        Assert.Null(report.MaxInFlight);
        Assert.Null(report.Knee);
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData(2_000.0, 1)]
    [InlineData(16_000.0, 2)]
    [InlineData(1_800_000.0, 120)]
    [InlineData(1e12, 1440)]
    public void Steps_are_four_times_as_long_as_requests(double? meanMs, long minutes) => Assert.Equal(minutes, ConcurrencyBuilder.StepMinutes(meanMs));

    /// <summary>Closed system: so many sessions, no thinking time, first come first served; service times vary by a tenth.</summary>
    private static List<(double Start, double End)> Simulate(IEnumerable<int> loads, int minutes)
    {
        Random random = new(5);
        List<(double, double)> requests = [];
        double from = 0;
        foreach (int sessions in loads)
        {
            PriorityQueue<double, double> free = new(Enumerable.Repeat((from, from), Workers));
            PriorityQueue<double, double> asking = new(Enumerable.Range(0, sessions).Select(_ => from + (random.NextDouble() * ServiceSeconds)).Select(static at => (at, at)));
            double to = from + (60 * minutes);
            while (asking.TryDequeue(out double start, out _))
            {
                double end = Math.Max(start, free.Dequeue()) + (ServiceSeconds * (0.9 + (0.2 * random.NextDouble())));
                free.Enqueue(end, end);
                if (end < to)
                {
                    requests.Add((start, end));
                    asking.Enqueue(end, end);
                }
            }

            from = to;
        }

        return requests;
    }

    private static List<ReportInput> Steps(List<(double Start, double End)> requests, long weight = 1 << 16) =>
    [
        .. requests.GroupBy(static request => (long)(request.End / 60)).OrderBy(static minute => minute.Key).Select(minute => new ReportInput
        {
            FromUnixNanos = minute.Key * Minute,
            ToUnixNanos = (minute.Key + 1) * Minute,
            Cells = Contributions.Cells(minute.Select(request => Contributions.Trace(Fine, durationNanos: (long)((request.End - request.Start) * 1e9), weight: weight))),
        }),
    ];

    private static ConcurrencyReport Build(IEnumerable<ReportInput> steps) => ConcurrencyBuilder.Build(workflow: null, [.. steps.Select(static step => new LoadStep(step))]);
}
