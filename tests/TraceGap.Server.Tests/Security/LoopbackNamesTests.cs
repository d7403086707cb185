using TraceGap.Server.Security;

namespace TraceGap.Server.Tests.Security;

public sealed class LoopbackNamesTests
{
    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LocalHost", true)]
    [InlineData("tracegap.localhost", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.8.0.1", true)]
    [InlineData("[::1]", true)]
    [InlineData("", true)]
    [InlineData("evil.example", false)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("evillocalhost", false)]
    [InlineData("127.0.0.1.evil.example", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("192.0.2.1", false)]
    public void Names_are_of_this_machine_or_not(string host, bool ours) => Assert.Equal(ours, LoopbackNames.Include(host));
}
