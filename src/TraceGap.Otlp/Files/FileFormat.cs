namespace TraceGap.Otlp.Files;

/// <summary>How the messages of a file are told apart.</summary>
internal enum FileFormat : byte
{
    /// <summary>There are none.</summary>
    Empty = 0,

    /// <summary>OTLP/JSON, one message a line: what the Collector's file exporter writes.</summary>
    JsonLines,

    /// <summary>OTLP/JSON over several lines.</summary>
    JsonDocuments,

    /// <summary>One protobuf message to the end of the file.</summary>
    Protobuf,

    /// <summary>Protobuf messages, each after its length as four bytes, big-endian: what the Collector's file exporter writes with <c>format: proto</c>.</summary>
    LengthPrefixed,

    /// <summary>Protobuf messages, each after its length as a varint: what the libraries call delimited.</summary>
    VarintDelimited,
}
