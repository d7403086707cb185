using TraceGap.Otlp.Wire;

namespace TraceGap.Otlp;

/// <summary>What is wrong with a request, before it is put into words: most errors of a request are only counted.</summary>
internal enum Fault : byte
{
    None = 0,
    VarintCut,
    VarintTooLong,
    FixedCut,
    LengthBeyondEnd,
    FieldNumberZero,
    TagTooLarge,
    WireTypeUnknown,
    GroupEndUnmatched,
    GroupNotEnded,
    GroupTooDeep,
    Missing,
    WrongLength,
    AllZero,
    NotHexadecimal,
    WrongType,
    OutOfRange,
    NotJson,
}

/// <summary>One error: where (message, field, byte offset in the request) and what. The only place where decoding errors get their words.</summary>
internal readonly record struct DecodeError(WireMessage Message, int Field, int Offset, Fault Fault, int Expected = 0, int Found = 0)
{
    /// <summary>The error with the field in the words of the proto files.</summary>
    public string ProtobufText => Text(Message.ProtoName(Field));

    /// <summary>The error with the field in the words of OTLP/JSON.</summary>
    public string JsonText => Text(Message.JsonName(Field));

    private string Text(string? field) =>
        field is null ? $"{Message.Name} at byte {Offset}: {Reason}" : $"{Message.Name}.{field} at byte {Offset}: {Reason}";

    private string Reason => Fault switch
    {
        Fault.VarintCut => "ends within a varint",
        Fault.VarintTooLong => "varint of more than 10 bytes",
        Fault.FixedCut => $"{Expected} bytes expected, {Found} left",
        Fault.LengthBeyondEnd => $"length {Found} reaches beyond the {Expected} bytes that are left",
        Fault.FieldNumberZero => "tag with field number 0",
        Fault.TagTooLarge => "tag of more than 32 bits",
        Fault.WireTypeUnknown => $"wire type {Found} does not exist",
        Fault.GroupEndUnmatched => "group ends that did not begin",
        Fault.GroupNotEnded => "group does not end",
        Fault.GroupTooDeep => $"groups nest deeper than {Expected}",
        Fault.Missing => "missing",
        Fault.WrongLength => $"{Expected} bytes expected, {Found} found",
        Fault.AllZero => "all zero",
        Fault.NotHexadecimal => $"{Expected} hexadecimal digits expected",
        Fault.WrongType => "value of another type expected",
        Fault.OutOfRange => "value out of range",
        Fault.NotJson => "not JSON",
        _ => "unknown",
    };
}
