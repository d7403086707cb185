using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Resources;
using TraceGap.Otlp;

namespace TraceGap.Tests.Demo;

/// <summary>The SDK's spans as records, without a wire between.</summary>
internal static class ActivityRecords
{
    public static IEnumerable<SpanRecord> Of(CollectingProcessor.Store store)
    {
        Dictionary<BaseProvider, ResourceRecord> resources = [];
        foreach ((Activity activity, BaseProvider? provider) in store.Ended)
        {
            if (!resources.TryGetValue(provider!, out ResourceRecord? resource))
            {
                resource = new ResourceRecord(AttributeSet.From(provider.GetResource().Attributes.Select(static pair => KeyValuePair.Create(pair.Key, ValueOf(pair.Value)))));
                resources.Add(provider!, resource);
            }

            yield return Of(activity, resource);
        }
    }

    private static SpanRecord Of(Activity activity, ResourceRecord resource) => new()
    {
        TraceId = TraceId.TryParse(activity.TraceId.ToHexString(), out TraceId trace) ? trace : default,
        SpanId = SpanId.TryParse(activity.SpanId.ToHexString(), out SpanId span) ? span : default,
        ParentSpanId = SpanId.TryParse(activity.ParentSpanId.ToHexString(), out SpanId parent) ? parent : default,
        Name = activity.DisplayName,
        Kind = activity.Kind switch
        {
            ActivityKind.Server => SpanKind.Server,
            ActivityKind.Client => SpanKind.Client,
            _ => SpanKind.Internal,
        },
        Status = activity.Status == ActivityStatusCode.Error ? SpanStatus.Error : SpanStatus.Unset,
        StartUnixNanos = (activity.StartTimeUtc - DateTime.UnixEpoch).Ticks * 100,
        EndUnixNanos = (activity.StartTimeUtc + activity.Duration - DateTime.UnixEpoch).Ticks * 100,
        Resource = resource,
        Scope = new ScopeRecord(activity.Source.Name, activity.Source.Version ?? "", AttributeSet.Empty),
        Attributes = AttributeSet.From(activity.TagObjects.Select(static tag => KeyValuePair.Create(tag.Key, ValueOf(tag.Value)))),
    };

    private static AttributeValue ValueOf(object? value) => value switch
    {
        int number => AttributeValue.Of((long)number),
        string[] texts => AttributeValue.Of($"[\"{string.Join("\",\"", texts)}\"]"),
        _ => AttributeValue.Of(value?.ToString() ?? ""),
    };
}
