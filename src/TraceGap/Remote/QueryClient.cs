using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;

namespace TraceGap.Remote;

/// <summary>An answer of a TraceGap server, or why there is none.</summary>
/// <param name="Body">The JSON body; empty without an answer.</param>
/// <param name="Status">HTTP status; null if the server was not reached.</param>
/// <param name="Problem">Why there is no answer, in one line that names the address; null if there is one.</param>
internal sealed record ServerAnswer(byte[] Body, HttpStatusCode? Status, string? Problem);

/// <summary>Asks the query API of a TraceGap server.</summary>
internal sealed class QueryClient : IDisposable
{
    public const string DefaultServer = "http://127.0.0.1:4319";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(100);

    private readonly Uri _server;
    private readonly HttpClient _http;

    /// <summary>Makes a client.</summary>
    /// <param name="server">Address of the query API.</param>
    /// <param name="access">How to get in; null for an open server.</param>
    public QueryClient(Uri server, ServerAccess? access = null)
    {
        _server = server;
        _http = (access ?? ServerAccess.Open).NewClient();
        _http.Timeout = Timeout;
    }

    /// <summary>GETs <paramref name="path"/> (relative, without a leading slash) with the parameters that have a value.</summary>
    public Task<ServerAnswer> GetAsync(string path, CancellationToken stop, params IEnumerable<(string Name, string? Value)> parameters) =>
        AskAsync(AddressOf(path, parameters), question: null, stop);

    /// <summary>POSTs a JSON document likewise.</summary>
    public Task<ServerAnswer> PostAsync(string path, byte[] question, CancellationToken stop, params IEnumerable<(string Name, string? Value)> parameters) =>
        AskAsync(AddressOf(path, parameters), question, stop);

    public void Dispose() => _http.Dispose();

    private async Task<ServerAnswer> AskAsync(Uri address, byte[]? question, CancellationToken stop)
    {
        try
        {
            using HttpRequestMessage request = new(question is null ? HttpMethod.Get : HttpMethod.Post, address);
            if (question is not null)
            {
                request.Content = new ByteArrayContent(question) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            }

            using HttpResponseMessage response = await _http.SendAsync(request, stop);
            byte[] body = await response.Content.ReadAsByteArrayAsync(stop);
            return response.IsSuccessStatusCode
                ? new ServerAnswer(body, response.StatusCode, null)
                : new ServerAnswer([], response.StatusCode, $"{address}: {(int)response.StatusCode} {ReasonIn(body) ?? response.ReasonPhrase}{(response.StatusCode == HttpStatusCode.Unauthorized ? "; set --token or TRACEGAP_TOKEN" : "")}");
        }
        catch (HttpRequestException exception)
        {
            return new ServerAnswer([], null, $"cannot reach {address}: {Cause(exception)}");
        }
        catch (SocketException exception)
        {
            // The client lets one through unwrapped if the server ends while it connects.
            return new ServerAnswer([], null, $"cannot reach {address}: {exception.Message}");
        }
        catch (TaskCanceledException) when (!stop.IsCancellationRequested)
        {
            return new ServerAnswer([], null, $"{address}: no answer within {Timeout.TotalSeconds:0} seconds");
        }
    }

    private Uri AddressOf(string path, IEnumerable<(string Name, string? Value)> parameters)
    {
        StringBuilder query = new();
        foreach ((string name, string? value) in parameters)
        {
            if (value is not null)
            {
                query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            }
        }

        return new Uri($"{_server.AbsoluteUri.TrimEnd('/')}/{path}{query}");
    }

    // The system's words for what goes wrong below HTTP differ, and are about the system; a person wants to know what to do.
    private static string Cause(HttpRequestException exception) => exception switch
    {
        { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "connection refused; is 'tracegap serve' running there?",
        { InnerException: AuthenticationException } => $"{exception.InnerException.Message} Name the server's authority with --ca.",
        { HttpRequestError: HttpRequestError.ResponseEnded } => "the connection was closed; does the server speak https, or want a client certificate (--cert)?",
        _ => exception.InnerException?.Message ?? exception.Message,
    };

    /// <summary>Title and detail of a problem document (RFC 9457), or null if the body is none.</summary>
    private static string? ReasonIn(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && (document.RootElement.TryGetProperty("detail", out JsonElement reason) || document.RootElement.TryGetProperty("title", out reason))
                ? reason.ToString()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
