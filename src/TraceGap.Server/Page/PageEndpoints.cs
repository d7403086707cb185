using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using TraceGap.Server.Security;

namespace TraceGap.Server.Page;

/// <summary>Serves the page. It is public, as it holds no data: what it shows it asks of the query API, with the token that its user gives it.</summary>
internal static class PageEndpoints
{
    private const string ForEver = "public, max-age=31536000, immutable";

    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private const string Missing =
        """
        TraceGap is running; this build has no page.

        The page is built along with the server where Node.js 20 or later is installed:
            dotnet build src/TraceGap

        Everything else is here: /api/v1/report, /api/v1/workflows, /api/v1/traces, /openapi/v1.json, /metrics, and on the command line `tracegap report`.

        """;

    // Other paths are no part of the page, so that a mistyped address of the API is not answered with HTML.
    private static readonly string[] Views =
    [
        "/", "/workflows", "/layers", "/steps", "/failures", "/traces", "/traces/{traceId}", "/what-if", "/costs", "/concurrency", "/dependence", "/compare", "/alerts",
    ];

    /// <summary>Maps the page's files, and its views to the one document that shows them.</summary>
    public static void MapPage(this IEndpointRouteBuilder endpoints, PageFiles files)
    {
        RouteGroupBuilder page = endpoints.MapGroup("").AllowAnyone().ExcludeFromDescription();
        if (!files.TryFind(PageFiles.Index, out PageFile? index))
        {
            page.MapGet("/", static () => Results.Text(Missing));
            return;
        }

        foreach (string view in Views)
        {
            page.MapMethods(view, [HttpMethods.Get, HttpMethods.Head], context => WriteAsync(context, index, "no-cache"));
        }

        foreach (PageFile file in files.All.Where(file => file != index))
        {
            // Names below assets carry a hash of their content.
            string caching = file.Path.StartsWith("assets/", StringComparison.Ordinal) ? ForEver : "no-cache";
            page.MapMethods($"/{file.Path}", [HttpMethods.Get, HttpMethods.Head], context => WriteAsync(context, file, caching));
        }
    }

    private static Task WriteAsync(HttpContext context, PageFile file, string caching)
    {
        HttpResponse response = context.Response;
        IHeaderDictionary headers = response.Headers;
        headers.CacheControl = caching;
        headers.Vary = HeaderNames.AcceptEncoding;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        response.ContentType = file.ContentType;
        (byte[] body, string? encoding) = Choose(file, context.Request.Headers.AcceptEncoding);
        if (encoding is not null)
        {
            headers.ContentEncoding = encoding;
        }

        response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private static (byte[] Body, string? Encoding) Choose(PageFile file, StringValues accepted)
    {
        if (!StringWithQualityHeaderValue.TryParseList(accepted, out IList<StringWithQualityHeaderValue>? encodings))
        {
            return (file.Plain, null);
        }

        return file.Brotli is not null && Takes("br") ? (file.Brotli, "br")
            : file.Gzip is not null && Takes("gzip") ? (file.Gzip, "gzip")
            : (file.Plain, null);

        bool Takes(string name) => encodings.Any(encoding => encoding.Value.Equals(name, StringComparison.OrdinalIgnoreCase) && encoding.Quality != 0);
    }
}
