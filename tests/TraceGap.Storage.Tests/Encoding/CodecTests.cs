using System.Text;
using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage.Tests;

public sealed class CodecTests
{
    [Fact]
    public void The_checksum_is_that_of_the_standard() => Assert.Equal(0xE3069283u, Crc32C.Of(Encoding.ASCII.GetBytes("123456789")));

    [Fact]
    public void A_checksum_over_two_parts_is_that_of_the_whole() => Property.Holds(static random =>
    {
        byte[] bytes = [.. Enumerable.Range(0, random.Next(40)).Select(_ => (byte)random.Next(256))];
        int cut = random.Next(bytes.Length + 1);
        Assert.Equal(Crc32C.Of(bytes), Crc32C.Of(Crc32C.Of(bytes.AsSpan(0, cut)), bytes.AsSpan(cut)));
    });

    [Fact]
    public void Numbers_of_any_size_come_back()
    {
        Int128[] values = [0, 1, -1, 63, -64, 64, long.MaxValue, long.MinValue, Int128.MaxValue, Int128.MinValue];
        using ByteWriter writer = new();
        foreach (Int128 value in values)
        {
            writer.WriteSigned(value);
            writer.WriteSigned(unchecked((long)value));
            writer.WriteVarint(unchecked((ulong)value));
        }

        ByteReader reader = new(writer.Written);
        foreach (Int128 value in values)
        {
            Assert.Equal(value, reader.ReadSigned128());
            Assert.Equal(unchecked((long)value), reader.ReadSigned());
            Assert.Equal(unchecked((ulong)value), reader.ReadVarint());
        }

        reader.ExpectEnd();
        Assert.Equal(CodecError.None, reader.Error);
    }

    [Fact]
    public void Spans_of_many_traces_come_back_as_they_were() => Property.Holds(static random =>
    {
        List<SpanRecord> first = random.Spans(12);
        List<SpanRecord> second = random.Spans(12);
        List<SpanRecord> read = [];
        Assert.Equal(CodecError.None, SpanBlock.Read(BlobOf(first, second), null, read));
        Same.Spans([.. first, .. second], read);
    });

    [Fact]
    public void The_spans_of_one_trace_are_read_alone() => Property.Holds(static random =>
    {
        List<SpanRecord> spans = random.Spans(20);
        TraceId wanted = random.TraceId();
        List<SpanRecord> read = [];
        Assert.Equal(CodecError.None, SpanBlock.Read(BlobOf(spans), wanted, read));
        Same.Spans([.. spans.Where(span => span.TraceId == wanted)], read);
    });

    [Fact]
    public void Resources_that_say_the_same_are_stored_once()
    {
        AttributeSet attributes = AttributeSet.From([new("service.name", AttributeValue.Of("agent")), new("host.name", AttributeValue.Of("h1"))]);
        RandomRecords random = new(1);
        List<SpanRecord> spans = [.. Enumerable.Range(0, 2).Select(_ => random.Span([new ResourceRecord(attributes)], [ScopeRecord.None]))];
        List<SpanRecord> read = [];
        Assert.Equal(CodecError.None, SpanBlock.Read(BlobOf(spans), null, read));
        Assert.Same(read[0].Resource, read[1].Resource);
    }

    [Fact]
    public void A_number_that_no_kind_has_is_stored_as_unspecified()
    {
        RandomRecords random = new(1);
        SpanRecord odd = new()
        {
            TraceId = random.TraceId(),
            SpanId = new SpanId(1),
            Name = "n",
            StartUnixNanos = 1,
            EndUnixNanos = 2,
            Resource = ResourceRecord.Unknown,
            Scope = ScopeRecord.None,
            Kind = (SpanKind)200,
            Status = (SpanStatus)77,
        };
        List<SpanRecord> read = [];
        Assert.Equal(CodecError.None, SpanBlock.Read(BlobOf([odd]), null, read));
        Assert.Equal((SpanKind.Unspecified, SpanStatus.Unset), (read[0].Kind, read[0].Status));
    }

    [Fact]
    public void Contributions_come_back_as_they_were() => Property.Holds(static random =>
    {
        TraceContribution[] expected = [.. Enumerable.Range(0, 1 + random.Next(8)).Select(_ => random.Contribution())];
        Assert.Equal(CodecError.None, ContributionBlock.Open(BlobOf(expected), out ContributionBlock? block));
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(CodecError.None, block!.Read(new TraceId(1, (ulong)i), out TraceContribution? read));
            Same.Contributions(expected[i], read);
        }

        Assert.Equal(CodecError.None, block!.Read(new TraceId(2, 0), out TraceContribution? none));
        Assert.Null(none);
    });

    [Fact]
    public void A_cell_comes_back_as_it_was() => Property.Holds(static random =>
    {
        RollupCell expected = CellOf(random);
        RollupCell read = new();
        Assert.Equal(CodecError.None, RollupCellCodec.DecodeInto(RollupCellCodec.Encode(expected), read));
        Same.Cells(expected, read);
    });

    [Fact]
    public void Decoding_into_a_cell_adds_to_it() => Property.Holds(static random =>
    {
        RollupCell left = CellOf(random);
        RollupCell right = CellOf(random);
        RollupCell read = new();
        Assert.Equal(CodecError.None, RollupCellCodec.DecodeInto(RollupCellCodec.Encode(left), read));
        Assert.Equal(CodecError.None, RollupCellCodec.DecodeInto(RollupCellCodec.Encode(right), read));
        left.Merge(right);
        Same.Cells(left, read);
    });

    [Fact]
    public void Keys_come_back_as_they_were() => Property.Holds(static random =>
    {
        RollupKey key = random.Contribution().Key;
        FailureKey failure = random.Failure();
        Assert.Equal(CodecError.None, KeyCodec.TryDecode(KeyCodec.Encode(key), out RollupKey readKey));
        Assert.Equal(CodecError.None, KeyCodec.TryDecode(KeyCodec.Encode(failure), out FailureKey readFailure));
        Assert.Equal(key, readKey);
        Assert.Equal(failure, readFailure);
    });

    [Fact]
    public void A_blob_that_is_cut_anywhere_is_an_error() => Property.Holds(
        static random =>
        {
            foreach ((byte[] blob, Func<byte[], CodecError> read) in Blobs(random))
            {
                for (int length = 0; length < blob.Length; length++)
                {
                    Assert.NotEqual(CodecError.None, read(blob[..length]));
                }
            }
        },
        runs: 5);

    [Fact]
    public void A_blob_with_any_bit_turned_is_an_error() => Property.Holds(
        static random =>
        {
            foreach ((byte[] blob, Func<byte[], CodecError> read) in Blobs(random))
            {
                for (int i = 0; i < blob.Length; i++)
                {
                    byte[] turned = [.. blob];
                    turned[i] ^= (byte)(1 << random.Next(8));
                    Assert.NotEqual(CodecError.None, read(turned));
                }
            }
        },
        runs: 5);

    /// <summary>The checksum catches damage, so what lies below it is tried with a checksum that was made for the damage.</summary>
    [Fact]
    public void A_body_that_is_cut_or_changed_under_a_right_checksum_never_throws() => Property.Holds(
        static random =>
        {
            foreach ((byte[] blob, Func<byte[], CodecError> read) in Blobs(random))
            {
                Assert.Equal(CodecError.None, BlobFrame.Read(blob, out ReadOnlyMemory<byte> plain, out ReadOnlyMemory<byte> body));
                for (int i = 0; i < body.Length; i++)
                {
                    byte[] changed = body.ToArray();
                    changed[i] = (byte)random.Next(256);
                    read(BlobFrame.Write(plain.Span, changed));
                    Assert.NotEqual(CodecError.None, read(BlobFrame.Write(plain.Span, body.Span[..i])));
                }

                for (int i = 0; i < plain.Length; i++)
                {
                    Assert.NotEqual(CodecError.None, read(BlobFrame.Write(plain.Span[..i], body.Span)));
                }
            }
        },
        runs: 10);

    [Fact]
    public void A_newer_version_is_named_as_such()
    {
        byte[] blob = RollupCellCodec.Encode(new RollupCell());
        blob[0]++;
        Assert.Equal(CodecError.UnknownVersion, RollupCellCodec.DecodeInto(blob, new RollupCell()));
    }

    [Fact]
    public void A_count_beyond_the_bytes_left_is_an_error_before_memory_is_made_for_it()
    {
        using ByteWriter writer = new();
        writer.WriteVarint(int.MaxValue);
        ByteReader reader = new(writer.Written);
        Assert.Equal(0, reader.ReadCount());
        Assert.Equal(CodecError.Truncated, reader.Error);
    }

    private static IEnumerable<(byte[] Blob, Func<byte[], CodecError> Read)> Blobs(RandomRecords random)
    {
        yield return (BlobOf(SomeSpans(random)), static blob => SpanBlock.Read(blob, null, []));
        yield return (BlobOf([random.Contribution(), random.Contribution()]), ReadContributions);
        yield return (RollupCellCodec.Encode(CellOf(random)), static blob => RollupCellCodec.DecodeInto(blob, new RollupCell()));
    }

    private static List<SpanRecord> SomeSpans(RandomRecords random)
    {
        List<ResourceRecord> resources = [new(random.Attributes())];
        List<ScopeRecord> scopes = [ScopeRecord.None];
        return [.. Enumerable.Range(0, 5).Select(_ => random.Span(resources, scopes))];
    }

    private static CodecError ReadContributions(byte[] blob)
    {
        CodecError opened = ContributionBlock.Open(blob, out ContributionBlock? block);
        return opened != CodecError.None ? opened : block!.Read(new TraceId(1, 0), out _);
    }

    private static RollupCell CellOf(RandomRecords random)
    {
        RollupCell cell = new();
        int traces = 1 + random.Next(10);
        for (int i = 0; i < traces; i++)
        {
            cell.Add(random.Contribution());
        }

        return cell;
    }

    private static byte[] BlobOf(params List<SpanRecord>[] parts)
    {
        using SpanBlockWriter writer = new();
        foreach (List<SpanRecord> part in parts)
        {
            writer.Add(part);
        }

        return writer.ToBlob();
    }

    private static byte[] BlobOf(TraceContribution[] contributions)
    {
        using ContributionBlockWriter writer = new();
        for (int i = 0; i < contributions.Length; i++)
        {
            writer.Add(new TraceId(1, (ulong)i), contributions[i]);
        }

        return writer.ToBlob();
    }
}
