using OpenTelemetry.Exporter;
using TraceGap.Server.Telemetry;

namespace TraceGap.Server.Tests.Telemetry;

public sealed class TelemetryEnvironmentTests
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    [Fact]
    public void Nothing_is_sent_unless_an_endpoint_is_set() =>
        Assert.Equal(new TelemetryEnvironment(null, null), Read(("OTEL_SERVICE_NAME", "x"), ("OTEL_TRACES_EXPORTER", "otlp"), (Endpoint, " ")));

    [Fact]
    public void The_general_endpoint_is_for_both_signals_and_left_to_the_sdk()
    {
        OtlpDestination general = new(null, null, null, null);
        Assert.Equal(new TelemetryEnvironment(general, general), Read((Endpoint, "http://a:4317")));
    }

    [Fact]
    public void What_is_set_for_one_signal_wins_and_switches_on_that_one_alone()
    {
        TelemetryEnvironment environment = Read(
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://a:1/x"), ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf"),
            ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "k=v"), ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "7"));

        Assert.Null(environment.Metrics);
        OtlpExporterOptions options = new();
        environment.Traces!.Apply(options);
        Assert.Equal(
            ("http://a:1/x", OtlpExportProtocol.HttpProtobuf, "k=v", 7),
            (options.Endpoint.AbsoluteUri, options.Protocol, options.Headers, options.TimeoutMilliseconds));
    }

    [Theory]
    [InlineData("OTEL_SDK_DISABLED", "true", false, false)]
    [InlineData("OTEL_SDK_DISABLED", "false", true, true)]
    [InlineData("OTEL_TRACES_EXPORTER", "none", false, true)]
    [InlineData("OTEL_METRICS_EXPORTER", "none", true, false)]
    public void Signals_can_be_switched_off(string key, string value, bool traces, bool metrics)
    {
        TelemetryEnvironment environment = Read((Endpoint, "http://a:4317"), (key, value));
        Assert.Equal((traces, metrics), (environment.Traces is not null, environment.Metrics is not null));
    }

    private static TelemetryEnvironment Read(params (string Key, string Value)[] variables) =>
        TelemetryEnvironment.Read(name => variables.FirstOrDefault(variable => variable.Key == name).Value);
}
