namespace TraceGap.Reporting.Tests.Alerts;

/// <summary>A theory that computes for minutes: skipped unless TRACEGAP_LONG_SIMULATION is 1.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LongSimulationTheoryAttribute : TheoryAttribute
{
    public LongSimulationTheoryAttribute() =>
        Skip = Environment.GetEnvironmentVariable("TRACEGAP_LONG_SIMULATION") == "1" ? null : "takes minutes; set TRACEGAP_LONG_SIMULATION=1";
}
