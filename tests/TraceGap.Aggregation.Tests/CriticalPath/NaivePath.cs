namespace TraceGap.Aggregation.Tests;

/// <summary>The definition of the critical path written down as it is told, recursive and quadratic, over plain intervals: what the real one is held against.</summary>
internal static class NaivePath
{
    private const long Millisecond = 1_000_000;

    internal sealed record Node(int Id, long Start, long End, List<Node> Children);

    private sealed record Clipped(Node Node, long Start, long End);

    public static List<(int Id, long Start, long End)> Of(Node root)
    {
        List<(int Id, long Start, long End)> path = [];
        Visit(new Clipped(root, root.Start, root.End), path);
        path.RemoveAll(static it => it.Start == it.End);
        path.Sort(static (left, right) => left.Start.CompareTo(right.Start));
        return path;
    }

    private static void Visit(Clipped span, List<(int Id, long Start, long End)> path)
    {
        List<Clipped> left = [.. Touching([.. Inside(span)])];
        long cursor = span.End;
        while (true)
        {
            Clipped? last = left.Where(it => it.End <= cursor).OrderBy(static it => it.End).ThenBy(static it => it.Start).ThenBy(static it => it.Node.Id).LastOrDefault();
            if (last is null)
            {
                break;
            }

            path.Add((span.Node.Id, last.End, cursor));
            Visit(last, path);
            cursor = last.Start;
            left.Remove(last);
        }

        path.Add((span.Node.Id, span.Start, cursor));
    }

    private static IEnumerable<Clipped> Inside(Clipped span) =>
        span.Node.Children
            .Select(child => new Clipped(child, Math.Max(child.Start, span.Start), Math.Min(child.End, span.End)))
            .Where(static child => child.Start < child.End);

    private static IEnumerable<Clipped> Touching(Clipped[] siblings) =>
        siblings.Select(earlier => earlier with
        {
            End = siblings
                .Where(later => later.Node.Start % Millisecond == 0
                    && later.Start > earlier.Start && later.Start < earlier.End && earlier.End - later.Start < Millisecond)
                .Select(static later => later.Start)
                .Append(earlier.End)
                .Min(),
        });
}
