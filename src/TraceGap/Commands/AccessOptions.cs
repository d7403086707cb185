using System.CommandLine;
using TraceGap.Remote;

namespace TraceGap.Commands;

/// <summary>The options of a command that asks a server which may be secured.</summary>
internal sealed class AccessOptions
{
    /// <summary>Environment variable with the token, which then is not on show among the machine's processes.</summary>
    public const string TokenVariable = "TRACEGAP_TOKEN";

    private readonly Option<Uri> _url = SharedOptions.NewUrl();
    private readonly Option<string?> _token = new("--token") { Description = $"Bearer token. [default: the environment's {TokenVariable}]", HelpName = "TOKEN" };
    private readonly Option<string?> _ca = FileOption("--ca", "PEM authorities to trust in place of the system's.");
    private readonly Option<string?> _certificate = FileOption("--cert", "PEM client certificate.");
    private readonly Option<string?> _key = FileOption("--key", "PEM private key of the client certificate. [default: in its file]");

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_url, _token, _ca, _certificate, _key])
        {
            command.Add(option);
        }
    }

    /// <summary>The server that was named.</summary>
    public Uri Server(ParseResult parsed) => parsed.GetValue(_url)!;

    /// <summary>Reads the options.</summary>
    /// <returns>What is wrong, naming the option; null if nothing is.</returns>
    public string? Read(ParseResult parsed, out ServerAccess access)
    {
        string? token = parsed.GetValue(_token) ?? Environment.GetEnvironmentVariable(TokenVariable);
        return ServerAccess.Read(string.IsNullOrEmpty(token) ? null : token, parsed.GetValue(_ca), parsed.GetValue(_certificate), parsed.GetValue(_key), out access);
    }

    private static Option<string?> FileOption(string name, string description) => new(name) { Description = description, HelpName = "FILE" };
}
