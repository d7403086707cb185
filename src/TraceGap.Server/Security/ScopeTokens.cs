namespace TraceGap.Server.Security;

/// <summary>The tokens that are good for a scope: those set as such and those in a file.</summary>
internal sealed class ScopeTokens
{
    private readonly Loaded<TokenSet> _fixed;

    /// <summary>Takes what is set; <see cref="Problem"/> says what is wrong with it.</summary>
    public ScopeTokens(AccessScope scope, TokenOptions options)
    {
        AreSet = options.AreSet;
        _fixed = TokenSet.Read(options.Values, $"Tokens:{scope}");
        if (options.File is string path)
        {
            SettingFile file = new($"Tokens:{scope}File", path);
            File = new FileBacked<TokenSet>([file], contents => TokenSet.Read(contents[0], file));
        }
    }

    /// <summary>True if calls of the scope need a token.</summary>
    public bool AreSet { get; }

    /// <summary>The tokens that can change; null for none.</summary>
    public FileBacked<TokenSet>? File { get; }

    /// <summary>What is wrong with the tokens that are set as such; empty for nothing.</summary>
    public string Problem => _fixed.Problem;

    /// <summary>True if the token with this hash is good.</summary>
    public bool Contain(ReadOnlySpan<byte> hash)
    {
        bool isFixed = _fixed.Value?.Contains(hash) ?? false;
        bool isInFile = File?.Current?.Contains(hash) ?? false;
        return isFixed | isInFile;
    }
}
