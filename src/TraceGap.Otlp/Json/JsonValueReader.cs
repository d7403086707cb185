using System.Text.Json;
using TraceGap.Otlp.Attributes;
using TraceGap.Otlp.Wire;

namespace TraceGap.Otlp.Json;

/// <summary>
/// Reads an AnyValue of OTLP/JSON. Arrays and maps are walked with a stack of bounded depth and become the same compact JSON text as from
/// Protocol Buffers. An AnyValue must have one field; where it has several the first counts.
/// </summary>
internal static class JsonValueReader
{
    /// <summary>Most places that one array or map takes: a map has its KeyValueList, the list of its pairs, a pair, and the pair's AnyValue.</summary>
    public const int PlacesPerLevel = 4;

    /// <summary>Where in a nested value the reader stands.</summary>
    internal enum Place : byte
    {
        /// <summary>In an AnyValue whose field is still to come.</summary>
        Any,

        /// <summary>In an AnyValue whose field was read.</summary>
        AnyDone,
        ArrayValue,
        ArrayItems,
        KvlistValue,
        KvlistItems,

        /// <summary>In a KeyValue whose value is still to come.</summary>
        Pair,

        /// <summary>In a KeyValue whose value was read.</summary>
        PairDone,
    }

    /// <summary>Reads the value on whose first token the reader stands, up to its last token.</summary>
    public static bool TryRead(scoped ref Utf8JsonReader reader, DecodeSession session, bool wanted, out RawValue value, out DecodeError error)
    {
        value = default;
        error = default;
        if (!wanted || reader.TokenType == JsonTokenType.Null)
        {
            reader.Skip();
            return true;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return Fail(reader, KeyValueField.Message, 2, Fault.WrongType, out error);
        }

        bool found = false;
        while (JsonObjects.NextField(ref reader, AnyValueField.Message, out int field))
        {
            if (found || field == 0)
            {
                reader.Skip();
                continue;
            }

            found = true;
            bool read = field is 5 or 6
                ? TryReadList(ref reader, session, field, out value, out error)
                : TryReadScalar(reader, session, field, out value, out error);
            if (!read)
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryReadScalar(scoped in Utf8JsonReader reader, DecodeSession session, int field, out RawValue value, out DecodeError error)
    {
        value = default;
        error = default;
        Fault fault = Fault.None;
        switch (field)
        {
            case 1:
                fault = Text(reader, session, out ReadOnlySpan<byte> text);
                value = RawValue.Text(text);
                break;
            case 2:
                fault = reader.TokenType is JsonTokenType.True or JsonTokenType.False ? Fault.None : Fault.WrongType;
                value = RawValue.Boolean(reader.TokenType == JsonTokenType.True);
                break;
            case 3:
                fault = JsonNumbers.Signed(reader, out long integer);
                value = RawValue.Integer(integer);
                break;
            case 4:
                fault = JsonNumbers.Double(reader, out double number);
                value = RawValue.Double(number);
                break;
            case 7:
                fault = Text(reader, session, out ReadOnlySpan<byte> digits);
                value = RawValue.Base64(digits);
                break;
            default:
                break;
        }

        return fault == Fault.None || Fail(reader, AnyValueField.Message, field, fault, out error);
    }

    private static Fault Text(scoped in Utf8JsonReader reader, DecodeSession session, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (reader.TokenType != JsonTokenType.String)
        {
            return Fault.WrongType;
        }

        text = JsonObjects.Text(reader, session.ValueText);
        return Fault.None;
    }

    private static bool TryReadList(scoped ref Utf8JsonReader reader, DecodeSession session, int field, out RawValue value, out DecodeError error)
    {
        value = default;
        session.Json.Begin();
        Walk walk = new(session);
        if (!walk.Open(ref reader, field) || !walk.ToEnd(ref reader))
        {
            error = walk.Error;
            return false;
        }

        error = default;
        value = RawValue.Json(session.Json.Written);
        return true;
    }

    private static bool Fail(scoped in Utf8JsonReader reader, WireMessage message, int field, Fault fault, out DecodeError error)
    {
        error = new DecodeError(message, field, (int)reader.TokenStartIndex, fault);
        return false;
    }

    private ref struct Walk(DecodeSession session)
    {
        private readonly Place[] _places = session.JsonPlaces;
        private readonly CompactJson _json = session.Json;
        private int _count;
        private int _lists;

        public DecodeError Error { get; private set; }

        /// <summary>Enters the array (5) or map (6) on whose value the reader stands, unless it nests too deep.</summary>
        public bool Open(scoped ref Utf8JsonReader reader, int field)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return Wrong(reader, AnyValueField.Message, field);
            }

            if (_lists == session.Levels.Length)
            {
                _json.Null();
                session.Span.Tally.ValuesTooDeep++;
                reader.Skip();
                return true;
            }

            _lists++;
            _json.Open(map: field == 6);
            _places[_count++] = field == 6 ? Place.KvlistValue : Place.ArrayValue;
            return true;
        }

        public bool ToEnd(scoped ref Utf8JsonReader reader)
        {
            while (_count > 0)
            {
                ref Place place = ref _places[_count - 1];
                bool goesOn = place switch
                {
                    Place.Any or Place.AnyDone => InAny(ref reader, ref place),
                    Place.ArrayValue or Place.KvlistValue => InList(ref reader, place == Place.KvlistValue),
                    Place.ArrayItems or Place.KvlistItems => InItems(ref reader, place == Place.KvlistItems),
                    _ => InPair(ref reader, ref place),
                };
                if (!goesOn)
                {
                    return false;
                }
            }

            return true;
        }

        private bool InAny(scoped ref Utf8JsonReader reader, ref Place place)
        {
            if (!JsonObjects.NextField(ref reader, AnyValueField.Message, out int field))
            {
                return Leave(writeNull: place == Place.Any);
            }

            if (place == Place.AnyDone || field == 0)
            {
                reader.Skip();
                return true;
            }

            place = Place.AnyDone;
            return field is 5 or 6 ? Open(ref reader, field) : WriteScalar(reader, field);
        }

        private bool InList(scoped ref Utf8JsonReader reader, bool map)
        {
            WireMessage message = map ? ListField.Map : ListField.Array;
            if (!JsonObjects.NextField(ref reader, message, out int field))
            {
                _json.Close(map);
                _lists--;
                return Leave(writeNull: false);
            }

            if (field == 0)
            {
                reader.Skip();
                return true;
            }

            if (reader.TokenType != JsonTokenType.StartArray)
            {
                return Wrong(reader, message, field);
            }

            return Enter(map ? Place.KvlistItems : Place.ArrayItems);
        }

        private bool InItems(scoped ref Utf8JsonReader reader, bool map)
        {
            reader.Read();
            switch (reader.TokenType)
            {
                case JsonTokenType.EndArray:
                    return Leave(writeNull: false);
                case JsonTokenType.StartObject when map:
                    _json.Key(JsonObjects.FindKey(reader, session.KeyText));
                    return Enter(Place.Pair);
                case JsonTokenType.StartObject:
                    return Enter(Place.Any);
                case JsonTokenType.Null when !map:
                    _json.Null();
                    return true;
                default:
                    return Wrong(reader, map ? ListField.Map : ListField.Array, 1);
            }
        }

        private bool InPair(scoped ref Utf8JsonReader reader, ref Place place)
        {
            if (!JsonObjects.NextField(ref reader, KeyValueField.Message, out int field))
            {
                return Leave(writeNull: place == Place.Pair);
            }

            if (field != 2 || place == Place.PairDone)
            {
                reader.Skip();
                return true;
            }

            place = Place.PairDone;
            return reader.TokenType == JsonTokenType.StartObject ? Enter(Place.Any) : Wrong(reader, KeyValueField.Message, field);
        }

        private bool WriteScalar(scoped in Utf8JsonReader reader, int field)
        {
            if (!TryReadScalar(reader, session, field, out RawValue value, out DecodeError error))
            {
                Error = error;
                return false;
            }

            switch (value.Kind)
            {
                case RawKind.Text or RawKind.Base64:
                    _json.Text(value.Utf8);
                    break;
                case RawKind.Boolean:
                    _json.Boolean(value.Bits != 0);
                    break;
                case RawKind.Integer:
                    _json.Integer(value.Bits);
                    break;
                case RawKind.Double:
                    _json.Double(BitConverter.Int64BitsToDouble(value.Bits));
                    break;
                default:
                    _json.Null();
                    break;
            }

            return true;
        }

        private bool Enter(Place place)
        {
            _places[_count++] = place;
            return true;
        }

        private bool Leave(bool writeNull)
        {
            if (writeNull)
            {
                _json.Null();
            }

            _count--;
            return true;
        }

        private bool Wrong(scoped in Utf8JsonReader reader, WireMessage message, int field)
        {
            Error = new DecodeError(message, field, (int)reader.TokenStartIndex, Fault.WrongType);
            return false;
        }
    }
}
