using System.Globalization;
using System.Text;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>An attribute that is looked for: a key and its value as text, whatever its type.</summary>
internal sealed class AttributeFilter(string key, string value)
{
    /// <summary>The key in UTF-8.</summary>
    public byte[] Key { get; } = Encoding.UTF8.GetBytes(key);

    /// <summary>The value in UTF-8; null if it may be stored as number or boolean, which blocks have not among their texts.</summary>
    public byte[]? Value { get; } = MayBeNoText(value) ? null : Encoding.UTF8.GetBytes(value);

    /// <summary>Whether a span, its scope or its resource has it.</summary>
    public bool IsOn(SpanRecord span) => IsIn(span.Attributes) || IsIn(span.Scope.Attributes) || IsIn(span.Resource.Attributes);

    private bool IsIn(AttributeSet attributes) => attributes.TryGet(key, out AttributeValue found) && found.AsText() == value;

    private static bool MayBeNoText(string value) =>
        value is "true" or "false" || double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
