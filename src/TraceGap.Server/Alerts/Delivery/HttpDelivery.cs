using System.Net;
using System.Net.Http.Headers;

namespace TraceGap.Server.Alerts.Delivery;

/// <summary>Posts JSON and reads from the answer whether to try again.</summary>
internal sealed class HttpDelivery(HttpClient http, TimeProvider time)
{
    /// <summary>A receiver that takes longer is treated as one that is not there.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Posts.</summary>
    /// <param name="url">Where to.</param>
    /// <param name="body">JSON in UTF-8.</param>
    /// <param name="headers">Further headers.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<DeliveryResult> PostAsync(Uri url, byte[] body, CancellationToken cancellationToken, params (string Name, string Value)[] headers)
    {
        using CancellationTokenSource patience = new(Patience, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        using HttpRequestMessage request = new(HttpMethod.Post, url)
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        try
        {
            using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return Judge(response.StatusCode);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new DeliveryResult(DeliveryOutcome.TryAgain, $"no answer within {Patience.TotalSeconds:0} seconds");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or System.Net.Sockets.SocketException)
        {
            return new DeliveryResult(DeliveryOutcome.TryAgain, failure is HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } known ? $"{known.HttpRequestError}" : failure.GetType().Name);
        }
    }

    // A request that is refused for what it is would be refused again; a receiver that is told to slow down, or is in trouble, may take it later (RFC 9110 15.5 and 15.6, RFC 6585 4).
    private static DeliveryResult Judge(HttpStatusCode status)
    {
        int code = (int)status;
        return code switch
        {
            >= 200 and < 300 => DeliveryResult.Delivered,
            408 or 425 or 429 or >= 500 => new DeliveryResult(DeliveryOutcome.TryAgain, $"HTTP {code}"),
            _ => new DeliveryResult(DeliveryOutcome.Refused, $"HTTP {code}"),
        };
    }
}
