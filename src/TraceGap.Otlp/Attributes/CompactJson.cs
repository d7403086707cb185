using System.Buffers;
using System.Buffers.Text;
using System.Globalization;

namespace TraceGap.Otlp.Attributes;

/// <summary>Writes an array or map value as compact JSON text into a buffer that is used over and over. Stops at its bound; nothing fails.</summary>
/// <remarks>Text goes through as it is, valid UTF-8 or not: whoever makes a string of it replaces and counts.</remarks>
internal sealed class CompactJson(int maxBytes)
{
    private static readonly SearchValues<byte> Escaped =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(control => (byte)control), (byte)'"', (byte)'\\']);

    private byte[] _buffer = new byte[256];
    private int _length;
    private bool _needsComma;

    /// <summary>What was written since <see cref="Begin"/>.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public void Begin()
    {
        _length = 0;
        _needsComma = false;
    }

    public void Open(bool map)
    {
        Separate();
        Append(map ? "{"u8 : "["u8);
        _needsComma = false;
    }

    public void Close(bool map)
    {
        Append(map ? "}"u8 : "]"u8);
        _needsComma = true;
    }

    public void Key(ReadOnlySpan<byte> utf8)
    {
        Separate();
        Quote(utf8);
        Append(":"u8);
        _needsComma = false;
    }

    public void Null() => Plain("null"u8);

    public void Text(ReadOnlySpan<byte> utf8)
    {
        Separate();
        Quote(utf8);
    }

    public void Boolean(bool value) => Plain(value ? "true"u8 : "false"u8);

    public void Integer(long value)
    {
        Span<byte> digits = stackalloc byte[20];
        value.TryFormat(digits, out int written, default, CultureInfo.InvariantCulture);
        Plain(digits[..written]);
    }

    /// <summary>Numbers that JSON does not have become text, as in the JSON mapping of Protocol Buffers.</summary>
    public void Double(double value)
    {
        Span<byte> digits = stackalloc byte[32];
        if (double.IsFinite(value))
        {
            value.TryFormat(digits, out int written, "R", CultureInfo.InvariantCulture);
            Plain(digits[..written]);
        }
        else
        {
            Text(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "Infinity"u8 : "-Infinity"u8);
        }
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> head = bytes[..Math.Min(bytes.Length, maxBytes)];
        byte[] digits = ArrayPool<byte>.Shared.Rent(Base64.GetMaxEncodedToUtf8Length(head.Length));
        Base64.EncodeToUtf8(head, digits, out _, out int written);
        Text(digits.AsSpan(0, written));
        ArrayPool<byte>.Shared.Return(digits);
    }

    private void Plain(ReadOnlySpan<byte> text)
    {
        Separate();
        Append(text);
    }

    private void Separate()
    {
        if (_needsComma)
        {
            Append(","u8);
        }

        _needsComma = true;
    }

    private void Quote(ReadOnlySpan<byte> utf8)
    {
        Append("\""u8);
        while (_length < maxBytes && utf8.IndexOfAny(Escaped) is int index and >= 0)
        {
            Append(utf8[..index]);
            Escape(utf8[index]);
            utf8 = utf8[(index + 1)..];
        }

        Append(utf8);
        Append("\""u8);
    }

    private void Escape(byte value)
    {
        switch (value)
        {
            case (byte)'"':
                Append("\\\""u8);
                break;
            case (byte)'\\':
                Append("\\\\"u8);
                break;
            case (byte)'\n':
                Append("\\n"u8);
                break;
            case (byte)'\r':
                Append("\\r"u8);
                break;
            case (byte)'\t':
                Append("\\t"u8);
                break;
            default:
                Append([(byte)'\\', (byte)'u', (byte)'0', (byte)'0', (byte)(value < 0x10 ? '0' : '1'), HexDigit(value & 15)]);
                break;
        }
    }

    private static byte HexDigit(int value) => (byte)(value < 10 ? '0' + value : 'a' + value - 10);

    private void Append(ReadOnlySpan<byte> text)
    {
        text = text[..Math.Min(text.Length, maxBytes - _length)];
        if (_length + text.Length > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + text.Length));
        }

        text.CopyTo(_buffer.AsSpan(_length));
        _length += text.Length;
    }
}
