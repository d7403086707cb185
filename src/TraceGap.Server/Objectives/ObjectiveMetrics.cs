using System.Diagnostics.Metrics;
using TraceGap.Reporting;
using TraceGap.Storage;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace TraceGap.Server.Objectives;

/// <summary>Gauges of objectives. Where the store cannot be read at present they are absent, as a workflow without an objective is.</summary>
internal static class ObjectiveMetrics
{
    /// <summary>Makes the instruments.</summary>
    public static void Add(Meter meter, ObjectiveLedger ledger)
    {
        Gauge("tracegap.objective", "Share of requests that shall end ok", static report => [(report.Target, [])]);
        Gauge("tracegap.error_budget.remaining", "Part of the error budget that is left over the objective's window; below 0 once it is overspent", static report => [(report.ErrorBudgetRemaining, [])]);
        Gauge("tracegap.burn_rate", "Share of failed requests in multiples of what the objective allows", static report =>
            report.BurnRates.Select(static rate => (rate.Value, new[] { new Tag("window", rate.Window) })));

        void Gauge(string name, string what, Func<ObjectiveReport, IEnumerable<(double? Value, Tag[] Tags)>> read) =>
            meter.CreateObservableGauge(name, () => Read(ledger, read), "1", what);
    }

    private static List<Measurement<double>> Read(ObjectiveLedger ledger, Func<ObjectiveReport, IEnumerable<(double? Value, Tag[] Tags)>> read)
    {
        List<Measurement<double>> measurements = [];
        foreach ((string workflow, ObjectiveStanding standing) in Standings(ledger).OrderBy(static entry => entry.Key, StringComparer.Ordinal))
        {
            foreach ((double? value, Tag[] tags) in read(standing.ToReport()))
            {
                if (value is double known)
                {
                    measurements.Add(new Measurement<double>(known, [new Tag("workflow", workflow), .. tags]));
                }
            }
        }

        return measurements;
    }

    private static IReadOnlyDictionary<string, ObjectiveStanding> Standings(ObjectiveLedger ledger)
    {
        try
        {
            return ledger.Standings();
        }
        catch (StorageUnavailableException)
        {
            return new Dictionary<string, ObjectiveStanding>();
        }
    }
}
