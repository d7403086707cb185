namespace TraceGap.Aggregation.Tests;

public class AgingQueueTests
{
    [Fact]
    public void The_front_is_the_lowest_key_that_still_holds_however_often_keys_change()
    {
        Dictionary<int, long> keys = [];
        AgingQueue<int> queue = new(item => keys.TryGetValue(item, out long key) ? key : null);
        Random random = new(1);
        for (int i = 0; i < 20_000; i++)
        {
            int item = random.Next(50);
            if (random.Next(4) == 0)
            {
                keys.Remove(item);
            }
            else
            {
                keys[item] = random.Next(1_000_000);
                queue.Put(item);
            }

            Assert.Equal(keys.Count > 0, queue.TryPeek(out int front, out long key));
            if (keys.Count > 0)
            {
                Assert.Equal(keys.Values.Min(), key);
                Assert.Equal(key, keys[front]);
            }
        }
    }

    [Fact]
    public void What_went_stale_behind_an_old_front_is_given_up()
    {
        Dictionary<object, long> keys = [];
        AgingQueue<object> queue = new(item => keys.TryGetValue(item, out long key) ? key : null);
        object front = new();
        keys[front] = 0;
        queue.Put(front);
        WeakReference[] passed = [.. Enumerable.Range(0, 10_000).Select(_ => PutAndForget(keys, queue))];

        GC.Collect();

        Assert.True(queue.TryPeek(out object kept, out _));
        Assert.Same(front, kept);
        Assert.InRange(passed.Count(static it => it.IsAlive), 0, 2_000);
    }

    private static WeakReference PutAndForget(Dictionary<object, long> keys, AgingQueue<object> queue)
    {
        object item = new();
        keys[item] = 1;
        queue.Put(item);
        keys.Remove(item);
        return new WeakReference(item);
    }
}
