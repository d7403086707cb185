using FsCheck;
using FsCheck.Fluent;

namespace TraceGap.Storage.Tests;

/// <summary>Properties over random records, which FsCheck names by their seed when one fails.</summary>
internal static class Property
{
    public static void Holds(Action<RandomRecords> check, int runs = 100) => Prop
        .ForAll(ArbMap.Default.ArbFor<int>(), seed => check(new RandomRecords(seed)))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(runs));
}
