using System.Text;
using System.Text.Json;
using TraceGap.Otlp.Json;
using TraceGap.Otlp.Wire;

namespace TraceGap.Otlp.Files;

/// <summary>Tells whether a message of a file holds log records or spans, which nothing around it says.</summary>
/// <remarks>
/// In JSON the names say so. In Protocol Buffers requests of both have the same fields down to the spans and records themselves, and there the first fields differ: a span begins with its ids,
/// which have a length; a record with a time of eight bytes, or a severity. What decides nothing is read as spans, of which a record without either would be none that counts.
/// </remarks>
internal static class SignalSniffer
{
    /// <summary>Whether a message in OTLP/JSON holds log records.</summary>
    public static bool AreLogsInJson(ReadOnlySpan<byte> message)
    {
        Utf8JsonReader reader = new(message.TrimStart(Encoding.UTF8.Preamble), new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (JsonObjects.Is(reader, "resourceLogs"u8) || JsonObjects.Is(reader, "resource_logs"u8))
                {
                    return true;
                }

                if (JsonObjects.Is(reader, "resourceSpans"u8) || JsonObjects.Is(reader, "resource_spans"u8))
                {
                    return false;
                }

                reader.Read();
                reader.Skip();
            }
        }
        catch (JsonException)
        {
            // The decoder says what is wrong.
        }

        return false;
    }

    /// <summary>Whether a message in the Protocol Buffers wire format holds log records.</summary>
    public static bool AreLogs(ReadOnlySpan<byte> message)
    {
        WireReader request = new(message, new WireRange(0, message.Length));
        while (request.Next(out uint tag))
        {
            if (tag != RequestField.ResourceSpans)
            {
                request.Skip(tag);
            }
            else if (AreLogsOfResource(message, request.Length()) is bool areLogs)
            {
                return areLogs;
            }
        }

        return false;
    }

    private static bool? AreLogsOfResource(ReadOnlySpan<byte> message, WireRange range)
    {
        WireReader resource = new(message, range);
        while (resource.Next(out uint tag))
        {
            if (tag != ResourceSpansField.ScopeSpans)
            {
                resource.Skip(tag);
            }
            else if (AreLogsOfScope(message, resource.Length()) is bool areLogs)
            {
                return areLogs;
            }
        }

        return null;
    }

    private static bool? AreLogsOfScope(ReadOnlySpan<byte> message, WireRange range)
    {
        WireReader scope = new(message, range);
        while (scope.Next(out uint tag))
        {
            if (tag != ScopeSpansField.Spans)
            {
                scope.Skip(tag);
            }
            else if (IsLogRecord(message, scope.Length()) is bool isLog)
            {
                return isLog;
            }
        }

        return null;
    }

    private static bool? IsLogRecord(ReadOnlySpan<byte> message, WireRange range)
    {
        WireReader item = new(message, range);
        while (item.Next(out uint tag))
        {
            switch (tag)
            {
                case LogRecordField.TimeUnixNano or LogRecordField.SeverityNumber or LogRecordField.ObservedTimeUnixNano:
                    return true;
                case SpanField.TraceId or SpanField.SpanId:
                    return false;
                default:
                    item.Skip(tag);
                    break;
            }
        }

        return null;
    }
}
