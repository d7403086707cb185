using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using TraceGap.Server.Http;
using TraceGap.Server.Page;

namespace TraceGap.Server.Tests.Page;

public sealed class PageEndpointsTests : IAsyncDisposable
{
    private static readonly PageFile[] Files =
    [
        new("index.html", "text/html; charset=utf-8", "<index>"u8.ToArray(), null, null),
        new("favicon.svg", "image/svg+xml", "<svg>"u8.ToArray(), null, null),
        new("assets/index-4f1c.js", "text/javascript; charset=utf-8", "plain"u8.ToArray(), "gzipped"u8.ToArray(), "brotli"u8.ToArray()),
    ];

    private readonly HttpClient _client = new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None });
    private WebApplication? _application;

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await (_application?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/steps?window=15m&layer=inference")]
    [InlineData("/traces/4bf92f3577b34da6a3ce929d0e0e4736")]
    [InlineData("/what-if?changes=%7B%7D")]
    [InlineData("/costs")]
    [InlineData("/concurrency")]
    [InlineData("/dependence")]
    [InlineData("/compare")]
    [InlineData("/alerts")]
    public async Task Every_view_is_the_one_document_and_is_asked_for_anew(string path)
    {
        using HttpResponseMessage response = await GetAsync(Files, path);

        Assert.Equal("<index>", await response.Content.ReadAsStringAsync());
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        Assert.True(response.Headers.CacheControl!.NoCache);
    }

    [Theory]
    [InlineData(null, "plain")]
    [InlineData("gzip, deflate", "gzipped")]
    [InlineData("gzip, br", "brotli")]
    [InlineData("gzip, br;q=0", "gzipped")]
    public async Task An_asset_comes_in_the_smallest_encoding_that_is_accepted_and_stays_for_ever(string? accepted, string body)
    {
        using HttpResponseMessage response = await GetAsync(Files, "/assets/index-4f1c.js", accepted);

        Assert.Equal(body, await response.Content.ReadAsStringAsync());
        Assert.Equal("public, max-age=31536000, immutable", response.Headers.CacheControl!.ToString());
        Assert.Contains("Accept-Encoding", response.Headers.Vary);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/assets/index-4f1c.js")]
    [InlineData("/favicon.svg")]
    public async Task Nothing_from_elsewhere_runs_and_no_script_or_style_that_stands_in_a_document(string path)
    {
        using HttpResponseMessage response = await GetAsync(Files, path);

        string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("script-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
    }

    [Theory]
    [InlineData("/nowhere")]
    [InlineData("/api/v1/reprot")]
    [InlineData("/assets/index-0000.js")]
    [InlineData("/assets/..%2findex.html")]
    public async Task A_path_that_is_no_part_of_the_page_is_not_found(string path)
    {
        using HttpResponseMessage response = await GetAsync(Files, path);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Without_a_page_the_root_says_in_plain_text_how_to_get_it()
    {
        using HttpResponseMessage response = await GetAsync([], "/");

        Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("Node.js 20", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_assembly_was_built_with_is_whole()
    {
        if (!PageFiles.Built.IsBuilt)
        {
            Assert.Empty(PageFiles.Built.All);
            return;
        }

        Assert.True(PageFiles.Built.TryFind(PageFiles.Index, out PageFile? index));
        string document = Encoding.UTF8.GetString(index.Plain);
        PageFile[] assets = [.. PageFiles.Built.All.Where(static file => file.Path.StartsWith("assets/index", StringComparison.Ordinal))];
        Assert.All(assets, asset => Assert.Contains($"/{asset.Path}", document, StringComparison.Ordinal));
        Assert.Contains(assets, static asset => asset is { ContentType: "text/javascript; charset=utf-8", Brotli: not null, Gzip: not null });
        Assert.DoesNotContain("<script>", document, StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> GetAsync(IEnumerable<PageFile> files, string path, string? accepted = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _application = builder.Build();
        _application.MapPage(new PageFiles(files));
        await _application.StartAsync();
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(HttpHost.Address(_application), path));
        if (accepted is not null)
        {
            request.Headers.Add("Accept-Encoding", accepted);
        }

        return await _client.SendAsync(request);
    }
}
