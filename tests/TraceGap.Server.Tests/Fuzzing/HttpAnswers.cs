using System.Globalization;
using System.Text;
using System.Text.Json;
using OpenTelemetry.Proto.Collector.Trace.V1;
using TraceGap.Otlp.Tests.Fuzzing;

namespace TraceGap.Server.Tests.Fuzzing;

/// <summary>Judges what came back over an HTTP/1.1 connection: answers, one behind the other, each with a status that such a request may get and a body of its type.</summary>
internal static class HttpAnswers
{
    // 408 to whoever stalls and 503 to whoever comes too many are for others: here nobody waits, and there is room.
    private static readonly HashSet<int> Expected = [100, 200, 400, 404, 405, 411, 413, 414, 415, 417, 431, 501, 505];

    /// <summary>The statuses of the answers. One that was cut off may be incomplete.</summary>
    public static List<int> Check(byte[] received, bool isCutOff)
    {
        List<int> statuses = [];
        for (int start = 0; start < received.Length;)
        {
            int length = received.AsSpan(start).IndexOf("\r\n\r\n"u8);
            if (length < 0)
            {
                Assert.True(isCutOff, "the head of an answer does not end");
                break;
            }

            (int status, Dictionary<string, string> headers) = Head(Encoding.ASCII.GetString(received, start, length));
            statuses.Add(status);
            Assert.Contains(status, Expected);
            start += length + 4;
            int bodyLength = status == 100 ? 0 : int.Parse(headers["content-length"], NumberStyles.None, CultureInfo.InvariantCulture);
            if (start + bodyLength > received.Length)
            {
                Assert.True(isCutOff, "the body of an answer is shorter than it says");
                break;
            }

            CheckBody(status, headers.GetValueOrDefault("content-type"), received[start..(start + bodyLength)]);
            start += bodyLength;
        }

        return statuses;
    }

    private static (int Status, Dictionary<string, string> Headers) Head(string head)
    {
        string[] lines = head.Split("\r\n");
        Assert.Matches(@"\AHTTP/1\.1 [1-5][0-9][0-9] .*\z", lines[0]);
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        foreach (string line in lines[1..])
        {
            Assert.Matches(@"\A[!#$%&'*+\-.^_`|~0-9A-Za-z]+: [\t -~]*\z", line);
            Assert.True(headers.TryAdd(line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 2)..]), line);
        }

        return (int.Parse(lines[0].AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture), headers);
    }

    private static void CheckBody(int status, string? contentType, byte[] body)
    {
        switch (contentType)
        {
            case "application/json":
                using (JsonDocument document = JsonDocument.Parse(body))
                {
                    Assert.Equal(status != 200, document.RootElement.TryGetProperty("code", out _));
                }

                break;
            case "application/x-protobuf" when status == 200:
                Assert.Equal(body.Length > 0, ExportTraceServiceResponse.Parser.ParseFrom(body).PartialSuccess is { RejectedSpans: > 0, ErrorMessage.Length: > 0 });
                break;
            case "application/x-protobuf":
                // google.rpc.Status: a code and a message, and details of what is bad data.
                ulong[] fields = [.. WireField.Read(body)!.Select(static field => field.Number)];
                Assert.Equal(status == 400 ? [1, 2, 3] : [1, 2], fields);
                break;
            default:
                // What is no HTTP is answered by the web server, without a body.
                Assert.Equal((null, 0), (contentType, body.Length));
                break;
        }
    }
}
