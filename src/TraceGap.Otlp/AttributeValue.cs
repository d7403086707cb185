using System.Globalization;
using TraceGap.Otlp.Batches;

namespace TraceGap.Otlp;

/// <summary>What an <see cref="AttributeValue"/> holds.</summary>
public enum AttributeType : byte
{
    /// <summary>Text. Arrays and maps are kept as their compact JSON text.</summary>
    Text = 0,

    /// <summary>A 64-bit signed integer.</summary>
    Integer = 1,

    /// <summary>A double.</summary>
    Double = 2,

    /// <summary>True or false.</summary>
    Boolean = 3,
}

/// <summary>One attribute value: text, integer, double or boolean, without boxing. A text of a <see cref="SpanBatch"/> stays UTF-8 until somebody needs a string.</summary>
public readonly struct AttributeValue : IEquatable<AttributeValue>
{
    private static readonly TypeMark IntegerMark = new(AttributeType.Integer);
    private static readonly TypeMark DoubleMark = new(AttributeType.Double);
    private static readonly TypeMark BooleanMark = new(AttributeType.Boolean);

    // The text, the tables of a batch whose text has the number in the bits, or the mark of another type: one reference says which, so that a value is two words.
    private readonly object? _content;
    private readonly long _bits;

    private AttributeValue(object? content, long bits)
    {
        _content = content;
        _bits = bits;
    }

    /// <summary>What this value holds.</summary>
    public AttributeType Type => _content is TypeMark mark ? mark.Type : AttributeType.Text;

    /// <summary>The 64 bits of a number or boolean as stored (a double's IEEE bits); 0 for text.</summary>
    public long Bits => _content is TypeMark ? _bits : 0;

    /// <summary>Makes a text value.</summary>
    public static AttributeValue Of(string text) => new(text, 0);

    /// <summary>Makes a text value of the text of a batch.</summary>
    internal static AttributeValue Of(BatchTables texts, int number) => new(texts, number);

    /// <summary>Makes an integer value.</summary>
    public static AttributeValue Of(long value) => new(IntegerMark, value);

    /// <summary>Makes a double value.</summary>
    public static AttributeValue Of(double value) => new(DoubleMark, BitConverter.DoubleToInt64Bits(value));

    /// <summary>Makes a boolean value.</summary>
    public static AttributeValue Of(bool value) => new(BooleanMark, value ? 1 : 0);

    /// <summary>Makes a number or boolean from its stored bits.</summary>
    public static AttributeValue FromBits(AttributeType type, long bits) => type switch
    {
        AttributeType.Integer => new(IntegerMark, bits),
        AttributeType.Double => new(DoubleMark, bits),
        AttributeType.Boolean => new(BooleanMark, bits),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "text has no bits"),
    };

    /// <summary>The value as text, whatever its type: numbers in invariant form, booleans as <c>true</c> and <c>false</c>.</summary>
    public string AsText() => Type switch
    {
        AttributeType.Integer => _bits.ToString(CultureInfo.InvariantCulture),
        AttributeType.Double => BitConverter.Int64BitsToDouble(_bits).ToString("R", CultureInfo.InvariantCulture),
        AttributeType.Boolean => _bits != 0 ? "true" : "false",
        _ => Text,
    };

    /// <summary>The bytes of a text that is UTF-8 still. False for one that is a string, and for other types.</summary>
    public bool TryGetUtf8(out ReadOnlySpan<byte> utf8)
    {
        BatchTables? texts = _content as BatchTables;
        utf8 = texts is null ? default : texts.Utf8((int)_bits);
        return texts is not null;
    }

    /// <summary>True for text that is empty or white space, which conventions read as absent.</summary>
    public bool IsBlank => _content switch
    {
        TypeMark => false,
        BatchTables texts when texts.Utf8((int)_bits) is [> (byte)' ' and < 0x80, ..] => false,
        _ => string.IsNullOrWhiteSpace(Text),
    };

    private string Text => _content switch
    {
        string text => text,
        BatchTables texts => texts.Text((int)_bits),
        _ => "",
    };

    /// <summary>The value as a number: integers and doubles as they are, text if it reads as a number, booleans as 0 and 1; else null.</summary>
    public double? AsNumber() => Type switch
    {
        AttributeType.Integer or AttributeType.Boolean => _bits,
        AttributeType.Double => BitConverter.Int64BitsToDouble(_bits),
        _ => double.TryParse(Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null,
    };

    /// <summary>The value as a boolean: booleans as they are, text <c>true</c>/<c>false</c> of any case; else null.</summary>
    public bool? AsBoolean() => Type switch
    {
        AttributeType.Boolean => _bits != 0,
        AttributeType.Text => bool.TryParse(Text, out bool value) ? value : null,
        _ => null,
    };

    /// <inheritdoc/>
    public bool Equals(AttributeValue other)
    {
        if (ReferenceEquals(_content, other._content) && _bits == other._bits)
        {
            return true;
        }

        if (_content is TypeMark)
        {
            return false;
        }

        if (TryGetUtf8(out ReadOnlySpan<byte> utf8) && other.TryGetUtf8(out ReadOnlySpan<byte> otherUtf8))
        {
            return utf8.SequenceEqual(otherUtf8);
        }

        return other._content is not TypeMark && Text == other.Text;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is AttributeValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _content is TypeMark mark ? HashCode.Combine(mark.Type, _bits) : Text.GetHashCode(StringComparison.Ordinal);

    /// <summary>True if both are of one type and equal.</summary>
    public static bool operator ==(AttributeValue left, AttributeValue right) => left.Equals(right);

    /// <summary>True if types or values differ.</summary>
    public static bool operator !=(AttributeValue left, AttributeValue right) => !left.Equals(right);

    /// <summary>The value as text.</summary>
    public override string ToString() => AsText();

    private sealed class TypeMark(AttributeType type)
    {
        public AttributeType Type { get; } = type;
    }
}
