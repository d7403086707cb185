namespace TraceGap.Otlp.Facts;

/// <summary>The span events that say something.</summary>
internal enum SpanEvent : byte
{
    /// <summary>Any other.</summary>
    None = 0,
    Exception,
    FirstChunk,
    StreamFinish,
    Evaluation,
    Choice,
    ToolMessage,
    OperationDetails,
    QueryResult,

    /// <summary>A moment in the work of a model server; what matters is its time. See <see cref="EventTimes"/>.</summary>
    ReceiveStart,
    ReceiveEnd,
    QueueStart,
    ComputeStart,
    ComputeInputEnd,
    ComputeOutputStart,
    ComputeEnd,
}

/// <summary>Names of span events, in the words of the conventions that define them.</summary>
internal static class SpanEvents
{
    private static readonly (byte[] Name, SpanEvent Event)[] Rows =
    [
        ([.. "exception"u8], SpanEvent.Exception),
        ([.. "ai.stream.firstChunk"u8], SpanEvent.FirstChunk),
        ([.. "First Token Stream Event"u8], SpanEvent.FirstChunk),
        ([.. "ai.stream.finish"u8], SpanEvent.StreamFinish),
        ([.. "gen_ai.evaluation.result"u8], SpanEvent.Evaluation),
        ([.. "gen_ai.choice"u8], SpanEvent.Choice),
        ([.. "gen_ai.tool.message"u8], SpanEvent.ToolMessage),
        ([.. "gen_ai.client.inference.operation.details"u8], SpanEvent.OperationDetails),
        ([.. "db.query.result"u8], SpanEvent.QueryResult),
        ([.. "HTTP_RECV_START"u8], SpanEvent.ReceiveStart),
        ([.. "HTTP_RECV_END"u8], SpanEvent.ReceiveEnd),
        ([.. "QUEUE_START"u8], SpanEvent.QueueStart),
        ([.. "COMPUTE_START"u8], SpanEvent.ComputeStart),
        ([.. "COMPUTE_INPUT_END"u8], SpanEvent.ComputeInputEnd),
        ([.. "COMPUTE_OUTPUT_START"u8], SpanEvent.ComputeOutputStart),
        ([.. "COMPUTE_END"u8], SpanEvent.ComputeEnd),
    ];

    public static SpanEvent Named(ReadOnlySpan<byte> name)
    {
        foreach ((byte[] known, SpanEvent spanEvent) in Rows)
        {
            if (name.SequenceEqual(known))
            {
                return spanEvent;
            }
        }

        return SpanEvent.None;
    }
}
