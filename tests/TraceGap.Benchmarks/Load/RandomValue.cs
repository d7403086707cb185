namespace TraceGap.Benchmarks.Load;

/// <summary>Where the bytes come from that are written anew into every copy of a template.</summary>
internal enum RandomSource
{
    /// <summary>Letters and digits, new in every span: ids of responses and calls.</summary>
    TextOfSpan,

    /// <summary>Letters and digits, the same in all spans of a trace: ids of sessions and conversations.</summary>
    TextOfTrace,

    /// <summary>A varint of two bytes: numbers of tokens.</summary>
    Number,
}

/// <summary>A place in a template.</summary>
/// <param name="At">Offset.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Source">What goes there.</param>
internal readonly record struct RandomValue(int At, int Length, RandomSource Source);
