using System.Runtime.InteropServices;

namespace TraceGap.Aggregation.Tests;

internal static class PathTesting
{
    /// <summary>The path of a tree in which no span has a layer or a step.</summary>
    public static PathSegment[] Find(SpanTree tree) => Find(tree, new SpanLayer[tree.Count], [], NoSteps(tree));

    public static PathSegment[] Find(SpanTree tree, SpanLayer[] layers, List<StepFinding> steps, int[] stepOfSpan)
    {
        List<PathSegment> segments = [];
        new CriticalPathFinder().Find(tree, layers, CollectionsMarshal.AsSpan(steps), stepOfSpan, segments);
        return [.. segments];
    }

    public static int[] NoSteps(SpanTree tree) => [.. Enumerable.Repeat(-1, tree.Count)];

    public static string Show(IEnumerable<PathSegment> path, SpanTree tree) =>
        string.Join(", ", path.Select(it => $"{tree.Spans[it.SpanIndex].Name} {it.StartUnixNanos}-{it.EndUnixNanos}"));

    public static string ShowKinds(IEnumerable<PathSegment> path, SpanTree tree) =>
        string.Join(", ", path.Select(it => $"{tree.Spans[it.SpanIndex].Name} {it.StartUnixNanos}-{it.EndUnixNanos} {it.Kind}"));

    public static void AssertTiles(IReadOnlyList<PathSegment> path, long start, long end)
    {
        Assert.Equal(start, path[0].StartUnixNanos);
        Assert.Equal(end, path[^1].EndUnixNanos);
        Assert.All(path, static it => Assert.True(it.StartUnixNanos < it.EndUnixNanos));
        Assert.All(path.Zip(path.Skip(1)), static pair => Assert.Equal(pair.First.EndUnixNanos, pair.Second.StartUnixNanos));
    }
}
