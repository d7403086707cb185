using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using TraceGap.Aggregation;
using TraceGap.Server.Configuration;
using TraceGap.Server.Grpc;
using TraceGap.Server.Http;
using TraceGap.Server.Ingest;
using TraceGap.Server.Queries;
using TraceGap.Storage;

namespace TraceGap.Server;

/// <summary>A running TraceGap: receives OTLP/gRPC, keeps and analyses traces, answers queries. Disposing it drains what is in flight and closes the data folder.</summary>
public sealed class TraceGapServer : IAsyncDisposable
{
    private readonly WebApplication _grpc;
    private readonly WebApplication _http;
    private readonly IngestPipeline _pipeline;
    private readonly TraceStore _store;

    private TraceGapServer(WebApplication grpc, WebApplication http, IngestPipeline pipeline, TraceStore store)
    {
        _grpc = grpc;
        _http = http;
        _pipeline = pipeline;
        _store = store;
    }

    /// <summary>Where OTLP/gRPC and <c>tracegap.v1.ReportService</c> are served.</summary>
    public Uri OtlpGrpc => HttpHost.Address(_grpc);

    /// <summary>Where the query API and the probes are served.</summary>
    public Uri Http => HttpHost.Address(_http);

    /// <summary>Opens the data folder, takes up what is unfinished there, and listens.</summary>
    /// <param name="options">What the user set.</param>
    /// <param name="logging">Where logs go.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="StorageUnavailableException">The data folder cannot be used; the error names file and problem.</exception>
    /// <exception cref="IOException">An address cannot be listened on.</exception>
    public static async Task<TraceGapServer> StartAsync(
        ServerOptions options, ILoggerFactory logging, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        time ??= TimeProvider.System;
        if (!TraceStore.TryOpen(new StoreOptions { Folder = options.DataFolder, Fsync = options.Fsync }, out TraceStore? store, out StoreError? error))
        {
            throw new StorageUnavailableException(error);
        }

        TraceAnalyzer analyzer = new(options.Analysis);
        IngestPipeline pipeline = new(store, analyzer, new TraceAssembler(options.Assembly), time, logging.CreateLogger<IngestPipeline>());
        StoreQueries queries = new(store, new TraceAnalyzer(options.Analysis), pipeline, time);
        TraceGapServer server = new(GrpcHost(options, logging, pipeline, queries), ApiHost(options, logging, pipeline, queries), pipeline, store);
        try
        {
            pipeline.Start();
            await server._grpc.StartAsync(cancellationToken);
            await server._http.StartAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops listening, stores what is in flight, closes the data folder.</summary>
    public async ValueTask DisposeAsync()
    {
        await _grpc.StopAsync();
        await _http.StopAsync();
        await _grpc.DisposeAsync();
        await _http.DisposeAsync();
        await _pipeline.DisposeAsync();
        _store.Dispose();
    }

    private static WebApplication GrpcHost(ServerOptions options, ILoggerFactory logging, IngestPipeline pipeline, StoreQueries queries)
    {
        WebApplicationBuilder builder = HttpHost.Builder(EndPoint(options.OtlpGrpc), HttpProtocols.Http2, logging, static kestrel => kestrel.UseGrpcConnections());
        WebApplication application = builder.Build();
        application.MapGrpcServices(options, pipeline, queries);
        return application;
    }

    private static WebApplication ApiHost(ServerOptions options, ILoggerFactory logging, IngestPipeline pipeline, StoreQueries queries)
    {
        WebApplicationBuilder builder = HttpHost.Builder(EndPoint(options.Http), HttpProtocols.Http1, logging);
        builder.Services.AddQueryApi();
        WebApplication application = builder.Build();
        application.MapApi(queries);
        application.MapProbes(pipeline);
        application.MapOpenApi("/openapi/{documentName}.json");
        return application;
    }

    private static IPEndPoint EndPoint(string text) => ServerOptionsReader.TryParseEndPoint(text, out IPEndPoint endPoint)
        ? endPoint
        : throw new ArgumentException($"\"{text}\" is no HOST:PORT", nameof(text));
}
