using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using TraceGap.Server.Calls;

namespace TraceGap.Server.Telemetry;

/// <summary>Counts the OTLP requests of one transport as they pass. Thread-safe.</summary>
/// <param name="transport">Its name.</param>
/// <param name="codeOf">The code that a request was answered with, in the transport's own words.</param>
internal sealed class TransportCounts(string transport, Func<HttpContext, string> codeOf)
{
    private const string Aborted = "aborted";

    private readonly ConcurrentDictionary<string, StrongBox<long>> _results = new(StringComparer.Ordinal);
    private readonly KeyValuePair<string, object?> _tag = new("transport", transport);
    private long _wireBytes;
    private long _messageBytes;

    /// <summary>Serves a request, and counts it if it is one for one of <paramref name="paths"/>. What a browser asks before it sends is no request.</summary>
    public Task ServeAsync(HttpContext context, RequestDelegate next, string[] paths) =>
        Array.Exists(paths, path => context.Request.Path == path) && !HttpMethods.IsOptions(context.Request.Method) ? CountAsync(context, next) : next(context);

    private async Task CountAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        finally
        {
            Count(context);
        }
    }

    public IEnumerable<Measurement<long>> Results() =>
        _results.Select(result => new Measurement<long>(Interlocked.Read(ref result.Value.Value), _tag, new("code", result.Key)));

    public Measurement<long> WireBytes() => new(Interlocked.Read(ref _wireBytes), _tag);

    public Measurement<long> MessageBytes() => new(Interlocked.Read(ref _messageBytes), _tag);

    private void Count(HttpContext context)
    {
        string code = context.RequestAborted.IsCancellationRequested ? Aborted : codeOf(context);
        Interlocked.Increment(ref _results.GetOrAdd(code, static _ => new StrongBox<long>()).Value);
        if (context.Features.Get<MessageSizes>() is MessageSizes sizes)
        {
            Interlocked.Add(ref _wireBytes, sizes.WireBytes);
            Interlocked.Add(ref _messageBytes, sizes.Bytes);
        }
    }
}
