using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;

namespace TraceGap.Otlp.Json;

/// <summary>Reads numbers of the JSON mapping of Protocol Buffers: as JSON numbers or as text, integers also with an exponent or <c>.0</c>.</summary>
internal static class JsonNumbers
{
    /// <summary>An unsigned 64-bit integer; the fault says whether the type or the range is wrong.</summary>
    public static Fault Unsigned(in Utf8JsonReader value, out ulong number)
    {
        if (IsPlain(value) && Utf8Parser.TryParse(value.ValueSpan, out number, out int read) && read == value.ValueSpan.Length)
        {
            return Fault.None;
        }

        Fault fault = Integral(value, out decimal integral);
        bool fits = integral is >= ulong.MinValue and <= ulong.MaxValue;
        number = fits ? (ulong)integral : 0;
        return fault != Fault.None ? fault : fits ? Fault.None : Fault.OutOfRange;
    }

    /// <summary>A signed 64-bit integer.</summary>
    public static Fault Signed(in Utf8JsonReader value, out long number)
    {
        if (IsPlain(value) && Utf8Parser.TryParse(value.ValueSpan, out number, out int read) && read == value.ValueSpan.Length)
        {
            return Fault.None;
        }

        Fault fault = Integral(value, out decimal integral);
        bool fits = integral is >= long.MinValue and <= long.MaxValue;
        number = fits ? (long)integral : 0;
        return fault != Fault.None ? fault : fits ? Fault.None : Fault.OutOfRange;
    }

    /// <summary>A double; text may say <c>NaN</c>, <c>Infinity</c> or <c>-Infinity</c>.</summary>
    public static Fault Double(in Utf8JsonReader value, out double number)
    {
        number = 0;
        if (value.TokenType is not (JsonTokenType.Number or JsonTokenType.String))
        {
            return Fault.WrongType;
        }

        return double.TryParse(value.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out number) ? Fault.None : Fault.WrongType;
    }

    private static Fault Integral(in Utf8JsonReader value, out decimal number)
    {
        number = 0;
        return IsPlain(value)
            && decimal.TryParse(value.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out number)
            && decimal.IsInteger(number)
            ? Fault.None
            : Fault.WrongType;
    }

    private static bool IsPlain(in Utf8JsonReader value) =>
        value.TokenType is JsonTokenType.Number or JsonTokenType.String && !value.ValueIsEscaped;
}
