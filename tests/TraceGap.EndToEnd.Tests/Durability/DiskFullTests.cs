using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using TraceGap.EndToEnd.Tests.Peers;
using TraceGap.EndToEnd.Tests.Serving;
using TraceGap.EndToEnd.Tests.Traces;

namespace TraceGap.EndToEnd.Tests.Durability;

/// <summary>On a full disk spans are refused so that they come again, readiness says why, questions are answered; when there is space again all goes on by itself, and nothing is lost.</summary>
public sealed class DiskFullTests
{
    private static readonly (string, string)[] ShortPeriods =
    [
        ("ASSEMBLY__QUIETPERIOD", "100ms"), ("ASSEMBLY__IDLETIMEOUT", "200ms"), ("ASSEMBLY__ROOTGRACE", "800ms"),
    ];

    [PeerFact(Peer.Mount)]
    public async Task A_small_disk_that_fills_up_under_load_loses_nothing()
    {
        using SmallDisk disk = new(megabytes: 24);
        await FillUnderLoadAsync(disk);
    }

    [PeerFact(Peer.Gcc)]
    public async Task A_disk_that_refuses_every_write_for_lack_of_space_loses_nothing()
    {
        using FaultDisk disk = new();
        await FillUnderLoadAsync(disk);
    }

    private static async Task FillUnderLoadAsync(IFullableDisk disk)
    {
        SentSpans sent = await SentSpans.OfAsync(new Random(8), RandomTraces.Generate(seed: 8, 600), mostSpansPerRequest: 20);
        int half = sent.Requests.Count / 2;
        using ServerProcess server = disk.Launch(ShortPeriods);
        await server.UntilReadyAsync();
        await using ResendingLoad load = new(sent.Requests);
        load.Server = server.OtlpGrpc;
        load.SendUpTo(half);
        await load.UntilAcknowledgedAsync(half);
        disk.Fill();
        load.SendUpTo(sent.Requests.Count);

        using HttpClient client = new();
        await Poll.UntilAsync(async _ => load.Refused > 100 && (await AskAsync(client, server, "/readyz")).Status == HttpStatusCode.ServiceUnavailable, () => "nothing was refused");
        (_, string reason) = await AskAsync(client, server, "/readyz");
        Assert.Contains("space", reason, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(disk.Folder, reason, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(client, server, "/healthz")).Status);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(client, server, $"/api/v1/report?{ReportText.SameWindow(sent.Report)}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(client, server, "/api/v1/traces?from=0")).Status);

        // What is committed in between gives back a little, so one request may still fit; it is sent again later like the others.
        await Poll.UntilAsync(async _ => await SendOverHttpAsync(client, server, sent) == HttpStatusCode.ServiceUnavailable, () => "nothing was refused over HTTP");
        Assert.True(load.Acknowledged < sent.Requests.Count, "all was sent before the disk was full");
        Assert.InRange(server.Errors.Count, 1, 10);

        // Nothing is sent until the server has found out by itself.
        load.Server = null;
        disk.Free();
        await server.UntilReadyAsync();
        load.Server = server.OtlpGrpc;
        await load.UntilAcknowledgedAsync(sent.Requests.Count);
        await sent.AssertReportedByAsync(server.Http);
        Assert.Equal(0, await server.StopAsync());
    }

    private static async Task<(HttpStatusCode Status, string Body)> AskAsync(HttpClient client, ServerProcess server, string path)
    {
        using HttpResponseMessage answer = await client.GetAsync(new Uri(server.Http, path));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<HttpStatusCode> SendOverHttpAsync(HttpClient client, ServerProcess server, SentSpans sent)
    {
        using ByteArrayContent content = new(sent.Requests[^1].ToByteArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        using HttpResponseMessage answer = await client.PostAsync(new Uri(server.OtlpHttp, "/v1/traces"), content);
        return answer.StatusCode;
    }
}
