namespace TraceGap.Otlp;

/// <summary>What emitted a span: the OTLP resource, reduced to what TraceGap keeps. Shared by the spans of a request; immutable.</summary>
/// <param name="attributes">The kept resource attributes.</param>
public sealed class ResourceRecord(AttributeSet attributes)
{
    /// <summary>The service name of spans whose resource has none (OpenTelemetry resource conventions).</summary>
    public const string UnknownService = "unknown_service";

    /// <summary>The resource without attributes.</summary>
    public static ResourceRecord Unknown { get; } = new(AttributeSet.Empty);

    /// <summary>The kept resource attributes.</summary>
    public AttributeSet Attributes { get; } = attributes;

    /// <summary><c>service.name</c>, or <see cref="UnknownService"/>.</summary>
    public string ServiceName { get; } = attributes.Text("service.name") ?? UnknownService;

    /// <summary><c>service.version</c>, or empty.</summary>
    public string ServiceVersion { get; } = attributes.Text("service.version") ?? "";

    /// <summary><c>deployment.environment.name</c> (older: <c>deployment.environment</c>), or empty.</summary>
    public string Environment { get; } = attributes.Text("deployment.environment.name") ?? attributes.Text("deployment.environment") ?? "";

    /// <summary>Tells resources apart for clock skew and adoption: service name, namespace, instance, host, process id; equal text, same resource.</summary>
    public string Identity { get; } = string.Join('\u001f',
        attributes.Text("service.name"), attributes.Text("service.namespace"), attributes.Text("service.instance.id"),
        attributes.Text("host.id") ?? attributes.Text("host.name"), attributes.Text("process.pid"));
}
