namespace TraceGap.Help;

/// <summary>What a manual says beyond what the command line takes.</summary>
internal sealed record CommandManual
{
    private static readonly string[] None = [];

    private static readonly Dictionary<string, CommandManual> All = new(StringComparer.Ordinal)
    {
        [""] = new()
        {
            Description =
            [
                "A server (serve) takes OTLP over gRPC on port 4317 and over HTTP on port 4318 and answers on port 4319, where a browser finds its page. report and the commands beside it ask a server; "
                    + "analyze does the same for recorded spans without one.",
                "Results go to the standard output, everything else to the standard error.",
            ],
            BadNews = "The answer is bad news, and a flag asked to say so.",
            Examples =
            [
                ("See it at work, with an agent system of its own:", "tracegap demo"),
                ("Receive, and keep what is received:", "tracegap serve --data ./tracegap-data"),
                ("Where requests fail and where the time goes:", "tracegap report --window 1h"),
                ("The same of what a Collector wrote to a file:", "tracegap analyze traces.jsonl.gz"),
                ("The manual of a command, and as a manual page:", "tracegap help report --man"),
            ],
            SeeAlso = ["serve", "report", "analyze", "help"],
            Document = "docs/numbers.md says what every number means",
        },
        ["serve"] = new()
        {
            Description =
            [
                "Spans are acknowledged once they are on disk. SIGTERM or Ctrl-C finishes what is being received, within half a minute, and ends.",
                "Listening beyond loopback takes tokens, client certificates or --insecure. What the flags do not reach is set in a JSON file or in the environment.",
            ],
            Examples =
            [
                ("On this machine alone:", "tracegap serve --data ./tracegap-data"),
                ("For others, over TLS and with tokens:", "tracegap serve --otlp-grpc 0.0.0.0:4317 --tls-certificate server.pem --tls-key server.key --ingest-token-file ingest.tokens --query-token-file query.tokens"),
                ("On ports that are free:", "tracegap serve --otlp-grpc 127.0.0.1:0 --otlp-http 127.0.0.1:0 --http 127.0.0.1:0"),
            ],
            SeeAlso = ["report", "ready", "demo"],
            Document = "docs/deploy.md, docs/operate.md and docs/security.md say how to run it",
        },
        ["demo"] = new()
        {
            Description = ["Nothing is kept. Without --once the server goes on after the report, so that its page can be looked at."],
            BadNews = "With --once: a count differs from the truth.",
            Examples = [("Half a minute, then the report and the page:", "tracegap demo"), ("A short run that checks itself:", "tracegap demo --once --seconds 5 --seed 7")],
            SeeAlso = ["serve", "whatif"],
            Document = "README.md",
        },
        ["report"] = new()
        {
            Description = ["Reliability as it was observed and as the steps make it, what lies between, latency by layer, the steps, failures. Figures have 95 % intervals."],
            BadNews = "--fail-if-diverged or --fail-if-objective-missed, and it is so.",
            Examples =
            [
                ("The last hour:", "tracegap report"),
                ("One workflow over a week, for a program to read:", "tracegap report --window 7d --workflow shop/ask --format json"),
                ("A gate in a pipeline:", "tracegap report --window 30m --fail-if-diverged"),
            ],
            SeeAlso = ["compare", "analyze", "traces", "whatif"],
            Document = "docs/numbers.md says what every number means",
        },
        ["compare"] = new()
        {
            Examples = [("The last hour beside the one before:", "tracegap compare"), ("Two versions of a service in the same day:", "tracegap compare --window 1d --version-of 2.1 --against-version 2.0")],
            SeeAlso = ["report"],
            Document = "docs/numbers.md, \"Comparisons\"",
        },
        ["concurrency"] = new()
        {
            Examples = [("Where a day's requests began to queue:", "tracegap concurrency --window 1d")],
            SeeAlso = ["report"],
            Document = "docs/numbers.md, \"Requests in flight\"",
        },
        ["dependence"] = new()
        {
            Examples = [("A day of one workflow:", "tracegap dependence --window 1d --workflow shop/ask")],
            SeeAlso = ["report", "sensitivity"],
            Document = "docs/numbers.md, \"Dependence\"",
        },
        ["sensitivity"] = new()
        {
            Examples = [("What to mend first:", "tracegap sensitivity --window 1d")],
            SeeAlso = ["report", "whatif"],
            Document = "docs/numbers.md, \"Sensitivity\"",
        },
        ["analyze"] = new()
        {
            Description = ["The report equals that of a server which received the same spans, whatever their order. Time limits of a server, as for spans that come too late, do not hold."],
            BadNews = "--fail-if-diverged or --fail-if-objective-missed, and it is so.",
            Examples =
            [
                ("What the Collector's file exporter wrote:", "tracegap analyze traces.jsonl.gz"),
                ("From a pipe:", "tracegap analyze -"),
                ("One trace as a tree with its critical path:", "tracegap analyze traces.jsonl --trace 4bf92f3577b34da6a3ce929d0e0e4736"),
            ],
            SeeAlso = ["report", "explain-layer", "coverage"],
            Document = "docs/numbers.md says what every number means",
        },
        ["whatif"] = new()
        {
            Description = ["Patterns know * and ?. Changes hold together; each may be given several times. Given files, it looks at recorded spans, else it asks a server."],
            Examples =
            [
                ("Models that take 13 % less time, and tools that are tried three times:", "tracegap whatif --scale inference=0.87 --retry tool_call=3"),
                ("Two searches of the planner at the same time:", "tracegap whatif --parallelize \"plan:search,lookup\""),
                ("A check of what retrieval brings, over recorded spans:", "tracegap whatif traces.jsonl --gate retrieval=0.9"),
            ],
            SeeAlso = ["sensitivity", "report"],
            Document = "docs/numbers.md, \"What-if\"",
        },
        ["costs"] = new()
        {
            Description = ["Tokens are there without prices; costs need prices that you set."],
            Examples = [("A day of a server:", "tracegap costs --window 1d"), ("Recorded spans, at your prices:", "tracegap costs traces.jsonl --prices prices.json")],
            SeeAlso = ["report"],
            Document = "docs/numbers.md, \"Tokens and costs\"",
        },
        ["coverage"] = new()
        {
            Examples = [("What has no layer, with rules that would give it one:", "tracegap coverage"), ("The same of recorded spans, with rules of your own:", "tracegap coverage traces.jsonl --rules rules.yaml")],
            SeeAlso = ["explain-layer", "report"],
            Document = "docs/rules.md",
        },
        ["explain-layer"] = new()
        {
            Examples =
            [
                ("All span names with their layers:", "tracegap explain-layer traces.jsonl"),
                ("Why one span has the layer that it has:", "tracegap explain-layer traces.jsonl --span 00f067aa0ba902b7"),
                ("A trace of a server:", "tracegap explain-layer --trace 4bf92f3577b34da6a3ce929d0e0e4736"),
            ],
            SeeAlso = ["coverage", "traces"],
            Document = "docs/rules.md",
        },
        ["traces"] = new()
        {
            Examples =
            [
                ("The latest traces:", "tracegap traces"),
                ("What failed in a tool and took long:", "tracegap traces --outcome failed --layer tool_call --min-duration 2s"),
                ("What was lost in silence:", "tracegap traces --outcome failed --step silent"),
                ("By an attribute:", "tracegap traces --attribute gen_ai.request.model=gpt-4o"),
                ("One of them:", "tracegap traces 4bf92f3577b34da6a3ce929d0e0e4736"),
            ],
            SeeAlso = ["report", "explain-layer"],
            Document = "docs/numbers.md, \"Searching traces\"",
        },
        ["alerts"] = new()
        {
            Examples = [("What fires:", "tracegap alerts"), ("Whether receivers take notifications:", "tracegap alerts test")],
            SeeAlso = ["report"],
            Document = "docs/alerts.md",
        },
        ["alerts test"] = new()
        {
            BadNews = "A receiver did not take the notification.",
            Examples = [("Every receiver:", "tracegap alerts test")],
            SeeAlso = ["alerts"],
            Document = "docs/alerts.md, \"Who is told\"",
        },
        ["ready"] = new()
        {
            Examples = [("Of a server with TLS:", "tracegap ready --url https://127.0.0.1:4319 --ca ca.pem")],
            SeeAlso = ["serve"],
            Document = "docs/deploy.md",
        },
        ["completion"] = new()
        {
            Description = ["For bash: source <(tracegap completion bash). For zsh the same, after compinit. For fish: tracegap completion fish | source."],
            Examples = [("What a shell is to read:", "tracegap completion bash")],
            SeeAlso = ["help"],
            Document = "docs/deploy.md",
        },
        ["help"] = new()
        {
            Description = ["tracegap COMMAND --help prints the same. Manual pages are for man(1): put them into a folder man1 of its path."],
            Examples =
            [
                ("In the terminal:", "tracegap help whatif"),
                ("Of a command below another:", "tracegap help alerts test"),
                ("As a manual page:", "tracegap help report --man"),
            ],
            SeeAlso = ["completion"],
            Document = "docs/deploy.md",
        },
    };

    /// <summary>Paragraphs after what the command itself says.</summary>
    public IReadOnlyList<string> Description { get; private init; } = None;

    /// <summary>When it ends with 1; null if it never does.</summary>
    public string? BadNews { get; private init; }

    /// <summary>Command lines to paste, each with what it is for.</summary>
    public required IReadOnlyList<(string Purpose, string Line)> Examples { get; init; }

    /// <summary>Commands that have to do with it.</summary>
    public required IReadOnlyList<string> SeeAlso { get; init; }

    /// <summary>Where there is more.</summary>
    public required string Document { get; init; }

    /// <summary>Commands that have a manual, by their name with those above it.</summary>
    public static IReadOnlyCollection<string> Paths => All.Keys;

    /// <summary>What is said of a command.</summary>
    public static CommandManual Of(string path) => All[path];
}
