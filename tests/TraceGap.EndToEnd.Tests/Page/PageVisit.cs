using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace TraceGap.EndToEnd.Tests.Page;

/// <summary>A tab of a browser that remembers what must not happen: errors in the console, and requests to anywhere but the server.</summary>
internal sealed class PageVisit : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly Uri _server;
    private readonly List<string> _troubles = [];

    private PageVisit(IBrowserContext context, IPage tab, Uri server)
    {
        _context = context;
        _server = server;
        Tab = tab;
        tab.Console += (_, message) => Note(message.Type is "error" or "warning", $"console: {message.Text}");
        tab.PageError += (_, error) => Note(true, $"script: {error}");
        tab.Dialog += (_, dialog) => Note(true, $"dialog: {dialog.Message}");
        tab.Request += (_, request) => Note(!IsOwn(request.Url), $"request to {request.Url}");
    }

    public IPage Tab { get; }

    /// <summary>What must not have happened.</summary>
    public IReadOnlyList<string> Troubles
    {
        get
        {
            lock (_troubles)
            {
                return [.. _troubles];
            }
        }
    }

    public static async Task<PageVisit> OpenAsync(IBrowser browser, Uri server, ColorScheme colors = ColorScheme.Light, int width = 1360, int height = 900)
    {
        IBrowserContext context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            ColorScheme = colors,
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ReducedMotion = ReducedMotion.Reduce,
            AcceptDownloads = true,
        });
        return new PageVisit(context, await context.NewPageAsync(), server);
    }

    /// <summary>Opens an address of the page.</summary>
    public Task GoAsync(string path) => Tab.GotoAsync(new Uri(_server, path).AbsoluteUri);

    /// <summary>What axe finds that keeps people out, serious or worse, a line each; empty if nothing does.</summary>
    public async Task<string> BarriersAsync()
    {
        AxeResult found = await Tab.RunAxe();
        return string.Join('\n', found.Violations
            .Where(static violation => violation.Impact is "serious" or "critical")
            .Select(static violation => $"{violation.Id}: {violation.Help}: {string.Join("; ", violation.Nodes.Take(3).Select(static node => node.Html))}"));
    }

    /// <summary>Forgets troubles that a test provoked.</summary>
    public void Forget(Func<string, bool> expected)
    {
        lock (_troubles)
        {
            _troubles.RemoveAll(trouble => expected(trouble));
        }
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private bool IsOwn(string url) => url.StartsWith("blob:", StringComparison.Ordinal) || url.StartsWith("data:", StringComparison.Ordinal) || new Uri(url).Authority == _server.Authority;

    private void Note(bool isTrouble, string text)
    {
        if (isTrouble)
        {
            lock (_troubles)
            {
                _troubles.Add(text);
            }
        }
    }
}
