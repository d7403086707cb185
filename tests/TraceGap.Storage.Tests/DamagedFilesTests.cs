using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage.Tests;

/// <summary>Whatever happens to the files of a data folder, opening and serving it ends in answers or in an error that names the file, and what was not damaged is served.</summary>
public sealed class DamagedFilesTests
{
    private const int Applied = 6;
    private const int Unapplied = 10;

    [Fact]
    public void Random_damage_to_any_file_is_told_and_the_rest_is_served()
    {
        using DataFolder folder = new();
        Records records = Fill(folder);
        Property.Holds(
            random =>
            {
                using DataFolder copy = folder.CopyAsAfterCrash();
                string[] files = [.. Directory.GetFiles(copy.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
                string victim = random.Pick(files);
                byte[] before = File.ReadAllBytes(victim);
                byte[]? after = Damage(random, before);
                if (after is null)
                {
                    File.Delete(victim);
                }
                else
                {
                    File.WriteAllBytes(victim, after);
                }

                Serve(copy, records, victim.EndsWith(InboxFormat.FileExtension, StringComparison.Ordinal) ? (Path.GetFileName(victim), before, after ?? []) : null);
            },
            runs: 80);
    }

    private static byte[]? Damage(RandomRecords random, byte[] file)
    {
        byte[] bytes = [.. file];
        switch (random.Next(7))
        {
            case 0:
                return null;
            case 1:
                return [];
            case 2:
                return bytes[..random.Next(bytes.Length + 1)];
            case 3:
                new Random(random.Next(int.MaxValue)).NextBytes(bytes);
                return bytes;
            case 4:
                return [.. bytes, .. Enumerable.Range(0, random.Next(5000)).Select(static i => (byte)(i * 31))];
            case 5:
                int from = random.Next(bytes.Length + 1);
                bytes.AsSpan(from, random.Next(bytes.Length - from + 1)).Clear();
                return bytes;
            default:
                for (int flips = random.Next(20); flips >= 0 && bytes.Length > 0; flips--)
                {
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                }

                return bytes;
        }
    }

    private static void Serve(DataFolder folder, Records records, (string Name, byte[] Before, byte[] After)? segment)
    {
        if (!TraceStore.TryOpen(new StoreOptions { Folder = folder.Path, InboxSegmentBytes = 1500 }, out TraceStore? store, out StoreError? error))
        {
            Assert.StartsWith(folder.Path, error.File, StringComparison.Ordinal);
            Assert.True(error.Problem is StoreProblem.Corrupt or StoreProblem.NewerFormat, error.ToString());
            return;
        }

        using (store)
        {
            HashSet<long> read = [.. store.ReadUnapplied().Select(static entry => entry.Position)];
            Assert.Superset(records.Undamaged(segment), read);
            bool isDamaged = Try(() => _ = store.ReadRollups(Make.AllCells).Cells);
            isDamaged |= Try(() => _ = store.ListTraces(new TraceQuery()));
            isDamaged |= Try(() => _ = store.ReadRollups(Make.AllCells).FailureExamples);
            isDamaged |= Try(() => _ = store.OpenTraces());
            foreach (TraceCommit trace in records.Traces)
            {
                isDamaged |= Try(() => _ = store.Find(trace.TraceId));
            }

            isDamaged |= Try(() => store.Commit(Make.Batch(Make.Commit(Make.Id(100)))));
            if (isDamaged)
            {
                store.ReplaceDatabase("files were damaged");
                store.Commit(Make.Batch(Make.Commit(Make.Id(100))));
            }

            Assert.NotNull(store.Find(Make.Id(100)));
            Assert.True(store.AppendAsync(SpanBatch.From(Make.Spans(Make.Id(101), 1)), 1, default).AsTask().GetAwaiter().GetResult().IsDurable);
        }
    }

    private static bool Try(Action ask)
    {
        try
        {
            ask();
            return false;
        }
        catch (StorageUnavailableException failure)
        {
            Assert.True(failure.IsDamage, failure.ToString());
            return true;
        }
    }

    private static Records Fill(DataFolder folder)
    {
        RandomRecords random = new(3);
        List<TraceCommit> traces = [];
        List<long> positions = [];
        using TraceStore store = folder.Open(segmentBytes: 1500);
        for (int i = 1; i <= Applied + Unapplied; i++)
        {
            TraceId traceId = Make.Id((ulong)i);
            List<SpanRecord> spans = Make.Spans(traceId, 1, 2, 3, 4, 5, 6, 7, 8);
            positions.Add(store.AppendAsync(SpanBatch.From(spans), i, default).AsTask().GetAwaiter().GetResult().Position);
            if (i <= Applied)
            {
                TraceCommit commit = Make.Commit(traceId, random.Contribution(Make.Key(), Make.Minute), spans);
                traces.Add(commit);
                store.Commit(Make.Batch(positions[^1], commit));
            }
        }

        // As a crash leaves it: with a write-ahead log.
        DataFolder crashed = folder.CopyAsAfterCrash();
        store.Dispose();
        Directory.Delete(folder.Path, recursive: true);
        Directory.Move(crashed.Path, folder.Path);
        return new Records(traces, positions[Applied..], folder.Segments);
    }

    /// <summary>What was written.</summary>
    private sealed record Records(List<TraceCommit> Traces, List<long> Unapplied, string[] Segments)
    {
        /// <summary>Positions of the unapplied records whose bytes are still what they were.</summary>
        public HashSet<long> Undamaged((string Name, byte[] Before, byte[] After)? segment)
        {
            HashSet<long> undamaged = [.. Unapplied];
            if (segment is not (string name, byte[] before, byte[] after) || !InboxFormat.TryReadFileName(name, out long first))
            {
                return undamaged;
            }

            foreach (SegmentPart part in SegmentScan.Parts(before, first, InboxFormat.FileHeaderLength))
            {
                bool isWhole = part.Offset + part.Length <= after.Length
                    && before.AsSpan(part.Offset, part.Length).SequenceEqual(after.AsSpan(part.Offset, part.Length));
                if (!isWhole)
                {
                    undamaged.Remove(first + part.Offset);
                }
            }

            return undamaged;
        }
    }
}
