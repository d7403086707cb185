using TraceGap.Aggregation;
using TraceGap.Reporting;
using TraceGap.Server.Configuration;
using TraceGap.Storage;

namespace TraceGap.Server.Tests.Configuration;

public sealed class ServerOptionsReaderTests
{
    [Fact]
    public void Flags_win_over_the_file()
    {
        string file = JsonFile("""{ "TraceGap": { "Http": "127.0.0.1:1", "Data": "from-file", "Assembly": { "RootGrace": "3m" } } }""");

        IReadOnlyList<string> errors = ServerOptionsReader.Read(file, Flags(("Http", "127.0.0.1:2")), out ServerOptions options);

        Assert.Empty(errors);
        Assert.Equal("127.0.0.1:2", options.Http);
        Assert.Equal("from-file", options.DataFolder);
        Assert.Equal(TimeSpan.FromMinutes(3), options.Assembly.RootGrace);
    }

    [Theory]
    [InlineData("https://shop.example, http://localhost:3000,https://*.shop.example", 3)]
    [InlineData("*", 1)]
    public void Origins_are_a_list(string text, int count)
    {
        IReadOnlyList<string> errors = ServerOptionsReader.Read(null, Flags(("OtlpHttpCorsOrigins", text)), out ServerOptions options);

        Assert.Empty(errors);
        Assert.Equal(count, options.OtlpHttpCorsOrigins.Count);
    }

    [Theory]
    [InlineData("shop.example")]
    [InlineData("https://shop.example/")]
    [InlineData("https://shop.example/page")]
    [InlineData("ftp://shop.example")]
    [InlineData("https://a*.example")]
    public void What_no_browser_sends_as_its_origin_is_an_error(string text) => Assert.Contains(
        "is no origin",
        Assert.Single(ServerOptionsReader.Read(null, Flags(("OtlpHttpCorsOrigins", text)), out _)),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("131072", 0)]
    [InlineData("131071", 1)]
    public void There_must_be_room_for_a_largest_request_in_both_its_forms(string bytesInFlight, int errors) => Assert.Equal(
        errors,
        ServerOptionsReader.Read(null, Flags(("MaxRequestBytes", "65536"), ("MaxInFlightBytes", bytesInFlight)), out _).Count);

    [Fact]
    public void Every_mistake_is_reported_at_once_with_its_key()
    {
        string file = JsonFile("""{ "TraceGap": { "Htp": "x", "Fsync": "maybe", "Assembly": { "QuietPeriod": "2 seconds" }, "MaxRequestBytes": 1 } }""");

        IReadOnlyList<string> errors = ServerOptionsReader.Read(file, Flags(("OtlpGrpc", "nowhere")), out _);

        Assert.Collection(
            errors,
            error => Assert.Contains("Assembly:QuietPeriod: \"2 seconds\" is no duration", error, StringComparison.Ordinal),
            error => Assert.Contains("Fsync: \"maybe\" is neither true nor false", error, StringComparison.Ordinal),
            error => Assert.Contains("unknown key Htp", error, StringComparison.Ordinal),
            error => Assert.Contains("MaxRequestBytes: \"1\" is no whole number from 1024", error, StringComparison.Ordinal),
            error => Assert.Contains("command line: OtlpGrpc: \"nowhere\" is no HOST:PORT", error, StringComparison.Ordinal));
    }

    [Fact]
    public void Arrays_and_comma_separated_lists_name_layer_keys()
    {
        string file = JsonFile("""{ "TraceGap": { "Analysis": { "LayerKeys": ["team.layer", "stage"], "Adopt": false } } }""");

        IReadOnlyList<string> errors = ServerOptionsReader.Read(file, Flags(), out ServerOptions options);

        Assert.Empty(errors);
        Assert.Equal(["team.layer", "stage"], options.Analysis.LayerKeys);
        Assert.False(options.Analysis.Adopt);
    }

    [Fact]
    public void What_is_kept_of_attributes_can_be_widened_and_narrowed()
    {
        string file = JsonFile("""{ "TraceGap": { "Keep": { "Content": true, "Attributes": ["my.*", "input.value"], "Drop": "a, b.*", "MaxValueLength": 2048 } } }""");

        IReadOnlyList<string> errors = ServerOptionsReader.Read(file, Flags(), out ServerOptions options);

        Assert.Empty(errors);
        Assert.True(options.Keep.Content);
        Assert.Equal(["my.*", "input.value"], options.Keep.Attributes);
        Assert.Equal(["a", "b.*"], options.Keep.Drop);
        Assert.Equal(2048, options.MaxValueLength);
    }

    [Fact]
    public void Content_is_not_kept_by_naming_its_key()
    {
        IReadOnlyList<string> errors = ServerOptionsReader.Read(null, Flags(("Keep:Attributes", "my.*,gen_ai.prompt.*,input.value")), out _);

        Assert.Equal(2, errors.Count);
        Assert.Contains("Keep:Attributes: gen_ai.prompt.* is content; set Keep:Content", errors[0], StringComparison.Ordinal);
        Assert.Contains("Keep:Attributes: input.value is content", errors[1], StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_promised_goes_by_layer_or_step_key()
    {
        string file = JsonFile("""{ "TraceGap": { "Advertised": { "tool call": 0.999, "agents/inference/chat large": 0.995, "gpu": 0.9, "retrieval": 1.5 } } }""");

        IReadOnlyList<string> errors = ServerOptionsReader.Read(file, Flags(), out ServerOptions options);

        Assert.Equal(2, errors.Count);
        Assert.Contains("Advertised:gpu: \"gpu\" is neither a layer nor a step key", errors[0], StringComparison.Ordinal);
        Assert.Contains("Advertised:retrieval: \"1.5\" is no reliability", errors[1], StringComparison.Ordinal);
        Assert.Equal(0.999, options.Advertised["tool_call"]);
        Assert.Equal(0.995, options.Advertised["agents/inference/chat large"]);
    }

    [Fact]
    public void What_a_score_is_worth_is_set_by_the_name_of_the_evaluation()
    {
        string file = JsonFile("""{ "TraceGap": { "Analysis": { "Evaluations": { "faith*": { "Min": 0.5 }, "faithfulness": { "Min": 0.7 }, "toxicity": { "Max": 0.2 }, "odd": { "Min": 2, "Max": 1, "Mid": 3 }, "bad": { "Max": "high" } } } } }""");

        IReadOnlyList<string> errors = ServerOptionsReader.Read(file, Flags(), out ServerOptions options);

        Assert.Equal(3, errors.Count);
        Assert.Contains("Analysis:Evaluations:bad:Max: \"high\" is no score; write a number", errors[0], StringComparison.Ordinal);
        Assert.Contains("Analysis:Evaluations:odd:Mid: neither the lowest nor the highest score", errors[1], StringComparison.Ordinal);
        Assert.Contains("Analysis:Evaluations:odd: no score is at least 2 and at most 1", errors[2], StringComparison.Ordinal);
        Assert.Equal(new EvaluationThreshold("faithfulness", 0.7, null), options.Analysis.Evaluations[0]);
        Assert.Contains(new EvaluationThreshold("toxicity", null, 0.2), options.Analysis.Evaluations);
    }

    [Fact]
    public void What_is_kept_how_long_can_be_set()
    {
        IReadOnlyList<string> errors = ServerOptionsReader.Read(
            null, Flags(("Retention:MaxAge", "7d"), ("Retention:RollupMaxAge", "90d"), ("Retention:MaxBytes", "1000000000"), ("Retention:MaxEventAge", "30d"), ("Retention:MaxEventLead", "5m"), ("Retention:ReopenHorizon", "12h")), out ServerOptions options);

        Assert.Empty(errors);
        Assert.Equal(
            new RetentionOptions
            {
                MaxAge = TimeSpan.FromDays(7),
                RollupMaxAge = TimeSpan.FromDays(90),
                MaxBytes = 1_000_000_000,
                MaxEventAge = TimeSpan.FromDays(30),
                MaxEventLead = TimeSpan.FromMinutes(5),
                ReopenHorizon = TimeSpan.FromHours(12),
            },
            options.Retention);
    }

    [Fact]
    public void Limits_of_what_is_kept_that_contradict_each_other_are_errors()
    {
        IReadOnlyList<string> errors = ServerOptionsReader.Read(null, Flags(("Retention:MaxAge", "394d"), ("Retention:MaxBytes", "1000")), out _);

        Assert.Equal(2, errors.Count);
        Assert.Contains("Retention:MaxAge: traces must", Assert.Single(ServerOptionsReader.Read(null, Flags(("Retention:MaxAge", "23h")), out _)), StringComparison.Ordinal);
        Assert.Contains("Retention:MaxBytes: 1000 is too little", errors[0], StringComparison.Ordinal);
        Assert.Contains("Retention:RollupMaxAge: rollups must be kept at least as long", errors[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_is_that_of_the_last_source_that_names_it()
    {
        string file = JsonFile("""{ "TraceGap": { "Tokens": { "Ingest": ["old-1", "old-2"], "Query": "asked" } } }""");

        IReadOnlyList<string> errors = ServerOptionsReader.Read(file, Flags(("Tokens:Ingest", "new-1,new-2")), out ServerOptions options);

        Assert.Empty(errors);
        Assert.Equal(["new-1", "new-2"], options.Security.Ingest.Values);
        Assert.Equal(["asked"], options.Security.Query.Values);
    }

    [Fact]
    public void Mistakes_about_security_stand_among_the_others_and_tell_no_token()
    {
        string file = JsonFile("""{ "TraceGap": { "Fsync": "maybe", "OtlpGrpc": "0.0.0.0:4317", "Tls": { "Key": "no.pem" }, "Tokens": { "Query": "se cret,,x" } } }""");

        IReadOnlyList<string> errors = ServerOptionsReader.Read(file, Flags(("OtlpHttp", "0.0.0.0:4318"), ("Tokens:Ingest", "")), out _);

        Assert.Collection(
            errors,
            error => Assert.Contains("Fsync: \"maybe\" is neither true nor false", error, StringComparison.Ordinal),
            error => Assert.StartsWith("Tls:Key: ", error, StringComparison.Ordinal),
            error => Assert.Equal("Tokens:Ingest: token 1 is empty", error),
            error => Assert.Equal("Tokens:Query: token 1 has a space in it", error));
    }

    [Fact]
    public void An_open_address_is_an_error_unless_it_is_protected_or_accepted()
    {
        (string, string)[] open = [("OtlpGrpc", "0.0.0.0:4317"), ("OtlpHttp", "0.0.0.0:4318"), ("Http", "[::]:4319")];

        Assert.Equal(["OtlpGrpc", "OtlpHttp", "Http"], ServerOptionsReader.Read(null, Flags(open), out _).Select(static error => error.Split(':')[0]));
        Assert.Empty(ServerOptionsReader.Read(null, Flags([.. open, ("Insecure", "true")]), out _));
        Assert.Empty(ServerOptionsReader.Read(null, Flags([.. open, ("Tokens:Ingest", "a"), ("Tokens:Query", "b")]), out _));
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_error_only_if_it_was_asked_for()
    {
        Assert.Contains("no such file", Assert.Single(ServerOptionsReader.Read("missing.json", Flags(), out _)), StringComparison.Ordinal);
        Assert.Empty(ServerOptionsReader.Read(null, Flags(), out _));
    }

    [Fact]
    public void A_file_that_is_no_json_is_named()
    {
        string file = JsonFile("{ not json");

        Assert.StartsWith(file, Assert.Single(ServerOptionsReader.Read(file, Flags(), out _)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:4317", true)]
    [InlineData("localhost:0", true)]
    [InlineData("[::1]:4317", true)]
    [InlineData("0.0.0.0:65535", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.0.0.1:65536", false)]
    [InlineData("example.org:4317", false)]
    [InlineData("::1", false)]
    [InlineData("", false)]
    public void Addresses_are_host_and_port(string text, bool valid) =>
        Assert.Equal(valid, ServerOptionsReader.TryParseEndPoint(text, out _));

    [Fact]
    public void Prices_are_by_glob_and_a_later_source_wins_part_by_part()
    {
        string file = JsonFile("""{ "TraceGap": { "Prices": { "Currency": "eur", "gpt-4o*": { "Input": 2.5, "Output": 10, "CachedInput": 1.25 }, "qwen2:7b": { "Input": 0, "Output": 1e-1 } } } }""");

        IReadOnlyList<string> errors = ServerOptionsReader.Read(file, Flags(("Prices:GPT-4o*:Output", "12")), out ServerOptions options);

        Assert.Empty(errors);
        Assert.Equal("EUR", options.Prices.Currency);
        Assert.Equal(new ModelPrice(2.5m, 12, 1.25m), options.Prices.Find("gpt-4o-2024"));
        Assert.Equal(new ModelPrice(0, 0.1m, 0), options.Prices.Find("qwen2:7b"));
        Assert.Null(options.Prices.Find("other"));
    }

    [Fact]
    public void Every_mistake_in_prices_is_told_with_its_key()
    {
        string file = JsonFile("""{ "TraceGap": { "Prices": { "Currency": "euros", "a": { "Input": -1, "Output": 1 }, "b": { "Input": 1 }, "c": { "Inptu": 1 }, "d": 3, "e": { "Output": "1,5", "Input": 1 } } } }""");

        IReadOnlyList<string> errors = ServerOptionsReader.Read(file, Flags(), out _);

        Assert.Collection(
            errors,
            error => Assert.Contains("Prices:a:Input: \"-1\" is no price", error, StringComparison.Ordinal),
            error => Assert.Contains("Prices:c:Inptu: unknown key; known are Prices:Currency, Prices:MODEL:Input", error, StringComparison.Ordinal),
            error => Assert.Contains("Prices:Currency: \"euros\" is no currency", error, StringComparison.Ordinal),
            error => Assert.Contains("Prices:d: unknown key", error, StringComparison.Ordinal),
            error => Assert.Contains("Prices:e:Output: \"1,5\" is no price", error, StringComparison.Ordinal),
            error => Assert.Equal("Prices:b:Output is missing; a model's price is that of input and output", error));
    }

    private static Dictionary<string, string?> Flags(params (string Key, string Value)[] flags) =>
        flags.ToDictionary(static flag => flag.Key, static flag => (string?)flag.Value);

    private static string JsonFile(string json)
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("tracegap-options-").FullName, "settings.json");
        File.WriteAllText(path, json);
        return path;
    }
}
