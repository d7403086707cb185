using System.Globalization;
using System.Text.Json;
using TraceGap.Reporting.Alerts;

namespace TraceGap.Server.Alerts.Delivery;

/// <summary>
/// Alertmanager's API v2. It takes an alert for over once <c>endsAt</c> has passed, so what fires is said again every minute with an end some minutes ahead, and what is over is said once with
/// the end that it had. Equal labels and <c>startsAt</c> are one alert to it, so that saying something twice changes nothing.
/// </summary>
internal sealed class AlertmanagerNotifier(HttpDelivery http, Uri server, string? externalUrl, TimeProvider time) : INotifier
{
    /// <summary>What fires is over so long after it was said last: several minutes may go missing.</summary>
    public static readonly TimeSpan ResolveTimeout = TimeSpan.FromMinutes(5);

    private readonly Uri _alerts = new($"{server.AbsoluteUri.TrimEnd('/')}/api/v2/alerts");

    /// <inheritdoc/>
    public ValueTask<DeliveryResult> NotifyAsync(AlertNotice notice, CancellationToken cancellationToken) =>
        PostAsync([notice.Alert], notice.Kind is NoticeKinds.Firing or NoticeKinds.Test, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DeliveryResult> RepeatAsync(IReadOnlyList<Alert> firing, CancellationToken cancellationToken) =>
        firing.Count == 0 ? ValueTask.FromResult(DeliveryResult.Delivered) : PostAsync(firing, isFiring: true, cancellationToken);

    private ValueTask<DeliveryResult> PostAsync(IReadOnlyList<Alert> alerts, bool isFiring, CancellationToken cancellationToken)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartArray();
            foreach (Alert alert in alerts)
            {
                Write(json, alert, isFiring);
            }

            json.WriteEndArray();
        }

        return http.PostAsync(_alerts, buffer.ToArray(), cancellationToken);
    }

    private void Write(Utf8JsonWriter json, Alert alert, bool isFiring)
    {
        json.WriteStartObject();
        json.WriteStartObject("labels");
        json.WriteString("alertname", NameOf(alert.Rule));
        json.WriteString("workflow", alert.Workflow);
        json.WriteString("rule", alert.Rule);
        json.WriteString("severity", alert.Severity);
        json.WriteEndObject();
        json.WriteStartObject("annotations");
        json.WriteString("summary", alert.Summary);
        if (alert.Evidence is AlertEvidence evidence)
        {
            json.WriteString("examples", string.Join(", ", evidence.ExampleTraceIds));
            json.WriteString("layer", evidence.Layer?.Name ?? "");
            json.WriteString("step", evidence.Step?.Name ?? "");
        }

        json.WriteEndObject();
        json.WriteString("startsAt", Text(alert.FiredAt ?? alert.Since));
        json.WriteString("endsAt", Text(isFiring ? time.GetUtcNow().UtcDateTime + ResolveTimeout : alert.Since));
        if (externalUrl is not null)
        {
            json.WriteString("generatorURL", $"{externalUrl}/api/v1/report?workflow={Uri.EscapeDataString(alert.Workflow)}");
        }

        json.WriteEndObject();
    }

    private static string NameOf(string rule) => $"TraceGap{string.Concat(rule.Split('_').Select(static word => char.ToUpperInvariant(word[0]) + word[1..]))}";

    private static string Text(DateTime at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
