using System.Text.Json;
using TraceGap.Otlp.Json;

namespace TraceGap.Otlp.Facts;

/// <summary>What one output says about itself.</summary>
[Flags]
internal enum OutputFacts : byte
{
    None = 0,

    /// <summary>It is there and says nothing.</summary>
    Empty = 1,

    /// <summary>It says something.</summary>
    NotEmpty = 2,

    /// <summary>It is JSON that says it failed.</summary>
    SaysError = 4,

    /// <summary>It starts with <c>ERROR:</c>.</summary>
    ErrorText = 8,

    /// <summary>It lists documents, and there are none.</summary>
    NoDocuments = 16,

    /// <summary>It is the verdict of a check, and the verdict is <c>fail</c>.</summary>
    SaysFail = 32,
}

/// <summary>
/// Reads facts from outputs: text, JSON, or JSON in a JSON string (tool results are encoded twice in the field). Only the top level of an object
/// counts, since results quote errors of others further down. Bounded, one owner at a time; the content is forgotten.
/// </summary>
internal sealed class OutputContent(int maxBytes)
{
    private const int MaxEncodings = 3;

    private readonly byte[] _text = new byte[maxBytes];

    /// <summary>What an output of any kind says.</summary>
    public OutputFacts Read(ReadOnlySpan<byte> output)
    {
        ReadOnlySpan<byte> text = Trim(output);
        bool whole = text.Length <= maxBytes;
        text = text[..Math.Min(text.Length, maxBytes)];
        for (int encoding = 0; encoding < MaxEncodings; encoding++)
        {
            if (text.IsEmpty || text.SequenceEqual("null"u8) || IsEmptyArray(text))
            {
                return OutputFacts.Empty;
            }

            if (text.StartsWith("ERROR:"u8))
            {
                return OutputFacts.NotEmpty | OutputFacts.ErrorText;
            }

            if (text[0] == (byte)'{')
            {
                return OutputFacts.NotEmpty | ReadObject(text, whole);
            }

            if (!IsQuoted(text))
            {
                return IsFail(text) ? OutputFacts.NotEmpty | OutputFacts.SaysFail : OutputFacts.NotEmpty;
            }

            text = Trim(JsonStrings.Unescape(text[1..^1], _text, out _));
        }

        return OutputFacts.NotEmpty;
    }

    /// <summary>What output messages (a JSON list of messages with parts or content) say: whether any has content or calls a tool.</summary>
    public OutputFacts ReadMessages(ReadOnlySpan<byte> messages)
    {
        ReadOnlySpan<byte> text = Trim(messages);
        if (text.IsEmpty)
        {
            return OutputFacts.Empty;
        }

        bool whole = text.Length <= maxBytes;
        Utf8JsonReader reader = new(text[..Math.Min(text.Length, maxBytes)], isFinalBlock: whole, default);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && SaysSomething(ref reader))
                {
                    return OutputFacts.NotEmpty;
                }
            }
        }
        catch (JsonException)
        {
            return OutputFacts.NotEmpty;
        }

        return whole ? OutputFacts.Empty : OutputFacts.NotEmpty;
    }

    /// <summary>Whether any message holds a result of a tool (<c>tool_call_result</c>) that is marked as an error (<c>error</c>), however deep.</summary>
    public bool HasFailedToolResult(ReadOnlySpan<byte> messages)
    {
        ReadOnlySpan<byte> text = Trim(messages);
        bool whole = text.Length <= maxBytes;
        Utf8JsonReader reader = new(text[..Math.Min(text.Length, maxBytes)], isFinalBlock: whole, default);
        int resultDepth = -1;
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == resultDepth)
                {
                    resultDepth = -1;
                }
                else if (reader.TokenType != JsonTokenType.PropertyName)
                {
                    continue;
                }
                else if (resultDepth < 0 && JsonObjects.Is(reader, "tool_call_result"u8))
                {
                    resultDepth = reader.Read() && reader.TokenType == JsonTokenType.StartObject ? reader.CurrentDepth : -1;
                }
                else if (resultDepth >= 0 && reader.CurrentDepth == resultDepth + 1 && JsonObjects.Is(reader, "error"u8) && reader.Read() && reader.TokenType == JsonTokenType.True)
                {
                    return true;
                }
            }
        }
        catch (JsonException)
        {
            // What was read up to here said nothing.
        }

        return false;
    }

    /// <summary>Number of entries of a JSON list, or −1 if the text is none.</summary>
    public int CountList(ReadOnlySpan<byte> list)
    {
        ReadOnlySpan<byte> text = Trim(list);
        if (IsQuoted(text) && text.Length <= maxBytes)
        {
            text = Trim(JsonStrings.Unescape(text[1..^1], _text, out _));
        }

        if (text.IsEmpty || text[0] != (byte)'[')
        {
            return -1;
        }

        Utf8JsonReader reader = new(text);
        try
        {
            reader.Read();
            int count = 0;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                count++;
                reader.Skip();
            }

            return count;
        }
        catch (JsonException)
        {
            return -1;
        }
    }

    private static OutputFacts ReadObject(ReadOnlySpan<byte> text, bool whole)
    {
        // What Python prints of a dict begins like an object; told apart here because a failing parse costs more than a good one.
        ReadOnlySpan<byte> rest = Trim(text[1..]);
        if (rest.IsEmpty || rest[0] is not ((byte)'"' or (byte)'}'))
        {
            return OutputFacts.None;
        }

        Utf8JsonReader reader = new(text, isFinalBlock: whole, default);
        OutputFacts facts = OutputFacts.None;
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1)
                {
                    facts |= ReadMark(ref reader);
                }
            }
        }
        catch (JsonException)
        {
            return OutputFacts.None;
        }

        return facts;
    }

    private static OutputFacts ReadMark(ref Utf8JsonReader reader)
    {
        Mark mark = MarkOf(reader);
        if (mark == Mark.None || !reader.Read())
        {
            return OutputFacts.None;
        }

        bool says = mark switch
        {
            Mark.IsError => reader.TokenType == JsonTokenType.True,
            Mark.Success => reader.TokenType == JsonTokenType.False,
            Mark.Status => IsErrorStatus(reader),
            Mark.Outcome => reader.TokenType == JsonTokenType.String && IsFail(reader.ValueSpan),
            _ => !IsEmptyValue(ref reader),
        };
        return mark switch
        {
            Mark.Documents => says || reader.TokenType != JsonTokenType.EndArray ? OutputFacts.None : OutputFacts.NoDocuments,
            Mark.Outcome => says ? OutputFacts.SaysFail : OutputFacts.None,
            _ => says ? OutputFacts.SaysError : OutputFacts.None,
        };
    }

    private static Mark MarkOf(in Utf8JsonReader property) =>
        JsonObjects.Is(property, "isError"u8) || JsonObjects.Is(property, "is_error"u8) ? Mark.IsError
        : JsonObjects.Is(property, "status"u8) ? Mark.Status
        : JsonObjects.Is(property, "success"u8) ? Mark.Success
        : JsonObjects.Is(property, "error"u8) ? Mark.Error
        : JsonObjects.Is(property, "documents"u8) ? Mark.Documents
        : JsonObjects.Is(property, "outcome"u8) ? Mark.Outcome
        : Mark.None;

    private static bool IsErrorStatus(in Utf8JsonReader value) =>
        value.TokenType == JsonTokenType.String
        && (EqualsIgnoreCase(value.ValueSpan, "error"u8) || EqualsIgnoreCase(value.ValueSpan, "failure"u8) || EqualsIgnoreCase(value.ValueSpan, "failed"u8));

    // Validators answer with one word.
    private static bool IsFail(ReadOnlySpan<byte> text) => EqualsIgnoreCase(text, "fail"u8) || EqualsIgnoreCase(text, "failed"u8);

    private static bool EqualsIgnoreCase(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => System.Text.Ascii.EqualsIgnoreCase(left, right);

    // Leaves the reader on the value, or on its end if it is an empty list or object.
    private static bool IsEmptyValue(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null or JsonTokenType.False => true,
        JsonTokenType.String => Trim(reader.ValueSpan).IsEmpty,
        JsonTokenType.Number => reader.ValueSpan.SequenceEqual("0"u8),
        JsonTokenType.StartArray or JsonTokenType.StartObject =>
            reader.Read() && reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject,
        _ => false,
    };

    private static bool SaysSomething(ref Utf8JsonReader reader)
    {
        bool isContent = JsonObjects.Is(reader, "content"u8) || JsonObjects.Is(reader, "text"u8) || JsonObjects.Is(reader, "refusal"u8);
        bool isCall = JsonObjects.Is(reader, "tool_calls"u8) || JsonObjects.Is(reader, "arguments"u8);
        bool isType = JsonObjects.Is(reader, "type"u8);
        if (!(isContent || isCall || isType) || !reader.Read())
        {
            return false;
        }

        return isType
            ? reader.TokenType == JsonTokenType.String && !JsonObjects.Is(reader, "text"u8) && !JsonObjects.Is(reader, "reasoning"u8)
            // A list of content parts is looked into; a list of calls says something by itself.
            : reader.TokenType == JsonTokenType.StartArray && isContent ? false : !IsEmptyValue(ref reader);
    }

    private static bool IsEmptyArray(ReadOnlySpan<byte> text) =>
        text.Length >= 2 && text[0] == (byte)'[' && Trim(text[1..]).SequenceEqual("]"u8);

    private static bool IsQuoted(ReadOnlySpan<byte> text) => text.Length >= 2 && text[0] == (byte)'"' && text[^1] == (byte)'"';

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t\r\n"u8);

    private enum Mark : byte
    {
        None,
        IsError,
        Status,
        Success,
        Error,
        Documents,
        Outcome,
    }
}
