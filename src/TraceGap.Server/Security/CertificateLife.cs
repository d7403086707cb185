namespace TraceGap.Server.Security;

/// <summary>Where in its life a certificate is.</summary>
internal enum CertificateAge
{
    /// <summary>It is valid for a good while.</summary>
    Valid,

    /// <summary>It ends soon and should have been renewed by now.</summary>
    EndsSoon,

    /// <summary>It has ended.</summary>
    Expired,

    /// <summary>It is not valid yet.</summary>
    NotYet,
}

/// <summary>Judges the age of certificates.</summary>
internal static class CertificateLife
{
    /// <summary>Time to act for a person, for certificates that live long.</summary>
    private static readonly TimeSpan MostNotice = TimeSpan.FromDays(30);

    /// <summary>Issuers that renew by themselves do so with a third of the life left; with a tenth left, renewal has failed.</summary>
    private const int ShareOfLife = 10;

    /// <summary>The age at <paramref name="now"/>.</summary>
    public static CertificateAge Age(DateTimeOffset validFrom, DateTimeOffset expiresAt, DateTimeOffset now)
    {
        TimeSpan share = (expiresAt - validFrom) / ShareOfLife;
        TimeSpan notice = share < MostNotice ? share : MostNotice;
        return now < validFrom ? CertificateAge.NotYet
            : now > expiresAt ? CertificateAge.Expired
            : expiresAt - now <= notice ? CertificateAge.EndsSoon
            : CertificateAge.Valid;
    }
}
