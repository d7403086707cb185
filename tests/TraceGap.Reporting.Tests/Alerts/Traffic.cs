namespace TraceGap.Reporting.Tests.Alerts;

/// <summary>What requests come, and which of them are seen.</summary>
/// <param name="Rate">Requests a minute, on average.</param>
internal sealed record Traffic(double Rate)
{
    private const int Day = 1440;

    /// <summary>By how much the load differs from the average: 0.9 for 1.9 times as much at the height of the day and a tenth in the night.</summary>
    public double Swing { get; init; }

    /// <summary>Variance of a minute's probability of a loss over its mean squared; 0 for losses that are independent of each other.</summary>
    public double Bursts { get; init; }

    /// <summary>Probability that a run survives the failure of a step, by minute: it raises the divergence and hides as many losses.</summary>
    public Func<int, double> Recovered { get; init; } = static _ => 0;

    /// <summary>What is kept.</summary>
    public IReadOnlyList<Stratum> Strata { get; init; } = [new Stratum(1, 1, 1)];

    /// <summary>Minutes before a simulation begins, in which the scan learns what losses are usual.</summary>
    public int Before => Rate < 10 ? 7 * Day : Day;

    /// <summary>Traffic by name: what the tables of <c>docs/alerts.md</c> are about.</summary>
    public static Traffic Of(string name, double rate) => name switch
    {
        "steady" => new Traffic(rate),
        "day and night" => new Traffic(rate) { Swing = 0.9 },
        "one in ten kept" => new Traffic(rate) { Strata = [new Stratum(1, 1, 10)] },
        "failed all kept, others one in ten" => new Traffic(rate) { Strata = [new Stratum(1, 0, 1), new Stratum(0, 1, 10)] },
        "half all kept, half one in ten" => new Traffic(rate) { Strata = [new Stratum(0.5, 0.5, 1), new Stratum(0.5, 0.5, 10)] },
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such traffic."),
    };

    /// <summary>Load of a minute over the average.</summary>
    public double Load(int minute, int phase) => 1 + (Swing * Math.Sin(2 * Math.PI * (minute + phase) / Day));
}

/// <summary>Requests that are kept with one probability.</summary>
/// <param name="OfLost">Part of the lost requests that is among them.</param>
/// <param name="OfOthers">Part of the others.</param>
/// <param name="Weight">One in so many is kept.</param>
internal readonly record struct Stratum(double OfLost, double OfOthers, int Weight);
