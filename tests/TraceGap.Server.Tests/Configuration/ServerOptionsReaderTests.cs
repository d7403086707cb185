using TraceGap.Server.Configuration;

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

    private static Dictionary<string, string?> Flags(params (string Key, string Value)[] flags) =>
        flags.ToDictionary(static flag => flag.Key, static flag => (string?)flag.Value);

    private static string JsonFile(string json)
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("tracegap-options-").FullName, "settings.json");
        File.WriteAllText(path, json);
        return path;
    }
}
