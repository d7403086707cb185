namespace TraceGap.Aggregation.Tests;

/// <summary>The rule of the replay written down as it is told, recursive and quadratic, over plain intervals whose own time is all computing: what the real one is held against.</summary>
internal static class NaiveReplay
{
    public sealed record Node(long Start, long End, decimal Factor, List<Node> Children);

    public static decimal Length(Node span) => At(span, span.End);

    /// <summary>When what happened at a moment happens now, after the span's start.</summary>
    private static decimal At(Node span, long time)
    {
        Node[] before = [.. span.Children.Where(child => child.End <= time)];
        long lastEnd = before.Select(static child => child.End).Append(span.Start).Max();
        decimal waitedFor = before.Select(child => At(span, child.Start) + Length(child)).Append(0).Max();
        return waitedFor + ((time - lastEnd) * span.Factor);
    }
}
