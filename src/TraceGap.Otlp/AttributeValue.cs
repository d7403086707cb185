using System.Globalization;

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

/// <summary>One attribute value: text, integer, double or boolean, without boxing.</summary>
public readonly record struct AttributeValue
{
    private static readonly TypeMark IntegerMark = new(AttributeType.Integer);
    private static readonly TypeMark DoubleMark = new(AttributeType.Double);
    private static readonly TypeMark BooleanMark = new(AttributeType.Boolean);

    // The text, or the mark of another type: one reference says both, so that a value is two words.
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
    public long Bits => _bits;

    /// <summary>Makes a text value.</summary>
    public static AttributeValue Of(string text) => new(text, 0);

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
        _ => _content as string ?? "",
    };

    /// <summary>True for text that is empty or white space, which conventions read as absent.</summary>
    public bool IsBlank => _content is not TypeMark && string.IsNullOrWhiteSpace(_content as string);

    /// <summary>The value as a number: integers and doubles as they are, text if it reads as a number, booleans as 0 and 1; else null.</summary>
    public double? AsNumber() => Type switch
    {
        AttributeType.Integer or AttributeType.Boolean => _bits,
        AttributeType.Double => BitConverter.Int64BitsToDouble(_bits),
        _ => double.TryParse(_content as string, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null,
    };

    /// <summary>The value as a boolean: booleans as they are, text <c>true</c>/<c>false</c> of any case; else null.</summary>
    public bool? AsBoolean() => Type switch
    {
        AttributeType.Boolean => _bits != 0,
        AttributeType.Text => bool.TryParse(_content as string, out bool value) ? value : null,
        _ => null,
    };

    private sealed class TypeMark(AttributeType type)
    {
        public AttributeType Type { get; } = type;
    }
}
