using System.Text;
using System.Text.Json;
using TraceGap.Reporting.Alerts;

namespace TraceGap.Server.Alerts.Delivery;

/// <summary>Posts a line of text as Slack's incoming webhooks take it, and those of Mattermost, Rocket.Chat and others.</summary>
internal sealed class SlackNotifier(HttpDelivery http, Uri url) : INotifier
{
    /// <inheritdoc/>
    public ValueTask<DeliveryResult> NotifyAsync(AlertNotice notice, CancellationToken cancellationToken)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteString("text", Text(notice));
            json.WriteEndObject();
        }

        return http.PostAsync(url, buffer.ToArray(), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<DeliveryResult> RepeatAsync(IReadOnlyList<Alert> firing, CancellationToken cancellationToken) => ValueTask.FromResult(DeliveryResult.Delivered);

    private static string Text(AlertNotice notice)
    {
        Alert alert = notice.Alert;
        string examples = alert.Evidence is { ExampleTraceIds: { Count: > 0 } ids } && notice.Kind == NoticeKinds.Firing ? $" Examples: {string.Join(", ", ids)}" : "";
        string said = notice.Kind switch
        {
            NoticeKinds.Firing => $":rotating_light: {alert.Summary}",
            NoticeKinds.Resolved => $":white_check_mark: {alert.Workflow}: {alert.Rule} is over.",
            NoticeKinds.Stale => $":grey_question: {alert.Workflow}: no requests for a day; whether {alert.Rule} is over is not known.",
            _ => alert.Summary,
        };

        // Slack reads <…> as links and mentions (api.slack.com, "Formatting text"); names of workflows are whatever a sender made them.
        return new StringBuilder(said + examples).Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").ToString();
    }
}
