using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>Reads what <see cref="TraceBlockWriter"/> wrote.</summary>
internal static class TraceBlock
{
    /// <summary>Reads all entries in order. After an error there are none.</summary>
    public static CodecError Read(ReadOnlyMemory<byte> blob, out TraceEntry[] entries)
    {
        entries = [];
        CodecError framing = BlobFrame.Read(blob, out ReadOnlyMemory<byte> plain, out ReadOnlyMemory<byte> body);
        if (framing != CodecError.None)
        {
            return framing;
        }

        Columns columns = new(plain.Span, body.Span);
        TraceEntry[] read = new TraceEntry[columns.Count];
        for (int i = 0; i < read.Length && columns.Error == CodecError.None; i++)
        {
            read[i] = columns.Next(i);
        }

        columns.ExpectEnd();
        entries = columns.Error == CodecError.None ? read : [];
        return columns.Error;
    }

    private ref struct Columns
    {
        private readonly ReadOnlySpan<byte> _ids;
        private readonly ReadOnlySpan<byte> _heads;
        private readonly ReadOnlySpan<byte> _sources;
        private ByteReader _times;
        private ByteReader _keys;
        private ByteReader _revisions;
        private ByteReader _spans;
        private ByteReader _rare;
        private long _lastEnd;

        public Columns(ReadOnlySpan<byte> plain, ReadOnlySpan<byte> body)
        {
            ByteReader reader = new(body);
            int count = reader.ReadCount();
            _heads = reader.ReadBytes(count);
            _sources = reader.ReadBytes(count);
            _keys = new ByteReader(reader.ReadPart());
            _revisions = new ByteReader(reader.ReadPart());
            _spans = new ByteReader(reader.ReadPart());
            long idBytes = (long)count * TraceId.Size;
            if (idBytes > plain.Length)
            {
                reader.Fail(CodecError.Truncated);
            }

            _rare = reader;
            if (reader.Error == CodecError.None)
            {
                Count = count;
                _ids = plain[..(int)idBytes];
                _times = new ByteReader(plain[(int)idBytes..]);
            }
        }

        public int Count { get; }

        public readonly CodecError Error
        {
            get
            {
                ReadOnlySpan<CodecError> errors = [_rare.Error, _times.Error, _keys.Error, _revisions.Error, _spans.Error];
                int first = errors.IndexOfAnyExcept(CodecError.None);
                return first < 0 ? CodecError.None : errors[first];
            }
        }

        public void ExpectEnd()
        {
            _rare.ExpectEnd();
            _times.ExpectEnd();
            _keys.ExpectEnd();
            _revisions.ExpectEnd();
            _spans.ExpectEnd();
        }

        public TraceEntry Next(int index)
        {
            int head = _heads[index];
            int source = _sources[index];
            if ((head & TraceBlockWriter.OutcomeMask) > (int)TraceOutcome.Open || source > (int)OutcomeSource.SignalsAlone)
            {
                _rare.Fail(CodecError.BadValue);
            }

            long end = unchecked(_lastEnd + _times.ReadSigned());
            long duration = _times.ReadSigned();
            long firstArrival = unchecked(end + _times.ReadSigned());
            _lastEnd = end;
            return new TraceEntry
            {
                TraceId = TraceId.FromBytes(_ids[(index * TraceId.Size)..]),
                Key = _keys.ReadSigned(),
                Outcome = (TraceOutcome)(head & TraceBlockWriter.OutcomeMask),
                OutcomeSource = (OutcomeSource)source,
                StartUnixNanos = unchecked(end - duration),
                EndUnixNanos = end,
                FirstArrivalUnixNanos = firstArrival,
                LastArrivalUnixNanos = unchecked(firstArrival + _times.ReadSigned()),
                Revision = _revisions.ReadInt32(),
                IsOpen = (head & TraceBlockWriter.OpenFlag) != 0,
                IsOutOfTime = (head & TraceBlockWriter.OutOfTimeFlag) != 0,
                Spans = _spans.ReadInt32(),
                Failure = (head & TraceBlockWriter.FailureFlag) != 0 ? _rare.ReadSigned() : null,
                FragmentOf = (head & TraceBlockWriter.FragmentFlag) != 0 ? _rare.ReadSigned() : null,
                Earlier = (head & TraceBlockWriter.EarlierFlag) != 0 ? ReadEarlier() : [],
            };
        }

        private long[] ReadEarlier()
        {
            long[] numbers = new long[_rare.ReadCount()];
            long last = 0;
            for (int i = 0; i < numbers.Length; i++)
            {
                last = unchecked(last + _rare.ReadSigned());
                numbers[i] = last;
            }

            return numbers;
        }
    }
}
