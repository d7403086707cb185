using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using TraceGap.Server.Grpc;

namespace TraceGap.Server.Tests.Grpc;

/// <summary>A response as it came over the wire, read by code of its own.</summary>
internal sealed class GrpcTestReply
{
    public required HttpStatusCode HttpStatus { get; init; }

    public required string? ContentType { get; init; }

    public required bool HasContentLength { get; init; }

    public required Dictionary<string, string> Headers { get; init; }

    public required Dictionary<string, string> Trailers { get; init; }

    public required byte[] Body { get; init; }

    /// <summary>The status is among the headers and nothing follows.</summary>
    public bool IsTrailersOnly => Headers.ContainsKey("grpc-status") && Trailers.Count == 0 && Body.Length == 0;

    public GrpcStatusCode Code => (GrpcStatusCode)int.Parse(Field("grpc-status"), CultureInfo.InvariantCulture);

    public string StatusMessage => Uri.UnescapeDataString(Field("grpc-message"));

    public string MessageText => Encoding.UTF8.GetString(Message);

    /// <summary>The one message of the body.</summary>
    public byte[] Message
    {
        get
        {
            Assert.Equal(0, Body[0]);
            Assert.Equal(Body.Length - 5, BinaryPrimitives.ReadInt32BigEndian(Body.AsSpan(1)));
            return Body[5..];
        }
    }

    public static async Task<GrpcTestReply> ReadAsync(HttpResponseMessage response) => new()
    {
        HttpStatus = response.StatusCode,
        ContentType = response.Content.Headers.ContentType?.ToString(),
        HasContentLength = response.Content.Headers.NonValidated.Contains("content-length"),
        Headers = Flatten(response.Headers),
        Body = await response.Content.ReadAsByteArrayAsync(),
        Trailers = Flatten(response.TrailingHeaders),
    };

    private string Field(string name) => Trailers.TryGetValue(name, out string? trailer) ? trailer : Headers[name];

    private static Dictionary<string, string> Flatten(HttpResponseHeaders headers) =>
        headers.ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase);
}
