using System.Text;
using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

public sealed class WhatIfReaderTests
{
    [Theory]
    [InlineData("", "the question: is no JSON")]
    [InlineData("[]", "the question: is of the wrong kind")]
    [InlineData("null", "the question must be an object, not null")]
    [InlineData("{} {}", "the question: is no JSON")]
    [InlineData("""{"scal":[]}""", "scal: is unknown")]
    [InlineData("""{"scale":[],"scale":[]}""", "scale: occurs twice")]
    [InlineData("""{"scale":{}}""", "scale: is of the wrong kind")]
    [InlineData("""{"scale":[null]}""", "scale[0]: must not be null")]
    [InlineData("""{"scale":[7]}""", "scale[0]: is of the wrong kind")]
    [InlineData("""{"scale":[{"factor":2}]}""", "scale[0]: must have one of layer, step and model")]
    [InlineData("""{"scale":[{"layer":"inference","step":"x","factor":2}]}""", "scale[0]: must have one of layer, step and model")]
    [InlineData("""{"scale":[{"layer":"gpu","factor":2}]}""", "scale[0].layer: \"gpu\" is no layer")]
    [InlineData("""{"scale":[{"step":" ","factor":2}]}""", "scale[0].step: must be given")]
    [InlineData("""{"scale":[{"model":"","factor":2}]}""", "scale[0].model: must be given")]
    [InlineData("""{"scale":[{"layer":"inference"}]}""", "scale[0].factor: must be above 0 and at most 100, and must be given")]
    [InlineData("""{"scale":[{"layer":"inference","factor":0}]}""", "scale[0].factor: must be above 0 and at most 100, not 0")]
    [InlineData("""{"scale":[{"layer":"inference","factor":-0.5}]}""", "scale[0].factor: must be above 0 and at most 100, not -0.5")]
    [InlineData("""{"scale":[{"layer":"inference","factor":101}]}""", "scale[0].factor: must be above 0 and at most 100, not 101")]
    [InlineData("""{"scale":[{"layer":"inference","factor":1e400}]}""", "scale[0].factor: is of the wrong kind")]
    [InlineData("""{"scale":[{"layer":"inference","factor":"0.5"}]}""", "scale[0].factor: is of the wrong kind")]
    [InlineData("""{"scale":[{"layer":"inference","factor":1},{"layer":"inference","factr":1}]}""", "scale[1].factr: is unknown")]
    [InlineData("""{"parallelize":[{"children":["a"]}]}""", "parallelize[0].parent: must be given")]
    [InlineData("""{"parallelize":[{"parent":"p"}]}""", "parallelize[0].children: must name at least one")]
    [InlineData("""{"parallelize":[{"parent":"p","children":[]}]}""", "parallelize[0].children: must name at least one")]
    [InlineData("""{"parallelize":[{"parent":"p","children":["a",""]}]}""", "parallelize[0].children[1]: must be given")]
    [InlineData("""{"parallelize":[{"parent":"p","children":["a",null]}]}""", "parallelize[0].children[1]: must not be null")]
    [InlineData("""{"remove":[{}]}""", "remove[0].step: must be given")]
    [InlineData("""{"retry":[{"step":"x"}]}""", "retry[0].attempts: must be from 2 to 10: tries in all, and must be given")]
    [InlineData("""{"retry":[{"step":"x","attempts":1}]}""", "retry[0].attempts: must be from 2 to 10: tries in all, not 1")]
    [InlineData("""{"retry":[{"step":"x","attempts":2.5}]}""", "retry[0].attempts: is of the wrong kind")]
    [InlineData("""{"retry":[{"model":"x","attempts":2}]}""", "retry[0].model: is unknown")]
    [InlineData("""{"gate":[{"layer":"retrieval"}]}""", "gate[0].catch: must be from 0 to 1, and must be given")]
    [InlineData("""{"gate":[{"layer":"retrieval","catch":1.01}]}""", "gate[0].catch: must be from 0 to 1, not 1.01")]
    [InlineData("""{"fallback":[{"reliability":0.9}]}""", "fallback[0]: must have one of layer and step")]
    [InlineData("""{"fallback":[{"layer":"inference","reliability":-1}]}""", "fallback[0].reliability: must be from 0 to 1, not -1")]
    public void What_makes_no_sense_is_told_with_its_place(string question, string expected) =>
        Assert.Equal(expected, WhatIfReader.Read(Encoding.UTF8.GetBytes(question), out _));

    [Fact]
    public void Too_many_changes_and_too_long_names_are_told()
    {
        string many = string.Join(',', Enumerable.Repeat("""{"step":"x"}""", WhatIfReader.MaxChanges + 1));

        Assert.Equal($"remove: has more than {WhatIfReader.MaxChanges} entries", WhatIfReader.Read(Encoding.UTF8.GetBytes($$"""{"remove":[{{many}}]}"""), out _));
        Assert.Equal(
            $"remove[0].step: is longer than {WhatIfReader.MaxText}",
            WhatIfReader.Read(Encoding.UTF8.GetBytes($$"""{"remove":[{"step":"{{new string('x', WhatIfReader.MaxText + 1)}}"}]}"""), out _));
    }

    [Fact]
    public void Every_part_of_a_question_is_read()
    {
        const string Question = """
            {"scale":[{"layer":"tool call","factor":0.87},{"step":"a*","factor":2},{"model":"gpt-4o","factor":1e-1}],
             "parallelize":[{"parent":"plan","children":["research","lookup"]}], "remove":[{"step":"check"}],
             "retry":[{"layer":"tool_call","attempts":3}], "gate":[{"step":"s","catch":0.9}], "fallback":[{"layer":"inference","reliability":0.95},{"step":"s"}]}
            """;

        Assert.Null(WhatIfReader.Read(Encoding.UTF8.GetBytes(Question), out ReplayChanges changes));

        Assert.Equal(
            [new ScaleChange(new ReplayTarget { Layer = Layer.ToolCall }, 0.87m), new ScaleChange(new ReplayTarget { Step = "a*" }, 2), new ScaleChange(new ReplayTarget { Model = "gpt-4o" }, 0.1m)],
            changes.Scale);
        ParallelizeChange parallelize = Assert.Single(changes.Parallelize);
        Assert.Equal(("plan", "research,lookup"), (parallelize.Parent, string.Join(',', parallelize.Children)));
        Assert.Equal([new RemoveChange("check")], changes.Remove);
        Assert.Equal([new RetryChange(new ReplayTarget { Layer = Layer.ToolCall }, 3)], changes.Retry);
        Assert.Equal([new GateChange(new ReplayTarget { Step = "s" }, 0.9)], changes.Gate);
        Assert.Equal([new FallbackChange(new ReplayTarget { Layer = Layer.Inference }, 0.95), new FallbackChange(new ReplayTarget { Step = "s" }, null)], changes.Fallback);
    }

    [Fact]
    public void A_question_without_changes_is_one() => Assert.Null(WhatIfReader.Read("{}"u8, out _));

    [Fact]
    public void A_question_that_was_written_reads_the_same()
    {
        WhatIfRequest request = new(Scale: [new ScaleEntry(Layer: "inference", Factor: 0.5m)], Fallback: [new FallbackEntry(Step: "x")]);

        Assert.Null(WhatIfReader.Read(WhatIfJson.WriteUtf8(request), out ReplayChanges changes));

        Assert.Equal([new ScaleChange(new ReplayTarget { Layer = Layer.Inference }, 0.5m)], changes.Scale);
        Assert.Equal([new FallbackChange(new ReplayTarget { Step = "x" }, null)], changes.Fallback);
    }
}
