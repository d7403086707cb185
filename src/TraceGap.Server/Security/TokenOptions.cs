namespace TraceGap.Server.Security;

/// <summary>The bearer tokens of a scope; any of them is good. None at all: the scope needs no token.</summary>
public sealed class TokenOptions
{
    /// <summary>Tokens as such.</summary>
    public IReadOnlyList<string> Values { get; set; } = [];

    /// <summary>A file with one token a line, read again when it changes; null for none.</summary>
    public string? File { get; set; }

    /// <summary>True if calls of the scope need a token.</summary>
    public bool AreSet => Values.Count > 0 || File is not null;
}
