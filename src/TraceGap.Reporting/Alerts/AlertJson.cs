using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace TraceGap.Reporting.Alerts;

/// <summary>JSON of alerts, written as <see cref="ReportJson"/> writes reports. What is stored is the same JSON that is answered.</summary>
public static class AlertJson
{
    private static readonly AlertJsonContext Context = new(new JsonSerializerOptions(ReportJson.Options) { TypeInfoResolver = null });

    /// <summary>Contracts of the alert types, to be chained into a host's own options.</summary>
    public static IJsonTypeInfoResolver Resolver => Context;

    /// <summary>Writes states and history as UTF-8.</summary>
    public static byte[] WriteUtf8(AlertList alerts) => JsonSerializer.SerializeToUtf8Bytes(alerts, Context.AlertList);

    /// <summary>Writes the answers of receivers as UTF-8.</summary>
    public static byte[] WriteUtf8(AlertTest test) => JsonSerializer.SerializeToUtf8Bytes(test, Context.AlertTest);

    /// <summary>Writes an alert as UTF-8.</summary>
    public static byte[] WriteUtf8(Alert alert) => JsonSerializer.SerializeToUtf8Bytes(alert, Context.Alert);

    /// <summary>Writes a notification as UTF-8.</summary>
    public static byte[] WriteUtf8(AlertNotice notice) => JsonSerializer.SerializeToUtf8Bytes(notice, Context.AlertNotice);

    /// <summary>Reads states and history.</summary>
    /// <exception cref="JsonException">The text is none.</exception>
    public static AlertList ReadList(ReadOnlySpan<byte> utf8) => JsonSerializer.Deserialize(utf8, Context.AlertList) ?? throw new JsonException("Alerts are an object, not null.");

    /// <summary>Reads the answers of receivers.</summary>
    /// <exception cref="JsonException">The text is none.</exception>
    public static AlertTest ReadTest(ReadOnlySpan<byte> utf8) => JsonSerializer.Deserialize(utf8, Context.AlertTest) ?? throw new JsonException("A test is an object, not null.");

    /// <summary>Reads an alert; null if the text is none.</summary>
    public static Alert? ReadAlert(ReadOnlySpan<byte> utf8) => Read(utf8, Context.Alert);

    /// <summary>Reads a notification; null if the text is none.</summary>
    public static AlertNotice? ReadNotice(ReadOnlySpan<byte> utf8) => Read(utf8, Context.AlertNotice);

    private static T? Read<T>(ReadOnlySpan<byte> utf8, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(utf8, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(AlertList))]
[JsonSerializable(typeof(AlertTest))]
[JsonSerializable(typeof(Alert))]
[JsonSerializable(typeof(AlertNotice))]
internal sealed partial class AlertJsonContext : JsonSerializerContext;
