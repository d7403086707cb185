using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>The rollup of one key and minute or hour, with the smallest failed trace per failure. Belongs to the writer.</summary>
/// <param name="id">Which one.</param>
/// <param name="bound">How many distinct paths it keeps.</param>
internal sealed class StoredCell(CellId id, PathBound bound)
{
    public CellId Id { get; } = id;

    public RollupCell Cell { get; } = new();

    /// <summary>Smallest failed trace by number of the failure.</summary>
    public Dictionary<long, TraceId> Examples { get; } = [];

    /// <summary>True if the database has another state of it.</summary>
    public bool IsChanged { get; set; }

    public void Add(TraceId traceId, TraceContribution contribution, long? failure)
    {
        Cell.Add(traceId, contribution);
        Cell.Outcomes.Thin(bound.Stored);
        if (failure is long number)
        {
            AddExample(number, traceId);
        }
    }

    /// <summary>Adds all of another cell.</summary>
    public void Add(StoredCell other)
    {
        Cell.Merge(other.Cell);
        Cell.Outcomes.Thin(bound.Stored);
        AddExamples(other.Examples, Examples);
    }

    /// <summary>Takes a contribution out. If its trace was the example of its failure, the next smallest has to be added by who knows it.</summary>
    public void Remove(TraceId traceId, TraceContribution contribution, long? failure)
    {
        Cell.Remove(traceId, contribution);
        if (failure is long number && Examples.TryGetValue(number, out TraceId example) && example == traceId)
        {
            Examples.Remove(number);
        }
    }

    public void AddExample(long failure, TraceId traceId) => AddExample(failure, traceId, Examples);

    /// <summary>Adds examples to others, taking the smaller id where a failure is there already.</summary>
    public static void AddExamples(Dictionary<long, TraceId> from, Dictionary<long, TraceId> to)
    {
        foreach ((long failure, TraceId traceId) in from)
        {
            AddExample(failure, traceId, to);
        }
    }

    public byte[] EncodeExamples()
    {
        using ByteWriter ids = new();
        using ByteWriter failures = new();
        foreach ((long failure, TraceId traceId) in Examples)
        {
            traceId.WriteTo(ids.Skip(TraceId.Size));
            failures.WriteSigned(failure);
        }

        return BlobFrame.Write(ids.Written, failures.Written);
    }

    /// <summary>Reads a cell and adds it. After an error the sum is no sum of anything and must be dropped.</summary>
    public CodecError DecodeInto(ReadOnlyMemory<byte> examples, ReadOnlyMemory<byte> cell)
    {
        CodecError error = DecodeExamples(examples, Examples);
        return error != CodecError.None ? error : RollupCellCodec.DecodeInto(cell, Cell);
    }

    /// <summary>Reads what <see cref="EncodeExamples"/> wrote, taking the smaller id where a failure is there already.</summary>
    public static CodecError DecodeExamples(ReadOnlyMemory<byte> blob, Dictionary<long, TraceId> examples)
    {
        CodecError framing = BlobFrame.Read(blob, out ReadOnlyMemory<byte> plain, out ReadOnlyMemory<byte> body);
        if (framing != CodecError.None)
        {
            return framing;
        }

        ByteReader ids = new(plain.Span);
        ByteReader failures = new(body.Span);
        while (failures.Remaining > 0 && ids.Remaining >= TraceId.Size)
        {
            long failure = failures.ReadSigned();
            TraceId traceId = TraceId.FromBytes(ids.ReadBytes(TraceId.Size));
            if (failures.Error == CodecError.None)
            {
                AddExample(failure, traceId, examples);
            }
        }

        ids.ExpectEnd();
        failures.ExpectEnd();
        return failures.Error != CodecError.None ? failures.Error : ids.Error;
    }

    private static void AddExample(long failure, TraceId traceId, Dictionary<long, TraceId> examples)
    {
        if (!examples.TryGetValue(failure, out TraceId smallest) || traceId.CompareTo(smallest) < 0)
        {
            examples[failure] = traceId;
        }
    }
}
