using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text.Unicode;

namespace TraceGap.Otlp.Batches;

/// <summary>Checks all of a batch that came from outside, so that reading it cannot fail.</summary>
internal static class BatchCheck
{
    public static bool TryCheck(byte[] bytes, int at, in BatchLayout layout, [NotNullWhen(true)] out BatchTables? tables, out string problem)
    {
        tables = null;
        ReadOnlySpan<byte> batch = bytes.AsSpan(at, layout.Length);
        if (!AreTracesWhole(batch, layout))
        {
            problem = "a trace id is all zero";
            return false;
        }

        if (!AreTextsWhole(batch, layout))
        {
            problem = "the texts of a batch are broken";
            return false;
        }

        tables = BatchTables.Read(bytes, at, layout);
        if (tables is null)
        {
            problem = "the tables of a batch are broken";
            return false;
        }

        if (BrokenSpan(batch, layout, tables) is int span)
        {
            problem = span < layout.Spans ? $"span {span} of a batch is broken" : "bytes are left over behind the last span of a batch";
            return false;
        }

        problem = "";
        return true;
    }

    private static bool AreTracesWhole(ReadOnlySpan<byte> batch, in BatchLayout layout)
    {
        for (int trace = 0; trace < layout.Traces; trace++)
        {
            if (TraceId.FromBytes(batch[(layout.TracesAt + (trace * TraceId.Size))..]).IsZero)
            {
                return false;
            }
        }

        return true;
    }

    private static bool AreTextsWhole(ReadOnlySpan<byte> batch, in BatchLayout layout)
    {
        ReadOnlySpan<byte> texts = batch[layout.TextsAt..layout.BodiesAt];
        int start = 0;
        for (int text = 0; text < layout.Texts; text++)
        {
            uint end = BinaryPrimitives.ReadUInt32LittleEndian(batch[(layout.TextEndsAt + (text * sizeof(uint)))..]);
            if (end < start || end > texts.Length || !Utf8.IsValid(texts[start..(int)end]))
            {
                return false;
            }

            start = (int)end;
        }

        return start == texts.Length;
    }

    // The first span that is broken; their number if they leave bytes over; null if all is well.
    private static int? BrokenSpan(ReadOnlySpan<byte> batch, in BatchLayout layout, BatchTables tables)
    {
        BatchCursor bodies = new(batch[layout.BodiesAt..layout.TablesAt]);
        for (int span = 0; span < layout.Spans; span++)
        {
            ReadOnlySpan<byte> row = batch.Slice(BatchLayout.HeaderLength + (span * BatchLayout.RowLength), BatchLayout.RowLength);
            if (!IsRowWhole(row, layout, bodies.Position) || !IsBodyWhole(ref bodies, row[BatchLayout.HeadAt], layout, tables))
            {
                return span;
            }
        }

        return bodies.Left == 0 ? null : layout.Spans;
    }

    private static bool IsRowWhole(ReadOnlySpan<byte> row, in BatchLayout layout, int bodyAt)
    {
        int head = row[BatchLayout.HeadAt];
        return BinaryPrimitives.ReadUInt64BigEndian(row) != 0
            && BinaryPrimitives.ReadInt64LittleEndian(row[BatchLayout.StartAt..]) >= 0
            && BinaryPrimitives.ReadInt64LittleEndian(row[BatchLayout.EndAt..]) >= 0
            && BinaryPrimitives.ReadUInt32LittleEndian(row[BatchLayout.TraceAt..]) < (uint)layout.Traces
            && BinaryPrimitives.ReadUInt32LittleEndian(row[BatchLayout.BodyAt..]) == (uint)bodyAt
            && SpanBatch.KindIn(head) <= SpanKind.Signal
            && SpanBatch.StatusIn(head) <= SpanStatus.Error;
    }

    private static bool IsBodyWhole(ref BatchCursor body, int head, in BatchLayout layout, BatchTables tables)
    {
        body.Index(layout.Texts);
        body.Index(tables.Origins);
        ulong facts = body.Varint();
        bool isWhole = facts >> 1 <= uint.MaxValue;
        int shape = body.Index(tables.Shapes.Length);
        if (body.IsBroken)
        {
            return false;
        }

        tables.Shapes[shape].Check(ref body, layout.Texts);
        if ((head & BatchLayout.ExceptionFlag) != 0)
        {
            body.Index(layout.Texts);
        }

        if ((head & BatchLayout.ResultCountFlag) != 0)
        {
            isWhole &= body.Varint() <= int.MaxValue;
        }

        if ((head & BatchLayout.WeightFlag) != 0)
        {
            body.ZigZag();
        }

        if ((facts & 1) != 0)
        {
            isWhole &= body.Varint() is > 0 and <= uint.MaxValue;
        }

        return isWhole && !body.IsBroken;
    }
}
