using System.IO.Enumeration;
using TraceGap.Reporting.Traces;

namespace TraceGap.EndToEnd.Tests.Agents;

/// <summary>Which layer the spans of a framework have, by name; the first pattern that matches tells.</summary>
/// <remarks>The HTTP spans of OpenTelemetry JS are called after their method alone; here a client's name has the path behind it.</remarks>
internal sealed class GoldenLayers(params (string Pattern, string Layer)[] golden)
{
    /// <summary>What every agent with an HTTP entry has.</summary>
    public static GoldenLayers Entry { get; } = new(("POST /ask", "ingress"), ("middleware - *", "ingress"), ("request handler*", "ingress"));

    /// <summary>These and others.</summary>
    public GoldenLayers And(params (string Pattern, string Layer)[] more) => new([.. golden, .. more]);

    /// <summary>Every span has a pattern and its layer.</summary>
    public void Hold(AgentRun run)
    {
        IEnumerable<string> wrong =
            from trace in run.Traces
            from span in trace.Spans
            let name = NameOf(span)
            let expected = golden.FirstOrDefault(pair => FileSystemName.MatchesSimpleExpression(pair.Pattern, name)).Layer ?? "(in no list)"
            where span.Layer != expected
            group span by $"{span.Service}: {name} ({span.Kind}) is {span.Layer} by {span.LayerRule}, not {expected}" into same
            select $"{same.Key}, {same.Count()} times";
        Assert.Empty(wrong);

        HashSet<string> names = [.. run.Traces.SelectMany(static trace => trace.Spans).Select(NameOf)];
        Assert.All(golden, pair => Assert.Contains(names, name => FileSystemName.MatchesSimpleExpression(pair.Pattern, name)));
    }

    private static string NameOf(SpanEntry span)
    {
        bool isBareMethod = span.Kind == "client" && span.Name is "POST" or "GET";
        return isBareMethod ? $"{span.Name} {span.Attributes["url.path"]}" : span.Name;
    }
}
