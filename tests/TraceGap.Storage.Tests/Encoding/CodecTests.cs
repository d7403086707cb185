using System.Text;
using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage.Tests;

public sealed class CodecTests
{
    private static readonly string[] ManyKeys = [.. Enumerable.Range(0, 130).Select(static i => $"key.{i:000}")];

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
        using SpanBlockWriter writer = new();
        for (int block = 0; block < 2; block++)
        {
            // The second block is made with what the first left behind.
            writer.Clear();
            writer.Add(first);
            writer.Add(second);
            using ByteWriter bytes = new();
            writer.WriteTo(bytes);
            List<SpanRecord> read = [];
            Assert.Equal(CodecError.None, SpanBlock.ReadUnframed(bytes.Written, read));
            Same.Spans([.. first, .. second], read);
            (first, second) = (second, first);
        }
    });

    [Fact]
    public void The_spans_of_one_trace_are_read_alone_by_its_place() => Property.Holds(static random =>
    {
        List<List<SpanRecord>> traces = [.. random.Spans(40).GroupBy(static span => span.TraceId).Select(static trace => trace.ToList())];
        using SpanBlockWriter writer = new();
        writer.AddTrace([], 0, 0);
        foreach (List<SpanRecord> trace in traces)
        {
            writer.AddTrace(trace, 0, trace.Count);
        }

        byte[] blob = writer.ToBlob();
        List<SpanRecord> none = [];
        Assert.Equal(CodecError.None, SpanBlock.Read(blob, random.TraceId(), 0, none));
        Assert.Empty(none);
        for (int place = 0; place < traces.Count; place++)
        {
            List<SpanRecord> read = [];
            Assert.Equal(CodecError.None, SpanBlock.Read(blob, traces[place][0].TraceId, place + 1, read));
            Same.Spans(traces[place], read);
        }

        Assert.Equal(CodecError.BadIndex, SpanBlock.Read(blob, random.TraceId(), traces.Count + 1, none));
    });

    [Fact]
    public void Parents_are_found_in_blocks_of_any_size()
    {
        List<SpanRecord> spans = Make.Spans(Make.Id(1), [.. Enumerable.Range(1, 3000).Select(static id => (ulong)id)]);
        List<SpanRecord> chained = [.. spans.Select(static span => new SpanRecord
        {
            TraceId = span.TraceId,
            SpanId = span.SpanId,
            ParentSpanId = new SpanId((span.SpanId.Value * 7) % 3100),
            Name = "n",
            StartUnixNanos = 1,
            EndUnixNanos = 2,
            Resource = ResourceRecord.Unknown,
            Scope = ScopeRecord.None,
        })];
        List<SpanRecord> read = [];
        Assert.Equal(CodecError.None, SpanBlock.Read(BlobOf(chained), Make.Id(1), 0, read));
        Same.Spans(chained, read);
    }

    [Fact]
    public void Sets_of_very_many_attributes_come_back_as_they_were()
    {
        List<SpanRecord> spans = [.. Enumerable.Range(0, 3).Select(static i => new SpanRecord
        {
            TraceId = Make.Id(1),
            SpanId = new SpanId((ulong)i + 1),
            Name = "n",
            StartUnixNanos = 1,
            EndUnixNanos = 2,
            Resource = ResourceRecord.Unknown,
            Scope = ScopeRecord.None,
            Attributes = new AttributeSet([.. ManyKeys.Select((key, place) => new KeyValuePair<string, AttributeValue>(key, AttributeValue.Of((long)(place / (i + 1)))))]),
        })];
        List<SpanRecord> read = [];
        Assert.Equal(CodecError.None, SpanBlock.Read(BlobOf(spans), Make.Id(1), 0, read));
        Same.Spans(spans, read);
    }

    [Fact]
    public void Entries_of_traces_come_back_as_they_were() => Property.Holds(static random =>
    {
        TraceEntry[] expected = [.. Enumerable.Range(0, 1 + random.Next(8)).Select(_ => EntryOf(random))];
        Assert.Equal(CodecError.None, TraceBlock.Read(BlobOf(expected), out TraceEntry[] read));
        Assert.Equal(expected.Length, read.Length);
        for (int i = 0; i < read.Length; i++)
        {
            Assert.Equal(expected[i].Earlier, read[i].Earlier);
            Assert.Equal(expected[i], read[i] with { Earlier = expected[i].Earlier });
        }
    });

    [Fact]
    public void Resources_that_say_the_same_are_stored_once()
    {
        AttributeSet attributes = AttributeSet.From([new("service.name", AttributeValue.Of("agent")), new("host.name", AttributeValue.Of("h1"))]);
        RandomRecords random = new(1);
        List<SpanRecord> spans = [.. Enumerable.Range(0, 2).Select(_ => random.Span([new ResourceRecord(attributes)], [ScopeRecord.None]))];
        List<SpanRecord> read = [];
        Assert.Equal(CodecError.None, SpanBlock.Read(BlobOf(spans), spans[0].TraceId, 0, read));
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
        Assert.Equal(CodecError.None, SpanBlock.Read(BlobOf([odd]), odd.TraceId, 0, read));
        Assert.Equal((SpanKind.Unspecified, SpanStatus.Unset), (read[0].Kind, read[0].Status));
    }

    [Fact]
    public void Contributions_come_back_as_they_were() => Property.Holds(static random =>
    {
        TraceContribution[] expected = [.. Enumerable.Range(0, 1 + random.Next(8)).Select(_ => random.Contribution())];
        Assert.Equal(CodecError.None, ContributionBlock.Open(BlobOf(expected), out ContributionBlock? block));
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(CodecError.None, block!.Read(i, out TraceContribution? read));
            Same.Contributions(expected[i], read);
        }

        Assert.Equal(CodecError.BadIndex, block!.Read(expected.Length, out TraceContribution? none));
        Assert.Null(none);
    });

    /// <summary>A trace whose steps ran one after the other: nearly all its times follow from others, whichever one of them is then another.</summary>
    [Fact]
    public void Times_that_follow_from_others_come_back_whichever_does_not() => Property.Holds(static random =>
    {
        StepKey root = new("gateway", Layer.Ingress, "POST /runs");
        StepKey chat = new("agent", Layer.Inference, "chat");
        StepKey tool = new("agent", Layer.ToolCall, "search");
        long[] odd = new long[12];
        odd[random.Next(odd.Length)] = random.Next(3) - 1;
        long[] pathTimes = new long[TraceContribution.PathTimeCount];
        pathTimes[(int)Layer.Ingress * 4] = 40 + odd[0];
        pathTimes[((int)Layer.Ingress * 4) + 2] = 60 + odd[1];
        pathTimes[(int)Layer.Inference * 4] = 700 + odd[2];
        pathTimes[(int)Layer.ToolCall * 4] = 200 + odd[3];
        TraceContribution plain = Make.Contribution();
        TraceContribution expected = new()
        {
            Key = plain.Key,
            Minute = plain.Minute,
            Outcome = plain.Outcome,
            Weight = plain.Weight,
            Spans = 4,
            Revised = false,
            DurationNanos = 1000 + odd[4],
            PathTimes = pathTimes,
            CoveredNanos = 900 + odd[5],
            Durations = [new(root, 1000), new(chat, 300), new(tool, 200), new(chat, 400)],
            CriticalTimes = [new(chat, new(700 + odd[6], 0, 0, 0)), new(root, new(40 + odd[7], 0, 60 + odd[11], 0)), new(tool, new(200, 0, 0, 0))],
            Errors = [],
            Models = [new(new ModelKey("m", Layer.Inference), 2, new TokenSums(900, 80, 0, 900), default, default, 700 + odd[8], [])],
            Waste = [new(new WasteKey(tool, WasteKind.ThrownAway), 1, 50 + odd[9], 0, 0)],
            Serial = [new(new SerialGroup(root, [chat, tool, chat]), 500 + odd[10])],
            Failure = null,
        };
        Assert.Equal(CodecError.None, ContributionBlock.Open(BlobOf([expected]), out ContributionBlock? block));
        Assert.Equal(CodecError.None, block!.Read(0, out TraceContribution? read));
        Same.Contributions(expected, read);
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
        yield return (BlobOf(SomeSpans(random)), static blob => SpanBlock.Read(blob, Make.Id(1), 0, []));
        yield return (BlobOf([random.Contribution(), random.Contribution()]), ReadContributions);
        yield return (BlobOf([EntryOf(random), EntryOf(random)]), static blob => TraceBlock.Read(blob, out _));
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
        return opened != CodecError.None ? opened : block!.Read(0, out _);
    }

    private static RollupCell CellOf(RandomRecords random)
    {
        RollupCell cell = new();
        int traces = 1 + random.Next(10);
        for (int i = 0; i < traces; i++)
        {
            cell.Add(new TraceId(1, (ulong)random.Next(1000)), random.Contribution());
        }

        // Of every other cell some traces have no record of their own.
        cell.Outcomes.RaiseTo(random.Next(2) * random.Next(3));
        return cell;
    }

    private static byte[] BlobOf(params List<SpanRecord>[] parts)
    {
        using SpanBlockWriter writer = new();
        foreach (List<SpanRecord> part in parts)
        {
            writer.AddTrace(part, 0, part.Count);
        }

        return writer.ToBlob();
    }

    private static byte[] BlobOf(TraceEntry[] traces)
    {
        using TraceBlockWriter writer = new();
        foreach (TraceEntry trace in traces)
        {
            writer.Add(trace);
        }

        return writer.ToBlob();
    }

    private static TraceEntry EntryOf(RandomRecords random)
    {
        TraceContribution contribution = random.Contribution();
        TraceCommit commit = Make.Commit(random.TraceId(), contribution, [], revision: 1 + random.Next(3), isOpen: random.Next(2) == 0, durationNanos: random.Next(9) - 4);
        long[] earlier = [.. Enumerable.Range(0, random.Next(3)).Select(_ => (long)random.Next(1000))];
        return BatchWriter.EntryOf(commit, random.Next(500), random.Next(2) == 0 ? null : random.Next(500), earlier) with
        {
            IsOutOfTime = random.Next(2) == 0,
            FragmentOf = random.Next(2) == 0 ? null : random.Next(500) - 1,
        };
    }

    private static byte[] BlobOf(TraceContribution[] contributions)
    {
        using ContributionBlockWriter writer = new();
        for (int i = 0; i < contributions.Length; i++)
        {
            writer.Add(contributions[i]);
        }

        return writer.ToBlob();
    }
}
