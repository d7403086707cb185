using System.Net;
using System.Text;
using System.Text.Json;

namespace TraceGap.EndToEnd.Tests.Alerts;

/// <summary>One thing that a webhook was told.</summary>
/// <param name="Alert">Which alert.</param>
/// <param name="StartsAt">Since when.</param>
/// <param name="Status">What became of it.</param>
internal readonly record struct Told(string Alert, string StartsAt, string Status);

/// <summary>A webhook that answers and remembers what it was told; a message that says nothing new adds nothing.</summary>
internal sealed class CollectingHook : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Func<JsonElement, IEnumerable<Told>> _read;
    private readonly Lock _lock = new();
    private readonly HashSet<Told> _told = [];

    private CollectingHook(int port, Func<JsonElement, IEnumerable<Told>> read)
    {
        _read = read;
        Url = UrlOf(port);
        _listener.Prefixes.Add(Url.AbsoluteUri);
        _listener.Start();
        _ = AnswerAsync();
    }

    public Uri Url { get; }

    public IReadOnlyList<Told> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _told];
            }
        }
    }

    /// <summary>Where a hook on a port will be.</summary>
    public static Uri UrlOf(int port) => new($"http://127.0.0.1:{port}/");

    /// <summary>A hook for what Alertmanager sends.</summary>
    public static CollectingHook OfAlertmanager(int port) => new(port, static message => message.GetProperty("alerts").EnumerateArray().Select(static alert => new Told(
        $"{Label(alert, "alertname")} {Label(alert, "rule")}".TrimEnd(), alert.GetProperty("startsAt").GetString()!, alert.GetProperty("status").GetString()!)));

    /// <summary>A hook for what TraceGap sends.</summary>
    public static CollectingHook OfTraceGap(int port) => new(port, static message => [new Told(
        message.GetProperty("alert").GetProperty("rule").GetString()!, message.GetProperty("alert").GetProperty("firedAt").GetString()!, message.GetProperty("kind").GetString()!)]);

    /// <summary>How often it was told that an alert has a status: once for each time that it began.</summary>
    public int Count(string alert, string status) => All.Count(told => told.Alert == alert && told.Status == status);

    public void Dispose() => _listener.Close();

    private static string Label(JsonElement alert, string name) => alert.GetProperty("labels").TryGetProperty(name, out JsonElement value) ? value.GetString()! : "";

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                HttpListenerContext context = await _listener.GetContextAsync();
                using StreamReader reader = new(context.Request.InputStream, Encoding.UTF8);
                JsonElement message = JsonDocument.Parse(await reader.ReadToEndAsync()).RootElement;
                lock (_lock)
                {
                    _told.UnionWith(_read(message));
                }

                context.Response.Close();
            }
        }
        catch (Exception gone) when (gone is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
