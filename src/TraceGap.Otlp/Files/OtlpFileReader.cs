using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text.Json;
using TraceGap.Otlp.Wire;

namespace TraceGap.Otlp.Files;

/// <summary>
/// Reads recorded spans and log records, message by message as they come mixed: OTLP/JSON lines or documents, OTLP protobuf plain or with lengths, gzip of all of these (also several members).
/// The format is told by the bytes, not by the name. Bad messages are reported as values and the next one is read.
/// </summary>
/// <remarks>One file at a time. Memory is bounded by the largest single message (for plain protobuf: the largest ResourceSpans).</remarks>
public sealed class OtlpFileReader
{
    private static ReadOnlySpan<byte> GzipMagic => [0x1F, 0x8B];

    private readonly DecodeLimits _limits;
    private readonly OtlpTraceDecoder _decoder;

    /// <summary>Makes a reader with the same meaning of the arguments as <see cref="OtlpTraceDecoder"/>.</summary>
    public OtlpFileReader(DecodeLimits? limits = null, KeepOptions? keep = null)
    {
        _limits = limits ?? DecodeLimits.Default;
        _decoder = new OtlpTraceDecoder(_limits, keep);
    }

    /// <summary>Reads the file from where <paramref name="file"/> stands to its end, message by message. Errors of the stream itself are thrown.</summary>
    public async IAsyncEnumerable<OtlpFileMessage> ReadAsync(Stream file, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        FileSource source = new(file);
        ReadOnlyMemory<byte> first = await source.PeekAsync(GzipMagic.Length, cancellation).ConfigureAwait(false);
        Stream plain = first.Span.SequenceEqual(GzipMagic) ? new GzipFileStream(source) : source;
        await using (plain.ConfigureAwait(false))
        {
            FileBuffer buffer = new(plain, _limits.MaxFileMessageBytes);
            IAsyncEnumerator<OtlpFileMessage> messages = ReadMessages(buffer, source, cancellation).GetAsyncEnumerator(cancellation);
            await using (messages.ConfigureAwait(false))
            {
                // A generator cannot hand out a value from a catch block, so the damage is carried out of it.
                OtlpFileMessage? damage = null;
                while (damage is null)
                {
                    try
                    {
                        if (!await messages.MoveNextAsync().ConfigureAwait(false))
                        {
                            break;
                        }
                    }
                    catch (InvalidDataException)
                    {
                        damage = Broken($"byte {buffer.Offset + buffer.Count}", "gzip data is damaged or cut", source);
                    }

                    yield return damage ?? messages.Current;
                }
            }
        }
    }

    private async IAsyncEnumerable<OtlpFileMessage> ReadMessages(
        FileBuffer buffer, FileSource source, [EnumeratorCancellation] CancellationToken cancellation)
    {
        FileFormat format = await FormatSniffer.SniffAsync(buffer, cancellation).ConfigureAwait(false);
        IAsyncEnumerable<OtlpFileMessage> messages = format switch
        {
            FileFormat.JsonLines => ReadLines(buffer, source, cancellation),
            FileFormat.JsonDocuments => ReadDocuments(buffer, source, cancellation),
            FileFormat.Empty => AsyncEnumerable.Empty<OtlpFileMessage>(),
            _ => ReadFrames(buffer, source, format, cancellation),
        };
        await foreach (OtlpFileMessage message in messages.ConfigureAwait(false))
        {
            yield return message;
        }
    }

    private async IAsyncEnumerable<OtlpFileMessage> ReadLines(
        FileBuffer buffer, FileSource source, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (long line = 1; ; line++)
        {
            int end = await FindLineEndAsync(buffer, cancellation).ConfigureAwait(false);
            if (end < 0 && !buffer.Ended)
            {
                yield return Broken($"line {line}", $"longer than {_limits.MaxFileMessageBytes} bytes", source);
                await SkipLineAsync(buffer, cancellation).ConfigureAwait(false);
                continue;
            }

            int length = end < 0 ? buffer.Count : end;
            if (!IsBlank(buffer.Span[..length]))
            {
                yield return new OtlpFileMessage($"line {line}", DecodeJson(buffer.Span[..length]), source.BytesRead);
            }

            buffer.Consume(end < 0 ? length : length + 1);
            if (end < 0)
            {
                yield break;
            }
        }
    }

    // The line's length; −1 if it has no end: the file ends, or the line is too long.
    private static async ValueTask<int> FindLineEndAsync(FileBuffer buffer, CancellationToken cancellation)
    {
        int searched = 0;
        while (true)
        {
            int end = buffer.Span[searched..].IndexOf((byte)'\n');
            if (end >= 0)
            {
                return searched + end;
            }

            searched = buffer.Count;
            if (!await buffer.FillAsync(cancellation).ConfigureAwait(false))
            {
                return -1;
            }
        }
    }

    private static async ValueTask SkipLineAsync(FileBuffer buffer, CancellationToken cancellation)
    {
        int end;
        while ((end = buffer.Span.IndexOf((byte)'\n')) < 0)
        {
            buffer.Consume(buffer.Count);
            if (!await buffer.FillAsync(cancellation).ConfigureAwait(false))
            {
                return;
            }
        }

        buffer.Consume(end + 1);
    }

    private async IAsyncEnumerable<OtlpFileMessage> ReadDocuments(
        FileBuffer buffer, FileSource source, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (await buffer.FillAsync(cancellation).ConfigureAwait(false))
        {
        }

        if (!buffer.Ended)
        {
            yield return Broken("line 1", $"longer than {_limits.MaxFileMessageBytes} bytes", source);
            yield break;
        }

        long line = 1;
        while (!IsBlank(buffer.Span))
        {
            line += Lines(buffer.Span[..buffer.Span.IndexOfAnyExcept(" \t\r\n"u8)]);
            int length = DocumentLength(buffer.Span);
            yield return new OtlpFileMessage($"line {line}", DecodeJson(buffer.Span[..length]), source.BytesRead);
            line += Lines(buffer.Span[..length].TrimStart(" \t\r\n"u8));
            buffer.Consume(length);
        }
    }

    // Up to the end of the first value; all, if there is no such end: the decoder then says what is wrong.
    private static int DocumentLength(ReadOnlySpan<byte> text)
    {
        Utf8JsonReader reader = new(text, new JsonReaderOptions { MaxDepth = int.MaxValue, AllowMultipleValues = true });
        try
        {
            reader.Read();
            reader.Skip();
            return (int)reader.BytesConsumed;
        }
        catch (JsonException)
        {
            return text.Length;
        }
    }

    private async IAsyncEnumerable<OtlpFileMessage> ReadFrames(
        FileBuffer buffer, FileSource source, FileFormat format, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (buffer.Count > 0 || await buffer.FillAsync(cancellation).ConfigureAwait(false))
        {
            await buffer.FillToAsync(MaxHeader, cancellation).ConfigureAwait(false);
            string position = $"byte {buffer.Offset}";
            if (!TryReadHeader(buffer.Span, format, out int skipped, out int header, out ulong length))
            {
                // What is no frame is given to the decoder, which says what is wrong with it.
                yield return new OtlpFileMessage(position, DecodeDamaged(buffer.Span), source.BytesRead);
                yield break;
            }

            ulong size = (ulong)header + length;
            if (length > (ulong)_limits.MaxFileMessageBytes - MaxHeader)
            {
                yield return Broken(position, $"message of {length} bytes, at most {_limits.MaxFileMessageBytes - MaxHeader} are read", source);
                if (size > long.MaxValue || !await buffer.SkipAsync((long)size, cancellation).ConfigureAwait(false))
                {
                    yield break;
                }

                continue;
            }

            if (!await buffer.FillToAsync((long)size, cancellation).ConfigureAwait(false))
            {
                yield return Broken(position, $"message of {length} bytes, {buffer.Count - header} left", source);
                yield break;
            }

            DecodeResult result = DecodeProtobuf(buffer.Span[skipped..(int)size]);
            yield return new OtlpFileMessage(position, result, source.BytesRead);
            buffer.Consume((int)size);
        }
    }

    // A tag and a length, each a varint.
    private const int MaxHeader = 20;

    /// <summary>
    /// Reads what stands before a message. In plain protobuf each field of the request stands for itself (a request in pieces is the same
    /// request), so its tag and length belong to the message; the other formats' lengths (<paramref name="skipped"/> bytes) do not.
    /// </summary>
    private static bool TryReadHeader(ReadOnlySpan<byte> bytes, FileFormat format, out int skipped, out int header, out ulong length)
    {
        skipped = header = 0;
        length = 0;
        switch (format)
        {
            case FileFormat.LengthPrefixed when bytes.Length >= sizeof(uint):
                skipped = header = sizeof(uint);
                length = BinaryPrimitives.ReadUInt32BigEndian(bytes);
                return true;
            case FileFormat.LengthPrefixed:
                return false;
            case FileFormat.VarintDelimited:
                bool read = FormatSniffer.TryReadLength(bytes, out header, out length);
                skipped = header;
                return read;
            default:
                return TryReadField(bytes, out header, out length);
        }
    }

    private static bool TryReadField(ReadOnlySpan<byte> bytes, out int header, out ulong length)
    {
        header = 0;
        length = 0;
        WireReader reader = new(bytes, new WireRange(0, bytes.Length));
        if (!reader.Next(out uint tag))
        {
            return false;
        }

        if ((tag & 7) == WireType.Length)
        {
            length = reader.Varint();
        }
        else if ((tag & 7) == WireType.StartGroup)
        {
            return false;
        }
        else
        {
            reader.Skip(tag);
        }

        header = reader.Position;
        return reader.Fault == Fault.None;
    }

    private DecodeResult DecodeJson(ReadOnlySpan<byte> message) => SignalSniffer.AreLogsInJson(message) ? _decoder.DecodeLogsJson(message) : _decoder.DecodeJson(message);

    private DecodeResult DecodeProtobuf(ReadOnlySpan<byte> message) => SignalSniffer.AreLogs(message) ? _decoder.DecodeLogsProtobuf(message) : _decoder.DecodeProtobuf(message);

    private DecodeResult DecodeDamaged(ReadOnlySpan<byte> bytes)
    {
        DecodeResult result = _decoder.DecodeProtobuf(bytes);
        return result.Malformed is not null ? result : new DecodeResult { Malformed = "no message begins here" };
    }

    private static OtlpFileMessage Broken(string position, string reason, FileSource source) =>
        new(position, new DecodeResult { Malformed = reason }, source.BytesRead);

    private static bool IsBlank(ReadOnlySpan<byte> text) => text.IndexOfAnyExcept(" \t\r\n"u8) < 0;

    private static int Lines(ReadOnlySpan<byte> text) => text.Count((byte)'\n');
}
