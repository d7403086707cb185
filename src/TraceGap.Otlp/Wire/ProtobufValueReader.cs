using TraceGap.Otlp.Attributes;

namespace TraceGap.Otlp.Wire;

/// <summary>Reads an AnyValue. Arrays and maps become compact JSON text, walked with a stack of bounded depth: nesting is the sender's choice.</summary>
internal ref struct ProtobufValueReader(ReadOnlySpan<byte> request, DecodeSession session)
{
    private readonly ReadOnlySpan<byte> _request = request;
    private readonly DecodeSession _session = session;
    private readonly Level[] _levels = session.Levels;

    /// <summary>What is wrong, after <see cref="TryRead"/> said false.</summary>
    public DecodeError Error { get; private set; }

    /// <summary>Reads the value that <paramref name="range"/> holds. Arrays and maps that are not wanted are checked and give an empty text.</summary>
    public bool TryRead(WireRange range, bool wanted, out RawValue value)
    {
        if (WireShortcuts.TryTakeText(_request, range, out WireRange text))
        {
            value = RawValue.Text(_request[text.Start..text.End]);
            return true;
        }

        if (WireShortcuts.TryTakeInteger(_request, range, out long integer))
        {
            value = RawValue.Integer(integer);
            return true;
        }

        value = default;
        if (!TryFind(range, out Found found))
        {
            return false;
        }

        if (!found.IsList)
        {
            value = found.Tag switch
            {
                AnyValueField.StringValue => RawValue.Text(_request[found.Content.Start..found.Content.End]),
                AnyValueField.BytesValue => RawValue.Bytes(_request[found.Content.Start..found.Content.End]),
                AnyValueField.BoolValue => RawValue.Boolean(found.Bits != 0),
                AnyValueField.IntValue => RawValue.Integer((long)found.Bits),
                AnyValueField.DoubleValue => RawValue.Double(BitConverter.UInt64BitsToDouble(found.Bits)),
                _ => default,
            };
            return true;
        }

        _session.Json.Begin();
        if (!Walk(found, wanted))
        {
            return false;
        }

        value = RawValue.Json(_session.Json.Written);
        return true;
    }

    /// <summary>One array or map that is being walked.</summary>
    internal struct Level
    {
        /// <summary>Array or map.</summary>
        public uint Tag;

        /// <summary>The elements of the piece at hand that are still to come.</summary>
        public WireRange Elements;

        /// <summary>What is left of the AnyValue: further pieces of the same list merge with this one.</summary>
        public WireRange Rest;

        public readonly bool IsMap => Tag == AnyValueField.KvlistValue;
    }

    // The oneof of an AnyValue: the field that comes last. For a list, where the last unbroken run of its pieces starts.
    private struct Found
    {
        public uint Tag;
        public WireRange Content;
        public ulong Bits;
        public WireRange Run;

        public readonly bool IsList => Tag is AnyValueField.ArrayValue or AnyValueField.KvlistValue;
    }

    private bool Walk(Found outermost, bool wanted)
    {
        CompactJson json = _session.Json;
        int depth = 0;
        Open(outermost, ref depth);
        while (depth > 0)
        {
            ref Level top = ref _levels[depth - 1];
            if (!NextElement(ref top, out WireRange element, out bool ended))
            {
                return false;
            }

            if (ended)
            {
                json.Close(top.IsMap);
                depth--;
                continue;
            }

            if ((top.IsMap && !EnterPair(ref element)) || !TryFind(element, out Found found))
            {
                return false;
            }

            if (!found.IsList)
            {
                Write(found);
            }
            else if (depth < _levels.Length)
            {
                Open(found, ref depth);
            }
            else
            {
                json.Null();
                _session.Span.Tally.ValuesTooDeep += wanted ? 1 : 0;
            }
        }

        return true;
    }

    private readonly void Open(Found found, ref int depth)
    {
        _session.Json.Open(found.Tag == AnyValueField.KvlistValue);
        _levels[depth++] = new Level { Tag = found.Tag, Rest = found.Run };
    }

    // Steps to the next element, over the end of one piece of the list into the next.
    private bool NextElement(ref Level level, out WireRange element, out bool ended)
    {
        element = default;
        ended = false;
        while (true)
        {
            WireReader list = new(_request, level.Elements);
            if (list.Next(out uint tag))
            {
                bool isElement = tag == ListField.Values;
                element = isElement ? list.Length() : default;
                if (!isElement)
                {
                    list.Skip(tag);
                }

                level.Elements = level.Elements with { Start = list.Position };
                if (list.Fault != Fault.None || isElement)
                {
                    return IsWhole(level.IsMap ? ListField.Map : ListField.Array, list);
                }
            }
            else if (list.Fault != Fault.None)
            {
                return IsWhole(level.IsMap ? ListField.Map : ListField.Array, list);
            }
            else if (!NextPiece(ref level))
            {
                ended = true;
                return true;
            }
        }
    }

    // The AnyValue was read to its end before, so this cannot meet damage.
    private readonly bool NextPiece(ref Level level)
    {
        WireReader any = new(_request, level.Rest);
        while (any.Next(out uint tag))
        {
            if (tag == level.Tag)
            {
                level.Elements = any.Length();
                level.Rest = level.Rest with { Start = any.Position };
                return true;
            }

            any.Skip(tag);
        }

        return false;
    }

    private bool EnterPair(ref WireRange pair)
    {
        ReadOnlySpan<byte> key = default;
        WireRange value = default;
        WireReader reader = new(_request, pair);
        while (reader.Next(out uint tag))
        {
            switch (tag)
            {
                case KeyValueField.Key:
                    key = reader.Bytes();
                    break;
                case KeyValueField.Value:
                    WireRange piece = reader.Length();
                    value = piece.Length > 0 ? piece : value;
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        _session.Json.Key(key);
        pair = value;
        return IsWhole(KeyValueField.Message, reader);
    }

    private readonly void Write(Found found)
    {
        CompactJson json = _session.Json;
        ReadOnlySpan<byte> content = _request[found.Content.Start..found.Content.End];
        switch (found.Tag)
        {
            case AnyValueField.StringValue:
                json.Text(content);
                break;
            case AnyValueField.BytesValue:
                json.Bytes(content);
                break;
            case AnyValueField.BoolValue:
                json.Boolean(found.Bits != 0);
                break;
            case AnyValueField.IntValue:
                json.Integer((long)found.Bits);
                break;
            case AnyValueField.DoubleValue:
                json.Double(BitConverter.UInt64BitsToDouble(found.Bits));
                break;
            default:
                json.Null();
                break;
        }
    }

    private bool TryFind(WireRange any, out Found found)
    {
        found = default;
        WireReader reader = new(_request, any);
        while (reader.Next(out uint tag))
        {
            switch (tag)
            {
                case AnyValueField.StringValue or AnyValueField.BytesValue:
                    found = new Found { Tag = tag, Content = reader.Length() };
                    break;
                case AnyValueField.BoolValue or AnyValueField.IntValue or AnyValueField.StringValueStrindex:
                    found = new Found { Tag = tag, Bits = reader.Varint() };
                    break;
                case AnyValueField.DoubleValue:
                    found = new Found { Tag = tag, Bits = reader.Fixed64() };
                    break;
                case AnyValueField.ArrayValue or AnyValueField.KvlistValue:
                    int start = found.Tag == tag ? found.Run.Start : reader.TagOffset;
                    reader.Length();
                    found = new Found { Tag = tag, Run = new WireRange(start, any.End) };
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        return IsWhole(AnyValueField.Message, reader);
    }

    private bool IsWhole(WireMessage message, in WireReader reader)
    {
        if (reader.Fault == Fault.None)
        {
            return true;
        }

        Error = new DecodeError(message, reader.Field, reader.FaultOffset, reader.Fault, reader.Expected, reader.Found);
        return false;
    }
}
