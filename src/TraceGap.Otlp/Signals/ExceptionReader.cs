using System.Text;
using TraceGap.Otlp.Attributes;
using TraceGap.Otlp.Batches;
using TraceGap.Otlp.Facts;

namespace TraceGap.Otlp.Signals;

/// <summary>Reads the attributes of an exception, be it an event of a span or a log record: its type is kept, its message is read for facts. Used over and over, one owner at a time.</summary>
internal sealed class ExceptionReader(KeyTable keys, BatchTexts texts, AttributeCollector attributes, ContentFacts facts)
{
    /// <summary>Stands for no type.</summary>
    public const int None = -1;

    private readonly bool _dropsType = keys.Find("exception.type") is { Use: KeyUse.Drop };

    /// <summary>The number of the type of the last exception, or <see cref="None"/>.</summary>
    public int Type { get; private set; } = None;

    /// <summary>Starts the next owner.</summary>
    public void Clear() => Type = None;

    /// <summary>An exception begins; what earlier ones of the owner said is superseded.</summary>
    public void Begin()
    {
        facts.BeginException();
        Type = None;
    }

    /// <summary>An attribute of the exception.</summary>
    public void Attribute(ReadOnlySpan<byte> key, in RawValue value)
    {
        if (!value.IsText)
        {
            bool isEscaped = value is { Kind: RawKind.Boolean, Bits: not 0 } && key.SequenceEqual("exception.escaped"u8);
            facts.Add(isEscaped ? SpanFacts.EscapedException : SpanFacts.None);
            return;
        }

        if (key.SequenceEqual("exception.type"u8))
        {
            if (_dropsType)
            {
                return;
            }

            int type = attributes.Name(value.Utf8);
            Type = string.IsNullOrWhiteSpace(Encoding.UTF8.GetString(texts.Table[type])) ? None : type;
            facts.ExceptionType(value.Utf8);
        }
        else if (key.SequenceEqual("exception.escaped"u8))
        {
            facts.Add(value.Utf8.SequenceEqual("true"u8) || value.Utf8.SequenceEqual("True"u8) ? SpanFacts.EscapedException : SpanFacts.None);
        }
        else if (key.SequenceEqual("exception.message"u8))
        {
            facts.ExceptionMessage(value.Utf8);
        }
    }
}
