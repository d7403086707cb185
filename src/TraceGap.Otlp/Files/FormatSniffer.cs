using System.Text.Json;
using TraceGap.Otlp.Wire;

namespace TraceGap.Otlp.Files;

/// <summary>Tells the format of a file by its first bytes. Where two formats could begin alike, by what only one of them can go on with.</summary>
/// <remarks>
/// No protobuf message begins with a byte below 8 (field number 0); the four-byte length of any message below 128 MiB does. A line feed is also
/// the tag of the first field, and what follows decides: after <c>{</c> and a quote JSON has a letter where protobuf has a tag. A delimited
/// file begins with a length; that length could only be the tag's 10 for a message too short to hold a span.
/// </remarks>
internal static class FormatSniffer
{
    private const byte RequestTag = (byte)RequestField.ResourceSpans;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public static async ValueTask<FileFormat> SniffAsync(FileBuffer buffer, CancellationToken cancellation)
    {
        await buffer.FillToAsync(sizeof(uint), cancellation).ConfigureAwait(false);
        if (buffer.Span.StartsWith(ByteOrderMark))
        {
            buffer.Consume(ByteOrderMark.Length);
        }

        JsonStart start = ReadJsonStart(buffer.Span);
        while (start == JsonStart.NeedsMore && await buffer.FillAsync(cancellation).ConfigureAwait(false))
        {
            start = ReadJsonStart(buffer.Span);
        }

        if (buffer.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            return FileFormat.Empty;
        }

        if (start != JsonStart.No)
        {
            return await SniffJsonAsync(buffer, cancellation).ConfigureAwait(false);
        }

        byte first = buffer.Span[0];
        return first < 8 ? FileFormat.LengthPrefixed
            : first != RequestTag && await IsDelimitedAsync(buffer, cancellation).ConfigureAwait(false) ? FileFormat.VarintDelimited
            : FileFormat.Protobuf;
    }

    private enum JsonStart
    {
        No,
        Yes,
        NeedsMore,
    }

    private static JsonStart ReadJsonStart(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> trimmed = text.TrimStart(" \t\r\n"u8);
        if (trimmed.IsEmpty)
        {
            return JsonStart.NeedsMore;
        }

        if (trimmed[0] is not ((byte)'{' or (byte)'['))
        {
            return JsonStart.No;
        }

        if (text[0] != RequestTag)
        {
            return JsonStart.Yes;
        }

        if (trimmed[0] == (byte)'[')
        {
            return JsonStart.No;
        }

        ReadOnlySpan<byte> inside = trimmed[1..].TrimStart(" \t\r\n"u8);
        return inside.Length < 2 ? JsonStart.NeedsMore
            : inside[0] == (byte)'}' || (inside[0] == (byte)'"' && char.IsAsciiLetter((char)inside[1])) ? JsonStart.Yes
            : JsonStart.No;
    }

    // Lines, if the first line is a value by itself, or if the second begins one where a document would be indented or closed.
    private static async ValueTask<FileFormat> SniffJsonAsync(FileBuffer buffer, CancellationToken cancellation)
    {
        int searched = 0;
        while (true)
        {
            int first = buffer.Span.IndexOfAnyExcept(" \t\r\n"u8);
            int end = first < 0 ? -1 : buffer.Span[Math.Max(first, searched)..].IndexOf((byte)'\n');
            end = end < 0 ? end : end + Math.Max(first, searched);
            if (end >= 0 && end + 1 < buffer.Count)
            {
                return IsValue(buffer.Span[first..end]) || buffer.Span[end + 1] == (byte)'{' ? FileFormat.JsonLines : FileFormat.JsonDocuments;
            }

            searched = end < 0 ? buffer.Count : end;
            if (!await buffer.FillAsync(cancellation).ConfigureAwait(false))
            {
                return FileFormat.JsonLines;
            }
        }
    }

    private static bool IsValue(ReadOnlySpan<byte> line)
    {
        Utf8JsonReader reader = new(line, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            reader.Read();
            reader.Skip();
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // The first frame must hold nothing but ResourceSpans and end where its length says.
    private static async ValueTask<bool> IsDelimitedAsync(FileBuffer buffer, CancellationToken cancellation)
    {
        await buffer.FillToAsync(10, cancellation).ConfigureAwait(false);
        if (!TryReadLength(buffer.Span, out int header, out ulong length)
            || length == 0
            || length > int.MaxValue / 2
            || !await buffer.FillToAsync(header + (long)length, cancellation).ConfigureAwait(false))
        {
            return false;
        }

        WireReader frame = new(buffer.Span, new WireRange(header, header + (int)length));
        while (frame.Next(out uint tag))
        {
            if (tag != RequestField.ResourceSpans)
            {
                return false;
            }

            frame.Length();
        }

        return frame.Fault == Fault.None;
    }

    /// <summary>Reads a varint at the start of <paramref name="bytes"/>.</summary>
    public static bool TryReadLength(ReadOnlySpan<byte> bytes, out int header, out ulong length)
    {
        WireReader reader = new(bytes, new WireRange(0, bytes.Length));
        length = reader.Varint();
        header = reader.Position;
        return reader.Fault == Fault.None;
    }
}
