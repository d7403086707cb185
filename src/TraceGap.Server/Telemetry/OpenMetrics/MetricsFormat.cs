using Microsoft.Net.Http.Headers;

namespace TraceGap.Server.Telemetry.OpenMetrics;

/// <summary>The text formats that scrapers read.</summary>
internal enum MetricsFormat
{
    /// <summary>Prometheus text format 0.0.4.</summary>
    PrometheusText,

    /// <summary>OpenMetrics 1.0.</summary>
    OpenMetrics,
}

/// <summary>Which format a scraper gets.</summary>
internal static class MetricsFormats
{
    private const string OpenMetricsType = "application/openmetrics-text";

    /// <summary>The <c>Content-Type</c> of a format.</summary>
    public static string ContentType(MetricsFormat format) => format == MetricsFormat.OpenMetrics
        ? $"{OpenMetricsType}; version=1.0.0; charset=utf-8"
        : "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>OpenMetrics where the scraper names it and likes it no less than plain text; else the older format, which everything reads.</summary>
    /// <param name="accept">The values of the header <c>Accept</c>.</param>
    public static MetricsFormat Negotiate(IList<string?> accept)
    {
        if (!MediaTypeHeaderValue.TryParseList([.. accept.OfType<string>()], out IList<MediaTypeHeaderValue>? types))
        {
            return MetricsFormat.PrometheusText;
        }

        double openMetrics = Quality(types, static type => type.MediaType == OpenMetricsType && IsKnown(type));
        double text = Quality(types, static type => type.MediaType == "text/plain");
        return openMetrics > 0 && openMetrics >= text ? MetricsFormat.OpenMetrics : MetricsFormat.PrometheusText;
    }

    private static double Quality(IList<MediaTypeHeaderValue> types, Func<MediaTypeHeaderValue, bool> isMeant) =>
        types.Where(isMeant).Select(static type => type.Quality ?? 1).DefaultIfEmpty(0).Max();

    // Version 0.0.1 is what Prometheus asked for before the standard was out; it is the same text.
    private static bool IsKnown(MediaTypeHeaderValue type)
    {
        string? version = type.Parameters.FirstOrDefault(static parameter => parameter.Name == "version")?.Value.Value?.Trim('"');
        return version is null or "1.0.0" or "0.0.1";
    }
}
