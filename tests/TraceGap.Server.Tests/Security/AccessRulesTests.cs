using Microsoft.Extensions.Primitives;
using TraceGap.Server.Security;

namespace TraceGap.Server.Tests.Security;

public sealed class AccessRulesTests
{
    private static readonly AccessRules Rules = Make(ingest: ["send-1", "send-2", "both"], query: ["ask", "both"]);

    [Theory]
    [InlineData(AccessScope.Ingest, "Bearer send-1", null)]
    [InlineData(AccessScope.Ingest, "bearer send-2", null)]
    [InlineData(AccessScope.Ingest, "BEARER   both ", null)]
    [InlineData(AccessScope.Query, "Bearer both", null)]
    [InlineData(AccessScope.Query, "Bearer ask", null)]
    [InlineData(AccessScope.Ingest, "Bearer ask", nameof(AccessReason.OtherScope))]
    [InlineData(AccessScope.Query, "Bearer send-1", nameof(AccessReason.OtherScope))]
    [InlineData(AccessScope.Query, "Bearer as", nameof(AccessReason.UnknownToken))]
    [InlineData(AccessScope.Query, "Bearer ask ask", nameof(AccessReason.UnknownToken))]
    [InlineData(AccessScope.Query, "Bearer", nameof(AccessReason.NoToken))]
    [InlineData(AccessScope.Query, "Bearer ", nameof(AccessReason.NoToken))]
    [InlineData(AccessScope.Query, "Basic ask", nameof(AccessReason.NoToken))]
    [InlineData(AccessScope.Query, "ask", nameof(AccessReason.NoToken))]
    [InlineData(AccessScope.Query, null, nameof(AccessReason.NoToken))]
    public void A_call_is_judged_by_its_token_and_its_scope(AccessScope scope, string? header, string? reason) =>
        Assert.Equal(reason, Rules.Judge(scope, header)?.Reason.ToString());

    [Fact]
    public void Two_headers_are_no_token() =>
        Assert.Equal(AccessReason.NoToken, Rules.Judge(AccessScope.Query, new StringValues(["Bearer ask", "Bearer ask"]))!.Reason);

    [Fact]
    public void A_scope_without_tokens_needs_none_even_if_the_other_has_some()
    {
        AccessRules rules = Make(ingest: ["send"], query: []);

        Assert.Null(rules.Judge(AccessScope.Query, StringValues.Empty));
        Assert.Null(rules.Judge(AccessScope.Query, "Bearer anything"));
        Assert.NotNull(rules.Judge(AccessScope.Ingest, StringValues.Empty));
    }

    private static AccessRules Make(string[] ingest, string[] query) => new(
        new ScopeTokens(AccessScope.Ingest, new TokenOptions { Values = ingest }), new ScopeTokens(AccessScope.Query, new TokenOptions { Values = query }));
}
