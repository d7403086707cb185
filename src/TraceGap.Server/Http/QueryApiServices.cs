using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Json;
using TraceGap.Reporting;
using TraceGap.Reporting.Alerts;
using TraceGap.Reporting.Traces;
using TraceGap.Server.Live;

namespace TraceGap.Server.Http;

/// <summary>What the query API needs beside its endpoints: its OpenAPI document, made of the same JSON contracts that answers are written with.</summary>
internal static class QueryApiServices
{
    /// <summary>Adds them.</summary>
    public static void AddQueryApi(this IServiceCollection services)
    {
        services.Configure<JsonOptions>(static json =>
        {
            // Answers never write numbers as text, so the document must not say that they may.
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ReportJson.Resolver);
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, TraceReportJson.Resolver);
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, AlertJson.Resolver);
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, StoreChangeJsonContext.Default);
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ReceiversJsonContext.Default);
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, WhatIfJson.Resolver);
        });
        services.AddOpenApi("v1", static options => options.AddDocumentTransformer(static (document, _, _) =>
        {
            document.Info.Title = "TraceGap query API";
            document.Info.Description = "Durations are milliseconds, reliabilities 0..1, intervals 95 %; nanoseconds in traces are decimal text.";
            return Task.CompletedTask;
        }));
    }
}
