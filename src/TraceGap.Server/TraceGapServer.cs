using System.Diagnostics;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using TraceGap.Aggregation;
using TraceGap.Server.Alerts;
using TraceGap.Server.Calls;
using TraceGap.Server.Configuration;
using TraceGap.Server.Grpc;
using TraceGap.Server.Http;
using TraceGap.Server.Ingest;
using TraceGap.Server.Live;
using TraceGap.Server.Objectives;
using TraceGap.Server.Otlp;
using TraceGap.Server.Page;
using TraceGap.Server.Queries;
using TraceGap.Server.Rules;
using TraceGap.Server.Security;
using TraceGap.Server.Telemetry;
using TraceGap.Server.UnaryHttp;
using TraceGap.Storage;

namespace TraceGap.Server;

/// <summary>A running TraceGap: receives OTLP over gRPC and HTTP, keeps and analyses traces, answers queries. Disposing it drains what is in flight and closes the data folder.</summary>
public sealed class TraceGapServer : IAsyncDisposable
{
    /// <summary>Time for requests that are under way when the server stops; what is not answered then is not acknowledged.</summary>
    private static readonly TimeSpan FinishTime = TimeSpan.FromSeconds(5);

    private readonly WebApplication _grpc;
    private readonly WebApplication _otlpHttp;
    private readonly WebApplication _http;
    private readonly IngestPipeline _pipeline;
    private readonly StoreQueries _queries;
    private readonly AlertService _alerts;
    private readonly LiveRules _rules;
    private readonly TraceStore _store;
    private readonly ServerSecurity _security;
    private readonly SelfTelemetry _telemetry;
    private readonly Lazy<Task> _end;
    private Task _takingUp = Task.CompletedTask;

    private TraceGapServer(
        WebApplication grpc,
        WebApplication otlpHttp,
        WebApplication http,
        IngestPipeline pipeline,
        StoreQueries queries,
        AlertService alerts,
        LiveRules rules,
        TraceStore store,
        ServerSecurity security,
        SelfTelemetry telemetry)
    {
        _grpc = grpc;
        _otlpHttp = otlpHttp;
        _http = http;
        _pipeline = pipeline;
        _queries = queries;
        _alerts = alerts;
        _rules = rules;
        _store = store;
        _security = security;
        _telemetry = telemetry;
        _end = new Lazy<Task>(EndAsync);
    }

    /// <summary>Where OTLP/gRPC and <c>tracegap.v1.ReportService</c> are served.</summary>
    public Uri OtlpGrpc => HttpHost.Address(_grpc);

    /// <summary>Where OTLP/HTTP is served.</summary>
    public Uri OtlpHttp => HttpHost.Address(_otlpHttp);

    /// <summary>Where the query API and the probes are served.</summary>
    public Uri Http => HttpHost.Address(_http);

    /// <summary>When the TLS certificate that is in use expires; null without TLS.</summary>
    public DateTimeOffset? CertificateExpiresAt => _security.CertificateExpiresAt;

    /// <summary>Opens the data folder and listens; what is unfinished in the folder is taken up beside what arrives.</summary>
    /// <param name="options">What the user set.</param>
    /// <param name="logging">Where logs go.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="InvalidOptionsException">Certificates or tokens cannot be used, or an address would be open without protection.</exception>
    /// <exception cref="StorageUnavailableException">The data folder cannot be used; the error names file and problem.</exception>
    /// <exception cref="IOException">An address cannot be listened on.</exception>
    public static async Task<TraceGapServer> StartAsync(
        ServerOptions options, ILoggerFactory logging, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        time ??= TimeProvider.System;
        ServerListeners listeners = new(options);
        if (SecuritySettings.Read(options.Security, listeners.All, out SecuritySettings settings) is { Count: > 0 } problems)
        {
            throw new InvalidOptionsException(problems);
        }

        if (ReadRules(options, out RuleFile? ruleFile) is { Count: > 0 } mistakes)
        {
            throw new InvalidOptionsException(mistakes);
        }

        MemoryPlan memory = MemoryPlan.Of(options.MaxMemoryBytes, options.MaxRequestBytes);
        StoreOptions storage = new()
        {
            Folder = options.DataFolder,
            Fsync = options.Fsync,
            InboxQueueBytes = memory.Waiting,
            InboxSegmentBytes = options.InboxSegmentBytes,
            CheckpointPages = options.CheckpointPages,
            Retention = options.Retention,
        };
        if (!TraceStore.TryOpen(storage, out TraceStore? store, out StoreError? error))
        {
            throw new StorageUnavailableException(error);
        }

        SelfTelemetry telemetry = new(TelemetryEnvironment.Read(Environment.GetEnvironmentVariable));
        LiveRules rules = new(ruleFile, store, time, logging.CreateLogger<LiveRules>());
        IngestLimits ingest = new(memory.Waiting, memory.SpansPerTrace);
        IngestPipeline pipeline = new(store, rules.Analyzer(options.Analysis), new TraceAssembler(options.Assembly), ingest, time, logging.CreateLogger<IngestPipeline>(), telemetry.Ingest);
        ObjectiveLedger objectives = new(store.ReadRollupSeries, options.Objectives, () => Math.Min(pipeline.EarliestInFlightUnixNanos, UnixNanos(time)));
        AlertService alerts = new(store, options.Alerts, objectives, () => pipeline.EarliestInFlightUnixNanos, telemetry.Alerts, time, logging.CreateLogger<AlertService>());
        StoreQueries queries = new(store, rules.Analyzer(options.Analysis), pipeline, options.Prices, options.Advertised, objectives, alerts, time);
        CallLimits limits = Limits(options, memory);
        OtlpExportService exports = new(() => options.NewDecoder(rules.Current), pipeline, telemetry.Otlp);
        rules.Changed += exports.RenewDecoders;
        ServerSecurity security = new(options.Security, settings, time, logging.CreateLogger<ServerSecurity>());
        telemetry.Observe(pipeline, store, limits.Budget, security, time);
        telemetry.Observe(objectives);
        security.TellRisks(listeners.All);
        WebApplication grpc = GrpcHost(security.For(listeners.OtlpGrpc, AccessScope.Ingest, GrpcRefusal.WriteAsync), logging, exports, limits, pipeline, queries, telemetry);
        WebApplication otlpHttp = OtlpHttpHost(security.For(listeners.OtlpHttp, AccessScope.Ingest, UnaryHttpRefusal.WriteAsync), options, logging, exports, limits, telemetry);
        WebApplication http = ApiHost(security.For(listeners.Http, AccessScope.Query, ApiRefusal.WriteAsync, hasProbes: true), logging, pipeline, rules, queries, new StoreChanges(() => pipeline.Revision, () => pipeline.EarliestInFlightUnixNanos, time), alerts, telemetry);
        Receivers.Map(http, () => new Receivers(HttpHost.Origin(grpc), HttpHost.Origin(otlpHttp), options.Security.Ingest.AreSet));
        TraceGapServer server = new(grpc, otlpHttp, http, pipeline, queries, alerts, rules, store, security, telemetry);
        try
        {
            // Ends when the server listens and is ready: told to the server itself, it would else come too early.
            Activity? activity = telemetry.StartActivity("start");
            Task<long> takenUp = pipeline.Start();
            await server._grpc.StartAsync(cancellationToken);
            await server._otlpHttp.StartAsync(cancellationToken);
            await server._http.StartAsync(cancellationToken);
            server._takingUp = EndWhenTakenUpAsync(activity, takenUp);
            alerts.Start();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes no more spans, lets requests that are under way finish, stores what is in flight, closes the data folder; within 25 seconds, and what is left then is in the inbox.</summary>
    /// <remarks>Done once, however often it is asked for.</remarks>
    public ValueTask DisposeAsync() => new(_end.Value);

    private async Task EndAsync()
    {
        _pipeline.StopTaking();
        using CancellationTokenSource hopeless = new(FinishTime);
        await Task.WhenAll(_grpc.StopAsync(hopeless.Token), _otlpHttp.StopAsync(hopeless.Token), _http.StopAsync(hopeless.Token));
        await _grpc.DisposeAsync();
        await _otlpHttp.DisposeAsync();
        await _http.DisposeAsync();
        using (_telemetry.StartActivity("drain"))
        {
            await _pipeline.DisposeAsync();
        }

        await _takingUp;
        await _alerts.DisposeAsync();
        _queries.Dispose();
        _rules.Dispose();
        _telemetry.Dispose();
        _store.Dispose();
        _security.Dispose();
    }

    private static async Task EndWhenTakenUpAsync(Activity? activity, Task<long> takenUp)
    {
        long spans = await takenUp;
        activity?.SetTag("tracegap.recovered.spans", spans);
        activity?.Dispose();
    }

    private static long UnixNanos(TimeProvider time) => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

    private static IReadOnlyList<string> ReadRules(ServerOptions options, out RuleFile? file)
    {
        file = options.RuleFile is string path ? new RuleFile(path, options.Keep.Content) : null;
        file?.Look();
        return file?.Mistakes ?? [];
    }

    private static CallLimits Limits(ServerOptions options, MemoryPlan memory) => new()
    {
        MaxMessageBytes = options.MaxRequestBytes,
        Budget = new InFlightBudget(options.MaxInFlightBytes ?? memory.Requests),
    };

    private static WebApplication GrpcHost(
        ListenerSecurity security,
        ILoggerFactory logging,
        OtlpExportService exports,
        CallLimits limits,
        IngestPipeline pipeline,
        StoreQueries queries,
        SelfTelemetry telemetry)
    {
        WebApplication application = HttpHost.Create(
            security,
            HttpProtocols.Http2,
            logging,
            static builder => builder.WebHost.ConfigureKestrel(static kestrel => kestrel.KeepExporterConnections()),
            ahead => ahead.UseGrpcServices(telemetry));
        application.MapGrpcServices(exports, limits, pipeline, queries, telemetry);
        return application;
    }

    private static WebApplication OtlpHttpHost(
        ListenerSecurity security, ServerOptions options, ILoggerFactory logging, OtlpExportService exports, CallLimits limits, SelfTelemetry telemetry)
    {
        WebApplication application = HttpHost.Create(
            security,
            HttpProtocols.Http1,
            logging,
            static builder =>
            {
                builder.Services.AddCors();
                builder.WebHost.ConfigureKestrel(static kestrel => kestrel.KeepExporterConnections());
            },
            ahead => ahead.UseOtlpHttpServices(options.OtlpHttpCorsOrigins, telemetry));
        application.MapOtlpOverHttp(exports, limits);
        return application;
    }

    private static WebApplication ApiHost(
        ListenerSecurity security, ILoggerFactory logging, IngestPipeline pipeline, LiveRules rules, StoreQueries queries, StoreChanges changes, AlertService alerts, SelfTelemetry telemetry)
    {
        WebApplication application = HttpHost.Create(security, HttpProtocols.Http1, logging, static builder => builder.Services.AddQueryApi());
        application.Use(telemetry.Queries.ServeHttpAsync);
        application.MapApi(queries, alerts.TestAsync);
        application.MapEvents(changes);
        application.MapProbes(pipeline, rules);
        application.MapMetrics(telemetry);
        application.MapOpenApi("/openapi/{documentName}.json");
        application.MapPage(PageFiles.Built);
        return application;
    }
}
