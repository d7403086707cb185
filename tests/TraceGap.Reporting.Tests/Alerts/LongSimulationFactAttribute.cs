namespace TraceGap.Reporting.Tests.Alerts;

/// <summary>A fact that computes for minutes: skipped unless TRACEGAP_LONG_SIMULATION is 1.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LongSimulationFactAttribute : FactAttribute
{
    public LongSimulationFactAttribute() =>
        Skip = Environment.GetEnvironmentVariable("TRACEGAP_LONG_SIMULATION") == "1" ? null : "takes minutes; set TRACEGAP_LONG_SIMULATION=1";
}
