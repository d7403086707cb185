using System.Security.Cryptography;
using System.Text;

namespace TraceGap.Server.Security;

/// <summary>Tokens of a scope. Only their hashes are kept, and looking one up takes the same time whatever it is compared with.</summary>
internal sealed class TokenSet
{
    /// <summary>Bytes of a hash.</summary>
    public const int HashSize = SHA256.HashSizeInBytes;

    private readonly byte[][] _hashes;

    private TokenSet(IEnumerable<string> tokens) => _hashes = [.. tokens.Select(static token =>
    {
        byte[] hash = new byte[HashSize];
        Hash(token, hash);
        return hash;
    })];

    /// <summary>Reads the tokens that a setting holds.</summary>
    public static Loaded<TokenSet> Read(IReadOnlyList<string> tokens, string key)
    {
        for (int index = 0; index < tokens.Count; index++)
        {
            if (Problem(tokens[index]) is string problem)
            {
                return Loaded<TokenSet>.Failed($"{key}: token {index + 1} {problem}");
            }
        }

        return Loaded<TokenSet>.Of(new TokenSet(tokens));
    }

    /// <summary>Reads a file with one token a line.</summary>
    public static Loaded<TokenSet> Read(byte[] content, SettingFile file)
    {
        // No token of several lines can be meant: a proper token has no white space within.
        string[] tokens = Encoding.UTF8.GetString(content).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return tokens.Length == 0 ? Loaded<TokenSet>.Failed(file.Problem("holds no token")) : Read(tokens, $"{file.Key}: {file.Path}");
    }

    /// <summary>Hashes a token.</summary>
    public static void Hash(string token, Span<byte> hash) => SHA256.HashData(Encoding.UTF8.GetBytes(token), hash);

    /// <summary>True if the token with this hash is one of the set's.</summary>
    public bool Contains(ReadOnlySpan<byte> hash)
    {
        bool found = false;
        foreach (byte[] known in _hashes)
        {
            found |= CryptographicOperations.FixedTimeEquals(known, hash);
        }

        return found;
    }

    // Says what is wrong without the token: the text goes to logs and screens.
    private static string? Problem(string token) => token switch
    {
        "" => "is empty",
        _ when token.AsSpan().ContainsAny(" \t") => "has a space in it",
        _ when token.AsSpan().ContainsAnyExceptInRange('!', '~') => "has a character that is no visible ASCII",
        _ when token.Contains(',', StringComparison.Ordinal) => "has a comma in it, which separates tokens",
        _ => null,
    };
}
