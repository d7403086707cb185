using System.Text;

namespace TraceGap.Otlp.Tests.Fuzzing;

/// <summary>Changes of JSON text: most leave it JSON and put something unlikely where a member or a value stands.</summary>
internal static class JsonMutator
{
    private const int DeepLevels = 10_000;

    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-0", "-1", "1.5", "1e3", "1.0e3", "1e400", "-1e400", "1e-400", "1E+2", "9223372036854775807", "9223372036854775808",
        "-9223372036854775809", "18446744073709551615", "18446744073709551616", "4294967296", "1e999999999999", "\"\"", "\" 7 \"", "\"7\"", "\"1e2\"", "\"NaN\"",
        "\"-Infinity\"", "NaN", "Infinity", "\"SPAN_KIND_CLIENT\"", "\"SPAN_KIND_\\u0043LIENT\"", "\"STATUS_CODE_ERROR\"", "2", "[]", "{}", "[[]]", "[{}]", "[null]",
        "{\"values\":null}", "{\"arrayValue\":{\"values\":[{},null,{\"intValue\":\"1\"}]}}", "{\"kvlistValue\":{\"values\":[{\"key\":\"k\",\"value\":{\"boolValue\":true}}]}}",
        "{\"bytesValue\":\"AAEC\"}", "{\"doubleValue\":\"Infinity\"}", "{\"intValue\":1,\"stringValue\":\"x\"}", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud83d\\ude00\"",
        "\"\\ud800\\ud800\\udc00\"", "\"\\u0000\"", "\"\\ud800aaaaaaaaaaaaaaaaaaaa\"", "\"{\\\"\\\\ud800\\\":1,\\\"isError\\\":true}\"", "'x'", "/**/", "//\n", "undefined",
        "01", "+1", ".5", "\"\\x\"", "\"\t\"", "\"0102030405060708090A0B0C0D0E0F10\"", "\"2122232425262728\"", "\"0000000000000000\"",
    ];

    private static readonly string[] Members =
    [
        "\"resourceSpans\":[]", "\"resource\":{}", "\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"late\"}}]}", "\"scopeSpans\":null",
        "\"scope\":{\"name\":\"s\"}", "\"spans\":[{}]", "\"traceId\":\"\"", "\"span_id\":5", "\"kind\":\"SPAN_KIND_\\ud800\"", "\"kind\":99999999999999999999", "\"flags\":\"257\"",
        "\"status\":{\"code\":\"STATUS_CODE_\\ud800\"}", "\"events\":[{\"name\":\"exception\",\"attributes\":[{\"key\":\"exception.type\",\"value\":{\"stringValue\":\"E\"}}]}]",
        "\"attributes\":[{\"value\":{\"stringValue\":\"v\"},\"key\":\"gen_ai.tool.name\"}]", "\"\\ud800\":1", "\"unknown\":{\"a\":[1,{\"b\":null}]}", "\"\":\"\"", "\"key\":7",
        "\"attributes\":[{\"key\":\"output.value\",\"value\":{\"stringValue\":\"{\\\"\\\\ud800xxxx\\\":1}\"}}]", "\"droppedAttributesCount\":-1",
    ];

    /// <summary>One change.</summary>
    public static byte[] Change(Random random, byte[] json, byte[] other)
    {
        if (json.Length == 0 || random.Next(5) == 0)
        {
            return ByteMutator.Change(random, json, other);
        }

        int at = random.Next(json.Length);
        return random.Next(10) switch
        {
            0 or 1 or 2 => Replace(json, ValueAt(json, at), random.GetItems(Values, 1)[0]),
            3 or 4 => InsertMember(json, at, random.GetItems(Members, 1)[0]),
            5 => Repeat(json, ValueAt(json, at)),
            6 => Escape(random, json, at),
            7 => Replace(json, ValueAt(json, at), Deep(random)),
            8 => [.. random.Next(2) == 0 ? "\uFEFF"u8 : " \t\r\n"u8, .. json],
            _ => Replace(json, ValueAt(json, at), $"\"{new string(random.Next(2) == 0 ? '7' : 'x', 1 << random.Next(18))}\""),
        };
    }

    private static string Deep(Random random)
    {
        int levels = random.Next(20) == 0 ? DeepLevels : random.Next(1, 60);
        (string open, string inner, string close) = random.Next(4) switch
        {
            0 => ("[", "", "]"),
            1 => ("{\"a\":", "1", "}"),
            2 => ("{\"arrayValue\":{\"values\":[", "{}", "]}}"),
            _ => ("{\"kvlistValue\":{\"values\":[{\"key\":\"k\",\"value\":", "{}", "}]}}"),
        };
        StringBuilder text = new();
        text.Insert(0, open, levels).Append(inner);
        return text.Append(new StringBuilder().Insert(0, close, random.Next(10) == 0 ? levels - 1 : levels)).ToString();
    }

    // The value around or behind a place: a text, a number, a word, or an array or object to its end.
    private static Range ValueAt(byte[] json, int at)
    {
        int start = json.AsSpan(at).IndexOfAny("[{:,"u8) is int found and >= 0 ? at + found : at;
        if (start < json.Length && json[start] is (byte)':' or (byte)',')
        {
            start++;
        }

        int end = start;
        int depth = 0;
        bool quoted = false;
        for (; end < json.Length; end++)
        {
            byte next = json[end];
            if (quoted)
            {
                end += next == '\\' ? 1 : 0;
                quoted = next != '"';
            }
            else if (depth == 0 && end > start && next is (byte)',' or (byte)']' or (byte)'}' && depth <= 0)
            {
                break;
            }
            else
            {
                quoted = next == '"';
                depth += next is (byte)'[' or (byte)'{' ? 1 : next is (byte)']' or (byte)'}' ? -1 : 0;
                if (depth == 0 && next is (byte)']' or (byte)'}')
                {
                    end++;
                    break;
                }
            }
        }

        return start..Math.Min(end, json.Length);
    }

    private static byte[] Replace(byte[] json, Range value, string with) =>
        [.. json[..value.Start.Value], .. Encoding.UTF8.GetBytes(with), .. json[value.End.Value..]];

    private static byte[] Repeat(byte[] json, Range value) =>
        [.. json[..value.End.Value], (byte)',', .. json[value], .. json[value.End.Value..]];

    private static byte[] InsertMember(byte[] json, int at, string member)
    {
        int open = json.AsSpan(at).IndexOf((byte)'{');
        if (open < 0)
        {
            open = json.AsSpan().IndexOf((byte)'{');
        }
        else
        {
            open += at;
        }

        int behind = open + 1;
        bool isEmpty = behind < json.Length && json[behind] == (byte)'}';
        return [.. json[..behind], .. Encoding.UTF8.GetBytes(isEmpty ? member : member + ","), .. json[behind..]];
    }

    // A letter or digit as an escape: within a text it says the same.
    private static byte[] Escape(Random random, byte[] json, int at) =>
        char.IsAsciiLetterOrDigit((char)json[at])
            ? [.. json[..at], .. Encoding.ASCII.GetBytes($"\\u{(random.Next(6) == 0 ? 0xD800 + random.Next(0x800) : json[at]):x4}"), .. json[(at + 1)..]]
            : ByteMutator.Change(random, json, json);
}
