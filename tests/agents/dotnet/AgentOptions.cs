namespace TraceGap.DotNetAgent;

/// <summary>What the agent's own part is told: the arguments of the Node agents, as far as they do not concern the services.</summary>
internal sealed class AgentOptions
{
    private readonly Dictionary<string, string> _values = [];

    private AgentOptions(string[] arguments)
    {
        Arguments = arguments;
        for (int i = 0; i < arguments.Length; i++)
        {
            bool hasValue = i + 1 < arguments.Length && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal);
            _values[arguments[i]] = hasValue ? arguments[++i] : "true";
        }
    }

    /// <summary>All arguments; the services read them too.</summary>
    public string[] Arguments { get; }

    public Uri Otlp => new(Text("--otlp", "http://127.0.0.1:4318"));

    public int Runs => int.Parse(Text("--runs", "40"));

    public int Seed => int.Parse(Text("--seed", "1"));

    public int Concurrency => int.Parse(Text("--concurrency", "4"));

    public int Retries => Text("--retry", "none") == "client" ? int.Parse(Text("--attempts", "3")) - 1 : 0;

    /// <summary>Whether the OpenAI client tells of its calls too.</summary>
    public bool IsDouble => Text("--instrumentation", "meai") == "double";

    public bool Stream => _values.ContainsKey("--stream");

    public static AgentOptions Parse(string[] arguments) => new(arguments);

    /// <summary>How often a stage fails, 0 to 1.</summary>
    public double Fails(string stage) => Number("--fail", stage, 0);

    /// <summary>Mean milliseconds of a stage.</summary>
    public double Latency(string stage) => Number("--latency", stage, 4);

    private string Text(string option, string unset) => _values.GetValueOrDefault(option, unset);

    private double Number(string option, string name, double unset) =>
        Text(option, "").Split(',').Select(static pair => pair.Split('=')).FirstOrDefault(pair => pair[0] == name) is [_, string value] ? double.Parse(value) : unset;
}
