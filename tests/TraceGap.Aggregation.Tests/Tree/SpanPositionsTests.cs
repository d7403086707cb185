using FsCheck;
using FsCheck.Fluent;
using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

public class SpanPositionsTests
{
    [Fact]
    public void Every_id_is_found_where_it_was_first_entered()
    {
        using SpanPositions positions = new();
        Prop.ForAll(Gen.ArrayOf(Gen.Choose(1, 40)).ToArbitrary(), ids =>
        {
            Dictionary<int, int> expected = [];
            positions.Reset(ids.Length);
            foreach (int id in ids)
            {
                int known = positions.Enter(new SpanId((ulong)id << 40), expected.Count);
                Assert.Equal(expected.GetValueOrDefault(id, -1), known);
                expected.TryAdd(id, expected.Count);
            }

            Assert.All(Enumerable.Range(1, 40), id => Assert.Equal(expected.GetValueOrDefault(id, -1), positions.Find(new SpanId((ulong)id << 40))));
            Assert.All(expected, pair => Assert.Equal(new SpanId((ulong)pair.Key << 40), positions.IdAt(pair.Value)));
        }).QuickCheckThrowOnFailure();
    }
}
