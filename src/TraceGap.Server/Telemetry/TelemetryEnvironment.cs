using OpenTelemetry.Exporter;

namespace TraceGap.Server.Telemetry;

/// <summary>Where own telemetry is sent, as the usual <c>OTEL_*</c> variables say. Nothing is sent unless an endpoint is set: a default would be this server itself.</summary>
/// <param name="Traces">Where traces go; null for nowhere.</param>
/// <param name="Metrics">Where metrics go; null for nowhere.</param>
internal sealed record TelemetryEnvironment(OtlpDestination? Traces, OtlpDestination? Metrics)
{
    /// <summary>Reads the variables that the SDK does not read by itself; it reads the others (service name, resource attributes, sampler, intervals, general exporter settings).</summary>
    /// <param name="variable">The value of an environment variable, or null.</param>
    public static TelemetryEnvironment Read(Func<string, string?> variable)
    {
        bool isDisabled = bool.TryParse(variable("OTEL_SDK_DISABLED"), out bool disabled) && disabled;
        return isDisabled ? new(null, null) : new(Destination("TRACES"), Destination("METRICS"));

        OtlpDestination? Destination(string signal)
        {
            string? endpoint = Text($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT");
            bool isAsked = endpoint is not null || Text("OTEL_EXPORTER_OTLP_ENDPOINT") is not null;
            return isAsked && Text($"OTEL_{signal}_EXPORTER") is null or "otlp"
                ? new OtlpDestination(
                    Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? address) ? address : null,
                    Protocol(Text($"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL")),
                    Text($"OTEL_EXPORTER_OTLP_{signal}_HEADERS"),
                    int.TryParse(Text($"OTEL_EXPORTER_OTLP_{signal}_TIMEOUT"), out int timeout) ? timeout : null)
                : null;
        }

        string? Text(string name) => variable(name) is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;
    }

    private static OtlpExportProtocol? Protocol(string? name) => name switch
    {
        "grpc" => OtlpExportProtocol.Grpc,
        "http/protobuf" => OtlpExportProtocol.HttpProtobuf,
        _ => null,
    };
}

/// <summary>What is set for one signal alone and so wins over the general setting, which the SDK reads; null where nothing is set.</summary>
internal sealed record OtlpDestination(Uri? Endpoint, OtlpExportProtocol? Protocol, string? Headers, int? TimeoutMilliseconds)
{
    /// <summary>Sets it.</summary>
    public void Apply(OtlpExporterOptions options)
    {
        options.Protocol = Protocol ?? options.Protocol;
        options.Headers = Headers ?? options.Headers;
        options.TimeoutMilliseconds = TimeoutMilliseconds ?? options.TimeoutMilliseconds;
        if (Endpoint is not null)
        {
            options.Endpoint = Endpoint;
        }
    }
}
