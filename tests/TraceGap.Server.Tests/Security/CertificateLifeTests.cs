using TraceGap.Server.Security;

namespace TraceGap.Server.Tests.Security;

public sealed class CertificateLifeTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // Hours of life, hours lived.
    [Theory]
    [InlineData(24 * 365, -1, nameof(CertificateAge.NotYet))]
    [InlineData(24 * 365, 24 * 334, nameof(CertificateAge.Valid))]
    [InlineData(24 * 365, 24 * 336, nameof(CertificateAge.EndsSoon))]
    [InlineData(24 * 90, 24 * 60, nameof(CertificateAge.Valid))]
    [InlineData(24 * 90, 24 * 82, nameof(CertificateAge.EndsSoon))]
    [InlineData(24, 16, nameof(CertificateAge.Valid))]
    [InlineData(24, 22, nameof(CertificateAge.EndsSoon))]
    [InlineData(24, 24, nameof(CertificateAge.EndsSoon))]
    [InlineData(24, 25, nameof(CertificateAge.Expired))]
    public void The_end_is_told_ahead_but_not_where_renewal_is_still_due(int life, int lived, string age) =>
        Assert.Equal(age, CertificateLife.Age(Start, Start.AddHours(life), Start.AddHours(lived)).ToString());
}
