using System.CommandLine;

namespace TraceGap.Commands;

/// <summary><c>tracegap completion SHELL</c>: a script that has the shell ask the command itself what may come next (<c>[suggest:POSITION]</c> of System.CommandLine).</summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            # tracegap completion for bash: source <(tracegap completion bash)
            _tracegap() {
                local line="${COMP_LINE:0:COMP_POINT}"
                line="${line#* }"
                local IFS=$'\n'
                COMPREPLY=($(compgen -W "$(tracegap "[suggest:${#line}]" "$line" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _tracegap tracegap
            """,
        ["zsh"] = """
            #compdef tracegap
            # tracegap completion for zsh: source <(tracegap completion zsh), after compinit
            _tracegap() {
                local line="${(j: :)words[2,CURRENT]}"
                local -a candidates
                candidates=(${(f)"$(tracegap "[suggest:${#line}]" "$line" 2>/dev/null)"})
                if (( ${#candidates} )); then compadd -a candidates; else _files; fi
            }
            compdef _tracegap tracegap
            """,
        ["fish"] = """
            # tracegap completion for fish: tracegap completion fish | source
            function __tracegap_candidates
                set -l line (commandline -cp | string replace -r '^\S+\s' '')
                tracegap "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
            end
            complete -c tracegap -a '(__tracegap_candidates)'
            """,
    };

    private static readonly Argument<string> Shell = NewShell();

    public static Command New(Terminal terminal)
    {
        Command command = new("completion", "Print a script that completes this command in a shell: source <(tracegap completion bash).") { Shell };
        command.SetAction(parsed =>
        {
            terminal.Out.WriteLine(Scripts[parsed.GetValue(Shell)!]);
            return ExitCodes.Fine;
        });
        return command;
    }

    private static Argument<string> NewShell()
    {
        Argument<string> shell = new("SHELL") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        return shell;
    }
}
