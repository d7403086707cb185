using TraceGap.Otlp;

namespace TraceGap.Storage.Tests;

public sealed class InboxTests
{
    [Fact]
    public async Task What_was_acknowledged_is_read_back_in_order_after_a_crash()
    {
        using DataFolder folder = new();
        RandomRecords random = new(7);
        List<(long Position, List<SpanRecord> Spans)> written = [];
        using TraceStore store = folder.Open(segmentBytes: 4096);
        for (int i = 0; i < 50; i++)
        {
            List<SpanRecord> spans = random.Spans(10);
            written.Add(((await store.AppendAsync(SpanBatch.From(spans), 1000 + i, default)).Position, spans));
        }

        using DataFolder copy = folder.CopyAsAfterCrash();
        using TraceStore reopened = copy.Open();
        List<InboxEntry> entries = [.. reopened.ReadUnapplied()];
        Assert.True(folder.Segments.Length > 2);
        Assert.Equal(written.Select(static record => record.Position), entries.Select(static entry => entry.Position));
        Assert.Equal(Enumerable.Range(1000, 50).Select(static arrival => (long)arrival), entries.Select(static entry => entry.ArrivalUnixNanos));
        for (int i = 0; i < written.Count; i++)
        {
            Same.Spans(written[i].Spans, entries[i].Spans.ToRecords());
        }
    }

    [Fact]
    public async Task Positions_of_concurrent_appends_are_distinct_and_all_are_read_back()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open(segmentBytes: 10_000);
        AppendResult[] results = await Task.WhenAll(Enumerable.Range(1, 200).Select(i => Task.Run(() =>
            store.AppendAsync(SpanBatch.From(Make.Spans(Make.Id((ulong)i), (ulong)i)), i, default).AsTask())));
        Assert.All(results, static result => Assert.True(result.IsDurable));
        Dictionary<long, long> arrivals = store.ReadUnapplied().ToDictionary(static entry => entry.Position, static entry => entry.ArrivalUnixNanos);
        Assert.Equal(200, arrivals.Count);
        for (int i = 0; i < results.Length; i++)
        {
            Assert.Equal(i + 1, arrivals[results[i].Position]);
        }
    }

    [Fact]
    public async Task A_last_record_cut_at_any_byte_costs_that_record_alone()
    {
        using DataFolder folder = new();
        long start;
        using (TraceStore store = folder.Open())
        {
            await store.AppendAsync(SpanBatch.From(Make.Spans(Make.Id(1), 1)), 1, default);
            await store.AppendAsync(SpanBatch.From(Make.Spans(Make.Id(2), 2)), 2, default);
            start = new FileInfo(folder.Segments[0]).Length;
            await store.AppendAsync(SpanBatch.From(Make.Spans(Make.Id(3), 3)), 3, default);
        }

        byte[] whole = await File.ReadAllBytesAsync(folder.Segments[0]);
        for (int length = (int)start; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(folder.Segments[0], whole[..length]);
            using TraceStore store = folder.Open();
            Assert.Equal([1L, 2L], store.ReadUnapplied().Select(static entry => entry.ArrivalUnixNanos));
            Assert.Equal(length - start, store.TornInboxBytes);
            Assert.Empty(store.Damages);
        }
    }

    [Fact]
    public async Task Appending_goes_on_behind_a_torn_tail()
    {
        using DataFolder folder = new();
        using (TraceStore store = folder.Open())
        {
            await store.AppendAsync(SpanBatch.From(Make.Spans(Make.Id(1), 1)), 1, default);
        }

        await File.AppendAllBytesAsync(folder.Segments[0], [1, 2, 3]);
        using (TraceStore store = folder.Open())
        {
            Assert.Equal(3, store.TornInboxBytes);
            await store.AppendAsync(SpanBatch.From(Make.Spans(Make.Id(2), 2)), 2, default);
        }

        using TraceStore reopened = folder.Open();
        Assert.Equal([1L, 2L], reopened.ReadUnapplied().Select(static entry => entry.ArrivalUnixNanos));
        Assert.Equal(0, reopened.TornInboxBytes);
    }

    [Fact]
    public async Task A_damaged_record_in_the_middle_is_reported_by_file_and_offset_and_the_rest_is_served()
    {
        using DataFolder folder = new();
        List<long> positions = [];
        using (TraceStore store = folder.Open())
        {
            for (int i = 0; i < 4; i++)
            {
                positions.Add((await store.AppendAsync(SpanBatch.From(Make.Spans(Make.Id((ulong)i), 1)), i, default)).Position);
            }
        }

        string segment = folder.Segments[0];
        byte[] whole = await File.ReadAllBytesAsync(segment);
        int offset = (int)(positions[1] - 1);
        for (int at = offset; at < (int)(positions[2] - 1); at++)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 0x40;
            await File.WriteAllBytesAsync(segment, damaged);
            using TraceStore store = folder.Open();
            Assert.Equal([0L, 2L, 3L], store.ReadUnapplied().Select(static entry => entry.ArrivalUnixNanos));
            StoreDamage damage = Assert.Single(store.Damages);
            Assert.Equal((segment, offset), (damage.File, damage.Offset));
        }
    }

    [Fact]
    public async Task A_damaged_segment_is_set_aside_once_it_is_applied()
    {
        using DataFolder folder = new();
        long last = 0;
        using (TraceStore store = folder.Open(segmentBytes: 1))
        {
            for (int i = 0; i < 3; i++)
            {
                last = (await store.AppendAsync(SpanBatch.From(Make.Spans(Make.Id((ulong)i), 1)), i, default)).Position;
            }
        }

        string damaged = folder.Segments[0];
        byte[] bytes = await File.ReadAllBytesAsync(damaged);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(damaged, bytes);
        using TraceStore reopened = folder.Open();
        reopened.Commit(Make.Batch(last));
        string kept = Assert.Single(Directory.GetFiles(Path.Combine(folder.InboxFolder, "damaged")));
        Assert.Equal(Path.GetFileName(damaged), Path.GetFileName(kept));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(kept));
    }

    [Fact]
    public async Task Text_that_looks_like_a_record_is_no_record()
    {
        using DataFolder folder = new();
        byte[] record;
        using (TraceStore store = folder.Open())
        {
            await store.AppendAsync(SpanBatch.From(Make.Spans(Make.Id(1), 1)), 1, default);
            record = (await File.ReadAllBytesAsync(folder.Segments[0]))[InboxFormat.FileHeaderLength..];
        }

        // The same bytes at another place: a record inside a torn one, as a sender might try.
        await File.AppendAllBytesAsync(folder.Segments[0], [0, .. record]);
        using TraceStore reopened = folder.Open();
        Assert.Single(reopened.ReadUnapplied());
        Assert.Equal(record.Length + 1, reopened.TornInboxBytes);
    }

    [Fact]
    public async Task Applied_segments_are_deleted_and_applied_records_not_read_again()
    {
        using DataFolder folder = new();
        List<long> positions = [];
        using (TraceStore store = folder.Open(segmentBytes: 1))
        {
            for (int i = 0; i < 5; i++)
            {
                positions.Add((await store.AppendAsync(SpanBatch.From(Make.Spans(Make.Id((ulong)i), 1)), i, default)).Position);
            }

            Assert.Equal(5, folder.Segments.Length);
            store.Commit(Make.Batch(positions[2]));
            Assert.Equal(2, folder.Segments.Length);
            Assert.Equal(positions[2], store.AppliedPosition);
            Assert.Equal([3L, 4L], store.ReadUnapplied().Select(static entry => entry.ArrivalUnixNanos));
        }

        using TraceStore reopened = folder.Open();
        Assert.Equal(positions[2], reopened.AppliedPosition);
        Assert.Equal([3L, 4L], reopened.ReadUnapplied().Select(static entry => entry.ArrivalUnixNanos));
    }

    [Fact]
    public async Task An_inbox_of_which_all_is_applied_is_gone_after_a_stop_and_positions_go_on_above()
    {
        using DataFolder folder = new();
        long applied = 0;
        using (TraceStore store = folder.Open())
        {
            for (int i = 0; i < 3; i++)
            {
                applied = (await store.AppendAsync(SpanBatch.From(Make.Spans(Make.Id((ulong)i), 1)), i, default)).Position;
            }

            store.Commit(Make.Batch(applied));
        }

        Assert.Empty(folder.Segments);
        using TraceStore reopened = folder.Open();
        AppendResult result = await reopened.AppendAsync(SpanBatch.From(Make.Spans(Make.Id(9), 1)), 9, default);
        Assert.True(result.Position > applied);
        Assert.Equal([9L], reopened.ReadUnapplied().Select(static entry => entry.ArrivalUnixNanos));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(100)]
    public async Task A_full_disk_refuses_the_append_and_leaves_nothing_of_it(int bytesThatFit)
    {
        using DataFolder folder = new();
        FailingDisk disk = new();
        using (TraceStore store = folder.Open(openSegment: disk.Open))
        {
            AppendResult first = await store.AppendAsync(SpanBatch.From(Make.Spans(Make.Id(1), 1)), 1, default);
            disk.FreeBytes = bytesThatFit;
            AppendResult refused = await store.AppendAsync(SpanBatch.From(Make.Spans(Make.Id(2), 2)), 2, default);
            Assert.Equal((AppendStatus.NoSpace, 0L), (refused.Status, refused.Position));
            Assert.Contains(folder.InboxFolder, refused.Detail, StringComparison.Ordinal);
            disk.FreeBytes = long.MaxValue;
            AppendResult third = await store.AppendAsync(SpanBatch.From(Make.Spans(Make.Id(3), 3)), 3, default);
            Assert.True(third.Position > first.Position);
        }

        using TraceStore reopened = folder.Open();
        Assert.Equal([1L, 3L], reopened.ReadUnapplied().Select(static entry => entry.ArrivalUnixNanos));
        Assert.Empty(reopened.Damages);
        Assert.Equal(0, reopened.TornInboxBytes);
    }

    [Fact]
    public async Task A_tail_that_cannot_be_cut_at_once_is_cut_before_the_next_write()
    {
        using DataFolder folder = new();
        FailingDisk disk = new();
        using (TraceStore store = folder.Open(openSegment: disk.Open))
        {
            await store.AppendAsync(SpanBatch.From(Make.Spans(Make.Id(1), 1)), 1, default);
            disk.FreeBytes = 50;
            disk.RefusesToCut = true;
            Assert.Equal(AppendStatus.NoSpace, (await store.AppendAsync(SpanBatch.From(Make.Spans(Make.Id(2), 2)), 2, default)).Status);
            disk.FreeBytes = long.MaxValue;
            Assert.Equal(AppendStatus.IoFailed, (await store.AppendAsync(SpanBatch.From(Make.Spans(Make.Id(2), 2)), 2, default)).Status);
            disk.RefusesToCut = false;
            Assert.Equal(AppendStatus.Durable, (await store.AppendAsync(SpanBatch.Empty, 3, default)).Status);
        }

        using TraceStore reopened = folder.Open();
        Assert.Equal([1L, 3L], reopened.ReadUnapplied().Select(static entry => entry.ArrivalUnixNanos));
        Assert.Equal(0, reopened.TornInboxBytes);
    }

    [Fact]
    public async Task With_fsync_nothing_is_acknowledged_before_the_flush()
    {
        using DataFolder folder = new();
        FailingDisk disk = new() { RefusesToFlush = true };
        using TraceStore store = folder.Open(fsync: true, openSegment: disk.Open);
        Assert.Equal(AppendStatus.IoFailed, (await store.AppendAsync(SpanBatch.From(Make.Spans(Make.Id(1), 1)), 1, default)).Status);
        disk.RefusesToFlush = false;
        Assert.Equal(AppendStatus.Durable, (await store.AppendAsync(SpanBatch.From(Make.Spans(Make.Id(2), 1)), 2, default)).Status);
        Assert.Equal([2L], store.ReadUnapplied().Select(static entry => entry.ArrivalUnixNanos));
    }

    [Fact]
    public async Task Appends_that_wait_share_a_write_and_too_many_are_refused()
    {
        using DataFolder folder = new();
        using ManualResetEventSlim gate = new();
        FailingDisk disk = new() { Gate = gate };
        StoreOptions options = new() { Folder = folder.Path, InboxQueueLength = 4, OpenSegment = disk.Open };
        Assert.True(TraceStore.TryOpen(options, out TraceStore? store, out _));
        using (store)
        {
            List<Task<AppendResult>> waiting = [store.AppendAsync(SpanBatch.Empty, 0, default).AsTask()];
            disk.WriteBegan.Wait();
            for (int i = 1; i <= 5; i++)
            {
                waiting.Add(store.AppendAsync(SpanBatch.Empty, i, default).AsTask());
            }

            Assert.Equal(AppendStatus.QueueFull, (await waiting[5]).Status);
            gate.Set();
            AppendResult[] results = await Task.WhenAll(waiting);
            Assert.All(results[..5], static result => Assert.True(result.IsDurable));

            // One for the file's header, one for the first record, one for the four that waited.
            Assert.Equal(3, disk.Writes);
        }
    }

    [Fact]
    public async Task An_append_that_waits_can_be_left_and_its_spans_stay()
    {
        using DataFolder folder = new();
        using ManualResetEventSlim gate = new();
        FailingDisk disk = new() { Gate = gate };
        using TraceStore store = folder.Open(openSegment: disk.Open);
        using CancellationTokenSource cancellation = new();
        Task<AppendResult> left = store.AppendAsync(SpanBatch.Empty, 1, cancellation.Token).AsTask();
        disk.WriteBegan.Wait();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        gate.Set();
        await store.AppendAsync(SpanBatch.Empty, 2, default);
        Assert.Equal([1L, 2L], store.ReadUnapplied().Select(static entry => entry.ArrivalUnixNanos));
    }

    [Fact]
    public async Task A_closed_store_says_so()
    {
        using DataFolder folder = new();
        TraceStore store = folder.Open();
        store.Dispose();
        Assert.Equal(AppendStatus.Closed, (await store.AppendAsync(SpanBatch.Empty, 1, default)).Status);
    }

    [Fact]
    public async Task A_segment_of_a_newer_version_is_an_error_that_names_it()
    {
        using DataFolder folder = new();
        using (TraceStore store = folder.Open())
        {
            await store.AppendAsync(SpanBatch.Empty, 1, default);
        }

        byte[] bytes = await File.ReadAllBytesAsync(folder.Segments[0]);
        bytes[7]++;
        await File.WriteAllBytesAsync(folder.Segments[0], bytes);
        StoreError error = folder.OpenFails();
        Assert.Equal((StoreProblem.NewerFormat, folder.Segments[0]), (error.Problem, error.File));
    }

    [Fact]
    public async Task An_applied_position_between_two_records_is_no_damage()
    {
        using DataFolder folder = new();
        List<long> positions = [];
        using (TraceStore store = folder.Open())
        {
            for (int i = 0; i < 4; i++)
            {
                positions.Add((await store.AppendAsync(SpanBatch.From(Make.Spans(Make.Id((ulong)i), 1)), i, default)).Position);
            }

            // All before the third record is applied: what a commit says while spans of the third are in flight.
            store.Commit(Make.Batch(positions[2] - 1));
        }

        using TraceStore reopened = folder.Open();
        Assert.Equal([2L, 3L], reopened.ReadUnapplied().Select(static entry => entry.ArrivalUnixNanos));
        Assert.Empty(reopened.Damages);
    }

    [Fact]
    public async Task What_is_appended_after_reading_began_is_not_read()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open();
        await store.AppendAsync(SpanBatch.Empty, 1, default);
        IEnumerable<InboxEntry> unapplied = store.ReadUnapplied();
        await store.AppendAsync(SpanBatch.Empty, 2, default);
        Assert.Equal([1L], unapplied.Select(static entry => entry.ArrivalUnixNanos));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_segment_that_is_missing_or_cut_off_between_others_is_told(bool isCut)
    {
        using DataFolder folder = new();
        using (TraceStore store = folder.Open(segmentBytes: 1))
        {
            for (int i = 0; i < 4; i++)
            {
                await store.AppendAsync(SpanBatch.From(Make.Spans(Make.Id((ulong)i), 1)), i, default);
            }
        }

        string victim = folder.Segments[1];
        if (isCut)
        {
            using FileStream file = File.OpenWrite(victim);
            file.SetLength(InboxFormat.FileHeaderLength);
        }
        else
        {
            File.Delete(victim);
        }

        using TraceStore reopened = folder.Open();
        Assert.Equal([0L, 2L, 3L], reopened.ReadUnapplied().Select(static entry => entry.ArrivalUnixNanos));
        StoreDamage damage = Assert.Single(reopened.Damages);
        Assert.Equal(isCut ? victim : folder.Segments[0], damage.File);
        Assert.Contains("missing", damage.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("7fffffffffffffff.inbox", "garbage")]
    [InlineData("ffffffffffffffff.inbox", "garbage")]
    [InlineData("notes.inbox", "garbage")]
    [InlineData("0000000000ffffff.inbox", "garbage that is longer than a header")]
    public async Task A_file_that_is_no_segment_is_told_and_does_no_harm(string name, string content)
    {
        using DataFolder folder = new();
        long first;
        using (TraceStore store = folder.Open())
        {
            first = (await store.AppendAsync(SpanBatch.Empty, 1, default)).Position;
        }

        string garbage = Path.Combine(folder.InboxFolder, name);
        await File.WriteAllTextAsync(garbage, content);
        using TraceStore reopened = folder.Open();
        AppendResult second = await reopened.AppendAsync(SpanBatch.Empty, 2, default);
        Assert.True(second.IsDurable && second.Position > first);
        Assert.Equal([1L, 2L], reopened.ReadUnapplied().Select(static entry => entry.ArrivalUnixNanos));
        Assert.Contains(garbage, reopened.Damages.Select(static damage => damage.File));
    }

    [Fact]
    public async Task A_file_too_large_for_a_segment_is_not_read()
    {
        using DataFolder folder = new();
        folder.Open().Dispose();
        string huge = Path.Combine(folder.InboxFolder, InboxFormat.FileName(1));
        using (FileStream file = File.Create(huge))
        {
            file.SetLength(3L << 30);
        }

        using TraceStore store = folder.Open();
        Assert.Equal(huge, Assert.Single(store.Damages).File);
        Assert.True((await store.AppendAsync(SpanBatch.Empty, 1, default)).IsDurable);
        Assert.Single(store.ReadUnapplied());
    }

    [Fact]
    public async Task A_disk_that_fails_in_a_way_nobody_foresaw_refuses_the_append_and_the_next_one_works()
    {
        using DataFolder folder = new();
        FailingDisk disk = new();
        using TraceStore store = folder.Open(openSegment: disk.Open);
        disk.Unforeseen = new NotSupportedException("no such device");
        Assert.Equal(AppendStatus.IoFailed, (await store.AppendAsync(SpanBatch.Empty, 1, default)).Status);
        disk.Unforeseen = null;
        Assert.Equal(AppendStatus.Durable, (await store.AppendAsync(SpanBatch.Empty, 2, default)).Status);
        Assert.Equal([2L], store.ReadUnapplied().Select(static entry => entry.ArrivalUnixNanos));
    }
}
