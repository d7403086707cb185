using System.Text;
using TraceGap.Server.Security;

namespace TraceGap.Server.Tests.Security;

public sealed class TokenSetTests
{
    private static readonly SettingFile File = new("Tokens:QueryFile", "/run/tokens");

    [Theory]
    [InlineData("secret sauce", "Tokens:Ingest: token 2 has a space in it")]
    [InlineData("", "Tokens:Ingest: token 2 is empty")]
    [InlineData("naïve", "Tokens:Ingest: token 2 has a character that is no visible ASCII")]
    [InlineData("a,b", "Tokens:Ingest: token 2 has a comma in it, which separates tokens")]
    public void A_token_that_cannot_be_one_is_told_by_its_place_and_not_by_itself(string token, string problem) =>
        Assert.Equal(problem, TokenSet.Read(["good", token], "Tokens:Ingest").Problem);

    [Fact]
    public void A_file_has_one_token_a_line_whatever_ends_the_lines()
    {
        TokenSet tokens = TokenSet.Read(Encoding.UTF8.GetBytes("first\r\n\n  second  \nthird"), File).Value!;

        Assert.All(["first", "second", "third"], token => Assert.True(Contains(tokens, token)));
        Assert.All(["", "fir", "firstt", "First", "first\nsecond"], token => Assert.False(Contains(tokens, token)));
    }

    [Theory]
    [InlineData("", "Tokens:QueryFile: /run/tokens: holds no token")]
    [InlineData("\n \n", "Tokens:QueryFile: /run/tokens: holds no token")]
    [InlineData("one\ntwo words\n", "Tokens:QueryFile: /run/tokens: token 2 has a space in it")]
    public void A_file_without_proper_tokens_is_named(string content, string problem) =>
        Assert.Equal(problem, TokenSet.Read(Encoding.UTF8.GetBytes(content), File).Problem);

    private static bool Contains(TokenSet tokens, string token)
    {
        byte[] hash = new byte[TokenSet.HashSize];
        TokenSet.Hash(token, hash);
        return tokens.Contains(hash);
    }
}
