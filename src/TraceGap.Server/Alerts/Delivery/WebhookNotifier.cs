using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TraceGap.Reporting.Alerts;

namespace TraceGap.Server.Alerts.Delivery;

/// <summary>
/// Posts the notification as JSON. With a secret it is signed: <c>X-TraceGap-Signature: sha256=HEX</c> is the HMAC-SHA256 of <c>TIMESTAMP.BODY</c>, TIMESTAMP being the text of
/// <c>X-TraceGap-Timestamp</c>, seconds since the Unix epoch, so that neither body nor time can be changed and an old request can be told. <c>X-TraceGap-Notification</c> is the number of the
/// notification, the same however often it is sent.
/// </summary>
internal sealed class WebhookNotifier(HttpDelivery http, Uri url, string? secret, TimeProvider time) : INotifier
{
    private readonly byte[]? _key = secret is null ? null : Encoding.UTF8.GetBytes(secret);

    /// <inheritdoc/>
    public ValueTask<DeliveryResult> NotifyAsync(AlertNotice notice, CancellationToken cancellationToken)
    {
        byte[] body = AlertJson.WriteUtf8(notice);
        string timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        (string, string)[] headers = [("X-TraceGap-Timestamp", timestamp), ("X-TraceGap-Notification", notice.Id.ToString(CultureInfo.InvariantCulture))];
        return _key is null
            ? http.PostAsync(url, body, cancellationToken, headers)
            : http.PostAsync(url, body, cancellationToken, [.. headers, ("X-TraceGap-Signature", Signature(_key, timestamp, body))]);
    }

    /// <inheritdoc/>
    public ValueTask<DeliveryResult> RepeatAsync(IReadOnlyList<Alert> firing, CancellationToken cancellationToken) => ValueTask.FromResult(DeliveryResult.Delivered);

    private static string Signature(byte[] key, string timestamp, byte[] body)
    {
        byte[] signed = [.. Encoding.ASCII.GetBytes(timestamp + "."), .. body];
        return $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(key, signed))}";
    }
}
