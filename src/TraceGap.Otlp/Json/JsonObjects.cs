using System.Text.Json;
using TraceGap.Otlp.Wire;

namespace TraceGap.Otlp.Json;

/// <summary>Steps through the fields of a message in OTLP/JSON.</summary>
internal static class JsonObjects
{
    // Longer than any name that is looked for; of a longer one no more is unescaped.
    private const int MaxNameBytes = 64;

    /// <summary>
    /// Moves to the value of the next field: its number in <paramref name="message"/>, or 0 for a field that is not known or is null, which
    /// means "not set". False on the object's end.
    /// </summary>
    public static bool NextField(scoped ref Utf8JsonReader reader, WireMessage message, out int field)
    {
        field = 0;
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            return false;
        }

        field = NumberOf(reader, message);
        reader.Read();
        field = reader.TokenType == JsonTokenType.Null ? 0 : field;
        return true;
    }

    /// <summary>The text of the string on which the reader stands; in <paramref name="scratch"/> if it had to be unescaped.</summary>
    public static ReadOnlySpan<byte> Text(scoped in Utf8JsonReader reader, ScratchBuffer scratch) =>
        reader.ValueIsEscaped ? scratch.Unescape(reader.ValueSpan, out _) : reader.ValueSpan;

    /// <summary>
    /// Whether the name or string on which the reader stands is <paramref name="name"/>. The platform's own comparison throws on half a surrogate pair.
    /// </summary>
    public static bool Is(scoped in Utf8JsonReader reader, scoped ReadOnlySpan<byte> name)
    {
        if (!reader.ValueIsEscaped)
        {
            return reader.ValueSpan.SequenceEqual(name);
        }

        Span<byte> text = stackalloc byte[MaxNameBytes];
        return JsonStrings.Unescape(reader.ValueSpan, text, out _).SequenceEqual(name);
    }

    /// <summary>The key of the KeyValue on whose start a copy of the reader stands; empty if it has none.</summary>
    public static ReadOnlySpan<byte> FindKey(Utf8JsonReader reader, ScratchBuffer scratch)
    {
        ReadOnlySpan<byte> key = default;
        while (NextField(ref reader, KeyValueField.Message, out int field))
        {
            if (field == 1 && reader.TokenType == JsonTokenType.String)
            {
                key = Text(reader, scratch);
            }
            else
            {
                reader.Skip();
            }
        }

        return key;
    }

    private static int NumberOf(in Utf8JsonReader property, WireMessage message)
    {
        if (!property.ValueIsEscaped)
        {
            return message.NumberOf(property.ValueSpan);
        }

        Span<byte> name = stackalloc byte[MaxNameBytes];
        return message.NumberOf(JsonStrings.Unescape(property.ValueSpan, name, out _));
    }
}
