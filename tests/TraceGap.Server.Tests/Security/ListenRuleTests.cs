using System.Net;
using TraceGap.Server.Security;

namespace TraceGap.Server.Tests.Security;

public sealed class ListenRuleTests
{
    private static readonly TokenOptions SomeTokens = new() { Values = ["t"] };

    [Theory]
    [InlineData("127.0.0.1:4317")]
    [InlineData("127.9.9.9:4317")]
    [InlineData("[::1]:4317")]
    public void Loopback_is_always_fine(string address) => Assert.Null(ListenRule.Problem(Both(address), new SecurityOptions()));

    [Theory]
    [InlineData("0.0.0.0:4317")]
    [InlineData("[::]:4317")]
    [InlineData("192.0.2.7:4317")]
    public void Another_address_is_refused_with_what_to_set(string address)
    {
        string problem = ListenRule.Problem(Both(address), new SecurityOptions())!;

        Assert.StartsWith($"OtlpGrpc: {address} is open to other machines without protection: set Tokens:Ingest and Tokens:Query", problem, StringComparison.Ordinal);
        Assert.EndsWith("--insecure", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_scope_that_is_served_needs_protection()
    {
        Assert.Contains("set Tokens:Query (", ListenRule.Problem(Both("0.0.0.0:1"), new SecurityOptions { Ingest = SomeTokens }), StringComparison.Ordinal);
        Assert.Contains("set Tokens:Ingest (", ListenRule.Problem(Both("0.0.0.0:1"), new SecurityOptions { Query = SomeTokens }), StringComparison.Ordinal);
        Assert.Null(ListenRule.Problem(Both("0.0.0.0:1"), new SecurityOptions { Ingest = SomeTokens, Query = SomeTokens }));
        Assert.Null(ListenRule.Problem(new Listener("Http", IPEndPoint.Parse("0.0.0.0:1"), [AccessScope.Query]), new SecurityOptions { Query = SomeTokens }));
    }

    [Fact]
    public void Client_certificates_protect_everything_and_insecure_accepts_everything()
    {
        Assert.Null(ListenRule.Problem(Both("0.0.0.0:1"), new SecurityOptions { ClientCa = "ca.pem" }));
        Assert.Null(ListenRule.Problem(Both("0.0.0.0:1"), new SecurityOptions { Insecure = true }));
        Assert.NotNull(ListenRule.Problem(Both("0.0.0.0:1"), new SecurityOptions { Certificate = "server.pem" }));
    }

    private static Listener Both(string address) => new("OtlpGrpc", IPEndPoint.Parse(address), [AccessScope.Ingest, AccessScope.Query]);
}
