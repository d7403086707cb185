namespace TraceGap.Storage.Tests;

public sealed class RuleSetTests
{
    [Fact]
    public void A_window_has_the_rule_sets_that_held_at_some_time_of_it()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open();
        Assert.Empty(store.ReadRuleSets(0, long.MaxValue));
        store.RecordRuleSet("a", 100);
        store.RecordRuleSet("b", 200);
        store.RecordRuleSet("a", 300);

        Assert.Equal(["a"], Ids(store, 0, 50));
        Assert.Equal(["a"], Ids(store, 0, 200));
        Assert.Equal(["a", "b"], Ids(store, 0, 201));
        Assert.Equal(["b"], Ids(store, 200, 300));
        Assert.Equal(["b", "a"], Ids(store, 299, 301));
        Assert.Equal(["a"], Ids(store, 300, 301));
        Assert.Equal(["a", "b", "a"], Ids(store, 0, long.MaxValue));
    }

    [Fact]
    public void The_same_set_again_changes_nothing_also_after_a_restart()
    {
        using DataFolder folder = new();
        using (TraceStore store = folder.Open())
        {
            store.RecordRuleSet("a", 100);
            store.RecordRuleSet("a", 200);
        }

        using TraceStore again = folder.Open();
        again.RecordRuleSet("a", 300);

        Assert.Equal([new StoredRuleSet("a", 100)], again.ReadRuleSets(0, long.MaxValue));
    }

    [Fact]
    public void The_latest_thousand_are_kept()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open();
        for (int i = 1; i <= 1010; i++)
        {
            store.RecordRuleSet($"set {i}", i);
        }

        IReadOnlyList<StoredRuleSet> kept = store.ReadRuleSets(0, long.MaxValue);
        Assert.Equal((1000, "set 11", "set 1010"), (kept.Count, kept[0].Id, kept[^1].Id));
    }

    private static string[] Ids(TraceStore store, long from, long to) => [.. store.ReadRuleSets(from, to).Select(static set => set.Id)];
}
