using System.Globalization;
using TraceGap.Reporting.Traces;

namespace TraceGap.Rendering;

/// <summary>A span in its place in the tree.</summary>
/// <param name="Span">The span.</param>
/// <param name="Prefix">Lines of the tree before its name.</param>
/// <param name="NotePrefix">Lines of the tree before a second line about it.</param>
internal readonly record struct TreeLine(SpanEntry Span, string Prefix, string NotePrefix);

/// <summary>The spans of a trace in the order of a tree. Spans are hostile input: chains are deep, parents are missing or form a ring; every span comes exactly once.</summary>
internal static class TraceTree
{
    /// <summary>Beyond this depth lines are not indented further.</summary>
    private const int MaxIndent = 8;

    /// <summary>Parents before children, children by start.</summary>
    public static IEnumerable<TreeLine> Lines(IReadOnlyList<SpanEntry> spans)
    {
        HashSet<string> known = [.. spans.Select(static span => span.SpanId)];
        ILookup<string, SpanEntry> children = spans
            .Where(span => span.TreeParentSpanId is string parent && known.Contains(parent))
            .OrderBy(static span => long.Parse(span.StartUnixNano, CultureInfo.InvariantCulture))
            .ToLookup(static span => span.TreeParentSpanId!);
        HashSet<string> seen = [];
        IEnumerable<SpanEntry> tops = spans.Where(span => span.TreeParentSpanId is null || !known.Contains(span.TreeParentSpanId));

        // Spans of a ring are below no top; each of them that is left over starts a tree of its own.
        foreach (SpanEntry top in tops.Concat(spans))
        {
            foreach (TreeLine line in Below(top, children, seen))
            {
                yield return line;
            }
        }
    }

    private static IEnumerable<TreeLine> Below(SpanEntry top, ILookup<string, SpanEntry> children, HashSet<string> seen)
    {
        Stack<(SpanEntry Span, string Trunk, bool IsLast, int Depth)> waiting = [];
        waiting.Push((top, "", true, 0));
        while (waiting.TryPop(out (SpanEntry Span, string Trunk, bool IsLast, int Depth) next))
        {
            if (!seen.Add(next.Span.SpanId))
            {
                continue;
            }

            SpanEntry[] below = [.. children[next.Span.SpanId]];
            bool indents = next.Depth is > 0 and <= MaxIndent;
            string branch = next.Depth == 0 ? "" : next.IsLast ? "└ " : "├ ";
            string trunk = indents ? next.Trunk + (next.IsLast ? "  " : "│ ") : next.Trunk;
            yield return new TreeLine(next.Span, next.Trunk + branch, trunk + (below.Length > 0 ? "│ " : "  "));
            for (int i = below.Length - 1; i >= 0; i--)
            {
                waiting.Push((below[i], trunk, i == below.Length - 1, next.Depth + 1));
            }
        }
    }
}
