namespace TraceGap.Server.Security;

/// <summary>What HTTP says of a call that is not served, whatever the body (RFC 9110 sections 11.6.1 and 15.5, RFC 6750 section 3).</summary>
internal static class HttpRefusal
{
    /// <summary>The status code.</summary>
    public static int StatusOf(AccessReason reason) => reason switch
    {
        AccessReason.NoToken or AccessReason.UnknownToken => StatusCodes.Status401Unauthorized,
        AccessReason.ForeignHost => StatusCodes.Status421MisdirectedRequest,
        _ => StatusCodes.Status403Forbidden,
    };

    /// <summary>Tells which token would be taken, where one would help.</summary>
    public static void Challenge(HttpResponse response, AccessReason reason)
    {
        string? error = reason switch
        {
            AccessReason.NoToken => "",
            AccessReason.UnknownToken => ", error=\"invalid_token\"",
            AccessReason.OtherScope => ", error=\"insufficient_scope\"",
            _ => null,
        };
        if (error is not null)
        {
            response.Headers.WWWAuthenticate = $"Bearer realm=\"tracegap\"{error}";
        }
    }
}
