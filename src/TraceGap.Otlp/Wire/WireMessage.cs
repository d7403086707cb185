namespace TraceGap.Otlp.Wire;

/// <summary>Names of a message and its fields, for errors and for OTLP/JSON.</summary>
internal sealed class WireMessage
{
    private readonly Field[] _fields;

    /// <summary>Takes the fields as number and name in the proto's words.</summary>
    public WireMessage(string name, params (int Number, string ProtoName)[] fields)
    {
        Name = name;
        _fields = Array.ConvertAll(fields, field => new Field(field.Number, field.ProtoName));
    }

    public string Name { get; }

    public string? ProtoName(int number) => Find(number)?.ProtoName;

    public string? JsonName(int number) => Find(number)?.JsonName;

    /// <summary>The number of the field whose JSON or proto name is <paramref name="name"/>, or 0.</summary>
    public int NumberOf(ReadOnlySpan<byte> name)
    {
        foreach (Field field in _fields)
        {
            if (name.SequenceEqual(field.JsonUtf8) || name.SequenceEqual(field.ProtoUtf8))
            {
                return field.Number;
            }
        }

        return 0;
    }

    private Field? Find(int number) => Array.Find(_fields, field => field.Number == number);

    private sealed class Field(int number, string protoName)
    {
        public int Number { get; } = number;

        public string ProtoName { get; } = protoName;

        public string JsonName { get; } = LowerCamel(protoName);

        public byte[] ProtoUtf8 { get; } = System.Text.Encoding.UTF8.GetBytes(protoName);

        public byte[] JsonUtf8 { get; } = System.Text.Encoding.UTF8.GetBytes(LowerCamel(protoName));

        // The JSON mapping of Protocol Buffers: underscores fall away, the letter after one is raised.
        private static string LowerCamel(string name) =>
            string.Concat(name.Split('_').Select((word, index) => index == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));
    }
}
