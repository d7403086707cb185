using TraceGap.Server.Calls;
using TraceGap.Server.Grpc;
using TraceGap.Server.Ingest;
using TraceGap.Server.Otlp;
using TraceGap.Server.Queries;
using TraceGap.Server.Telemetry;

namespace TraceGap.Server;

/// <summary>What is served on the gRPC port.</summary>
internal static class GrpcServices
{
    private static readonly string[] ExportPaths = [.. OtlpSignal.All.Select(static signal => $"/{signal.ServiceName}/Export")];

    /// <summary>What calls pass before they are asked for a token: they are counted.</summary>
    public static void UseGrpcServices(this IApplicationBuilder application, SelfTelemetry telemetry) =>
        application.Use((context, next) => telemetry.Requests.Grpc.ServeAsync(context, next, ExportPaths));

    /// <summary>Maps OTLP, the query service, health, and the answer to everything else.</summary>
    public static void MapGrpcServices(
        this WebApplication application, OtlpExportService exports, CallLimits limits, IngestPipeline pipeline, IReportQueries queries, SelfTelemetry telemetry)
    {
        application.Use(telemetry.Queries.ServeGrpcAsync);
        application.MapOtlp(exports, limits);
        application.MapReportGrpc(queries, limits);
        application.MapGrpcHealth([.. OtlpSignal.All.Select(static signal => signal.ServiceName), ReportGrpcService.Name], () => pipeline.Problem is null, limits);
        application.MapUnknownGrpc();
    }
}
