using System.Text;
using TraceGap.Aggregation;
using TraceGap.Server.Rules;

namespace TraceGap.Server.Tests.Rules;

public sealed class RuleFileReaderTests
{
    private const string Good = """
        # Conditions hold together; of values in a list any.
        rules:
          - name: lookups
            match:
              attributes: { acme.stage: [look*, fetch] }
              present: [acme.id, acme.tenant]
              absent: gen_ai.operation.name
              keyPrefix: acme.db.
              name: ["lookup *", "step #"]
              scope: acme-sdk
              kind: [client, Internal]
              service: "billing-*"
              resource: { deployment.environment.name: prod }
            layer: tool call
          - { name: probes, match: { name: "GET /healthz" }, exclude: true }
          - name: glue
            match: { scope: acme.glue }
            inherit: true
        """;

    [Fact]
    public void Every_condition_and_every_effect_is_read()
    {
        LayerRuleSet rules = ReadGood(Good);

        Assert.Equal(["lookups", "probes", "glue"], rules.Rules.Select(static rule => rule.Name));
        Assert.Equal([UserRuleEffect.Layer, UserRuleEffect.Exclude, UserRuleEffect.Inherit], rules.Rules.Select(static rule => rule.Effect));
        Assert.Equal(Layer.ToolCall, rules.Rules[0].Layer);
        Assert.Equal(
            [
                "acme.stage = look* or fetch", "acme.id present", "acme.tenant present", "gen_ai.operation.name absent", "a key acme.db.*", "name lookup * or step #", "scope acme-sdk",
                "kind Client or Internal", "resource service.name = billing-*", "resource deployment.environment.name = prod",
            ],
            rules.Rules[0].Clues.Select(static clue => clue.ToString()));
        Assert.Equal(["acme.stage", "acme.id", "acme.tenant", "gen_ai.operation.name", "acme.db.*", "service.name", "deployment.environment.name"], rules.Keys);
    }

    [Fact]
    public void Json_is_read_as_yaml_and_the_id_is_that_of_the_rules_and_not_of_the_file()
    {
        LayerRuleSet json = ReadGood("""{"rules":[{"name":"a","match":{"name":"x","kind":["client"]},"layer":"inference"}]}""");
        LayerRuleSet yaml = ReadGood("# same\nrules:\n- name: a\n  layer: inference\n  match:\n    name: [x]\n    kind: client\n");
        LayerRuleSet other = ReadGood("""{"rules":[{"name":"a","match":{"name":"y","kind":["client"]},"layer":"inference"}]}""");

        Assert.Equal(json.Id, yaml.Id);
        Assert.NotEqual(json.Id, other.Id);
        Assert.Equal("built-in", ReadGood("rules: []").Id);
    }

    [Theory]
    [InlineData("", "1:1: the file is empty; write 'rules:' and below it a list, each with name, match and one of layer, inherit, exclude")]
    [InlineData("rules: [", "2:1: no YAML: *")]
    [InlineData("- a", "1:1: here stands a list; write 'rules:' *")]
    [InlineData("rule: []", "1:1: unknown key 'rule'; did you mean 'rules'? Keys are rules", "1:1: there is no list of rules; *")]
    [InlineData("rules: yes", "1:8: 'rules' is a single value; write 'rules:' *")]
    [InlineData("rules: [x]", "1:9: a rule is a single value; *")]
    [InlineData("rules: []\n---\nx", "3:1: a second document; a rule file has one, so leave out '---'")]
    [InlineData("rules:\n- { name: a, match: { name: x }, layr: inference }", "2:3: the rule has no effect; write one of layer: ingress, inherit: true, exclude: true", "2:34: unknown key 'layr'; did you mean 'layer'? A rule has name, match, layer, inherit, exclude")]
    [InlineData("rules:\n- { match: { name: x }, layer: inference }", "2:3: the rule has no name; write name: and a few words, they are shown where the rule decides")]
    [InlineData("rules:\n- { name: a, match: { name: x }, layer: inference }\n- { name: a, match: { name: y }, layer: inference }", "3:11: the name 'a' is that of the rule in line 2; give each its own")]
    [InlineData("rules:\n- { name: a, layer: inference }", "2:3: the rule has no match, and would be about every span; write match: with some of attributes, present, absent, keyPrefix, name, scope, kind, service, resource")]
    [InlineData("rules:\n- { name: a, match: {}, layer: inference }", "2:21: 'match' is a mapping; write some of attributes, *")]
    [InlineData("rules:\n- { name: a, match: { nam: x }, layer: inference }", "2:23: unknown condition 'nam'; did you mean 'name'? Conditions are attributes, *")]
    [InlineData("rules:\n- { name: a, match: { name: x }, layer: retreival }", "2:41: unknown layer 'retreival'; did you mean 'retrieval'? Layers are ingress, retrieval, orchestration, inference, tool_call, assembly")]
    [InlineData("rules:\n- { name: a, match: { name: x }, layer: gpu }", "2:41: unknown layer 'gpu'. Layers are ingress, *")]
    [InlineData("rules:\n- { name: a, match: { name: x }, layer: }", "2:41: the layer is empty. Layers are ingress, *")]
    [InlineData("rules:\n- { name: a, match: { name: x }, layer: inference, exclude: true }", "2:52: the rule has several effects; *")]
    [InlineData("rules:\n- { name: a, match: { name: x }, inherit: no }", "2:43: 'inherit' is 'no'; write inherit: true, or leave it out")]
    [InlineData("rules:\n- { name: a, match: { kind: cleint }, layer: inference }", "2:29: unknown kind 'cleint'; did you mean 'client'? Kinds are internal, server, client, producer, consumer")]
    [InlineData("rules:\n- { name: a, match: { attributes: acme.x }, layer: inference }", "2:35: 'attributes' is a single value; write 'key: value' below it, or 'key: [value, value]'")]
    [InlineData("rules:\n- { name: a, match: { attributes: { acme.x: [a, [b]] } }, layer: inference }", "2:49: a value of 'acme.x' is a list; *")]
    [InlineData("rules:\n- { name: a, match: { attributes: { acme.x: [] } }, layer: inference }", "2:45: the list of 'acme.x' is empty, and nothing would match; *")]
    [InlineData("rules:\n- { name: a, match: { present: acme.* }, layer: inference }", "2:32: the key 'acme.*' has a '*', which stands for anything in values only; for keys that begin alike write keyPrefix: acme.")]
    [InlineData("rules:\n- { name: a, match: { keyPrefix: '*' }, layer: inference }", "2:34: '*' alone begins every key; *")]
    [InlineData("rules:\n- { name: a, match: { attributes: { input.value: x } }, layer: inference }", "2:37: 'input.value' is content, which is not kept, so no rule can see it; look at another attribute, or set Keep:Content to true")]
    [InlineData("rules:\n- name: a\n  name: b", "*: no YAML: Duplicate key*")]
    [InlineData("[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]", "1:17: nested more than 16 levels deep; *")]
    public void A_mistake_is_told_with_its_place_and_what_to_write(string text, params string[] expected)
    {
        string[] told = [.. Read(text, out _).Select(static mistake => $"{mistake.Line}:{mistake.Column}: {mistake.Text}")];

        Assert.Equal(expected.Length, told.Length);
        Assert.All(expected.Zip(told), static pair => Assert.Matches("^" + string.Join(".*", pair.First.Split('*').Select(System.Text.RegularExpressions.Regex.Escape)) + "$", pair.Second));
    }

    [Fact]
    public void All_mistakes_of_a_file_are_told_at_once_in_its_order()
    {
        IReadOnlyList<RuleMistake> mistakes = Read("rules:\n- name: a\n  match: { kind: x, nam: y }\n  layer: z\n- name: a\n  match: { name: y }\n  inherit: maybe\nmore: 1\n", out _);

        Assert.Equal([3, 3, 4, 5, 7, 8], mistakes.Select(static mistake => mistake.Line));
    }

    [Fact]
    public void Content_may_be_looked_at_where_it_is_kept()
    {
        Assert.Empty(RuleFileReader.Read(Encoding.UTF8.GetBytes("rules:\n- { name: a, match: { attributes: { input.value: x } }, layer: inference }"), keepsContent: true, out _));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_told()
    {
        Assert.Equal("the file is not UTF-8; save it as UTF-8", Assert.Single(RuleFileReader.Read([0x72, 0xff, 0xfe], keepsContent: false, out _)).Text);
    }

    [Fact]
    public async Task The_example_of_the_documentation_is_read()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "TraceGap.sln")))
        {
            folder = folder.Parent;
        }

        string text = await File.ReadAllTextAsync(Path.Combine(folder!.FullName, "docs", "rules.md"));
        string example = text.Split("```yaml\n")[1].Split("```")[0];

        Assert.Equal(3, ReadGood(example).Rules.Count);
        Assert.All(MatchReader.Keys, key => Assert.Contains($"`{key}: ", text, StringComparison.Ordinal));
    }

    private static LayerRuleSet ReadGood(string text)
    {
        Assert.Empty(Read(text, out LayerRuleSet rules));
        return rules;
    }

    private static IReadOnlyList<RuleMistake> Read(string text, out LayerRuleSet rules) => RuleFileReader.Read(Encoding.UTF8.GetBytes(text), keepsContent: false, out rules);
}
