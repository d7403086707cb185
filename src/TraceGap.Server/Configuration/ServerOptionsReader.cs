using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;
using TraceGap.Aggregation;
using TraceGap.Otlp;
using TraceGap.Otlp.Attributes;
using TraceGap.Server.Alerts;
using TraceGap.Server.Objectives;
using TraceGap.Server.Rules;
using TraceGap.Server.Security;
using TraceGap.Storage;

namespace TraceGap.Server.Configuration;

/// <summary>
/// Reads <see cref="ServerOptions"/> from configuration in the ecosystem's order: the section <c>TraceGap</c> of a JSON file, environment variables
/// <c>TRACEGAP__…</c>, flags. All errors are reported at once, each with the key to set; an unknown key is an error.
/// </summary>
public static class ServerOptionsReader
{
    /// <summary>Prefix of environment variables; a double underscore goes one level down.</summary>
    public const string EnvironmentPrefix = "TRACEGAP__";

    private const string EnvironmentSource = "environment";

    private delegate string? Setter(Draft draft, string value);

    private static readonly Dictionary<string, Setter> Setters = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Data"] = (draft, value) => NotEmpty(value, () => draft.Options.DataFolder = value),
        ["OtlpGrpc"] = (draft, value) => EndPointText(value, () => draft.Options.OtlpGrpc = value),
        ["OtlpHttp"] = (draft, value) => EndPointText(value, () => draft.Options.OtlpHttp = value),
        ["OtlpHttpCorsOrigins"] = (draft, value) => Origins(value, draft.CorsOrigins.Add),
        ["Http"] = (draft, value) => EndPointText(value, () => draft.Options.Http = value),
        ["Fsync"] = (draft, value) => Flag(value, flag => draft.Options.Fsync = flag),
        ["MaxRequestBytes"] = (draft, value) => Number(value, 1024, 256 << 20, number => draft.Options.MaxRequestBytes = (int)number),
        ["MaxMemoryBytes"] = (draft, value) => Number(value, 256L << 20, 1L << 40, number => draft.Options.MaxMemoryBytes = number),
        ["MaxInFlightBytes"] = (draft, value) => Number(value, 2048, 1L << 40, number => draft.Options.MaxInFlightBytes = number),
        ["Tls:Certificate"] = (draft, value) => NotEmpty(value, () => draft.Options.Security.Certificate = value),
        ["Tls:Key"] = (draft, value) => NotEmpty(value, () => draft.Options.Security.Key = value),
        ["Tls:ClientCa"] = (draft, value) => NotEmpty(value, () => draft.Options.Security.ClientCa = value),
        ["Tokens:Ingest"] = (draft, value) => Tokens(value, draft.IngestTokens),
        ["Tokens:IngestFile"] = (draft, value) => NotEmpty(value, () => draft.Options.Security.Ingest.File = value),
        ["Tokens:Query"] = (draft, value) => Tokens(value, draft.QueryTokens),
        ["Tokens:QueryFile"] = (draft, value) => NotEmpty(value, () => draft.Options.Security.Query.File = value),
        ["Insecure"] = (draft, value) => Flag(value, flag => draft.Options.Security.Insecure = flag),
        ["Assembly:QuietPeriod"] = (draft, value) => Duration(value, duration => draft.QuietPeriod = duration),
        ["Assembly:IdleTimeout"] = (draft, value) => Duration(value, duration => draft.IdleTimeout = duration),
        ["Assembly:RootGrace"] = (draft, value) => Duration(value, duration => draft.RootGrace = duration),
        ["Analysis:AdjustSkew"] = (draft, value) => Flag(value, flag => draft.AdjustSkew = flag),
        ["Analysis:Adopt"] = (draft, value) => Flag(value, flag => draft.Adopt = flag),
        ["Analysis:LayerKeys"] = (draft, value) => Words(value, draft.LayerKeys),
        ["Analysis:TaskKeys"] = (draft, value) => Words(value, draft.TaskKeys),
        ["Rules:File"] = (draft, value) => NotEmpty(value, () => draft.Options.RuleFile = value),
        ["Keep:Content"] = (draft, value) => Flag(value, flag => draft.KeepContent = flag),
        ["Keep:Attributes"] = (draft, value) => Words(value, draft.KeepAttributes),
        ["Keep:Drop"] = (draft, value) => Words(value, draft.DropAttributes),
        ["Retention:MaxAge"] = (draft, value) => Duration(value, duration => draft.Retention = draft.Retention with { MaxAge = duration }),
        ["Retention:RollupMaxAge"] = (draft, value) => Duration(value, duration => draft.Retention = draft.Retention with { RollupMaxAge = duration }),
        ["Retention:MaxBytes"] = (draft, value) => Number(value, 0, 1L << 50, number => draft.Retention = draft.Retention with { MaxBytes = number }),
        ["Retention:ReopenHorizon"] = (draft, value) => Duration(value, duration => draft.Retention = draft.Retention with { ReopenHorizon = duration }),
        ["Retention:MaxEventAge"] = (draft, value) => Duration(value, duration => draft.Retention = draft.Retention with { MaxEventAge = duration }),
        ["Retention:MaxEventLead"] = (draft, value) => Duration(value, duration => draft.Retention = draft.Retention with { MaxEventLead = duration }),
        ["Keep:MaxValueLength"] = (draft, value) => Number(value, 16, 1 << 16, number => draft.Options.MaxValueLength = (int)number),
    };

    /// <summary>The keys that can be set, in the spelling of JSON files.</summary>
    public static IReadOnlyCollection<string> Keys { get; } = [.. Setters.Keys, .. EvaluationSettings.Keys, .. PriceSettings.Keys, .. AdvertisedSettings.Keys, .. AlertSettings.Keys, .. ObjectiveSettings.Keys];

    /// <summary>Reads options.</summary>
    /// <param name="jsonFile">A JSON file, or null for <c>appsettings.json</c> in the working folder if it is there.</param>
    /// <param name="flags">Key to value as given on the command line; they win.</param>
    /// <param name="options">The options; meaningful if there are no errors.</param>
    /// <returns>Every error, in words, naming the key; empty if all is well.</returns>
    public static IReadOnlyList<string> Read(string? jsonFile, IReadOnlyDictionary<string, string?> flags, out ServerOptions options)
    {
        Draft draft = new();
        List<string> errors = [];
        foreach ((string source, IConfiguration section) in Sources(jsonFile, flags, errors))
        {
            draft.BeginSource();
            Apply(source, section, draft, errors);
        }

        errors.AddRange(draft.Contradictions());
        errors.AddRange(draft.Prices.Problems());
        errors.AddRange(draft.Evaluations.Problems());
        errors.AddRange(RetentionRules.Problems(draft.Retention));
        options = draft.Finish();
        options.Alerts = draft.Alerts.Read(errors);
        options.Objectives = draft.Objectives.Read(options.Retention.RollupMaxAge, errors);
        errors.AddRange(ReadRules(options));
        long least = MemoryPlan.Least(options.MaxRequestBytes);
        if (options.MaxMemoryBytes < least)
        {
            errors.Add($"MaxMemoryBytes: {options.MaxMemoryBytes} is too little for requests of {options.MaxRequestBytes} bytes (MaxRequestBytes): set at least {least}, or smaller requests");
        }

        if (options.MaxInFlightBytes < 2L * options.MaxRequestBytes)
        {
            errors.Add($"MaxInFlightBytes: {options.MaxInFlightBytes} is less than twice MaxRequestBytes ({options.MaxRequestBytes}): a compressed request of that size could never be taken");
        }
        errors.AddRange(SecuritySettings.Read(options.Security, new ServerListeners(options).All, out _));

        return errors;
    }

    private static IEnumerable<(string Source, IConfiguration Section)> Sources(
        string? jsonFile, IReadOnlyDictionary<string, string?> flags, List<string> errors)
    {
        if (JsonSource(jsonFile, errors) is IConfiguration json)
        {
            yield return (jsonFile ?? "appsettings.json", json);
        }

        yield return (EnvironmentSource, new ConfigurationBuilder().AddEnvironmentVariables(EnvironmentPrefix).Build());
        yield return ("command line", new ConfigurationBuilder().AddInMemoryCollection(flags.Where(static flag => flag.Value is not null)).Build());
    }

    private static IConfigurationSection? JsonSource(string? jsonFile, List<string> errors)
    {
        string path = Path.GetFullPath(jsonFile ?? "appsettings.json");
        if (!File.Exists(path))
        {
            if (jsonFile is not null)
            {
                errors.Add($"--config: {jsonFile}: no such file");
            }

            return null;
        }

        try
        {
            return new ConfigurationBuilder().AddJsonFile(path).Build().GetSection("TraceGap");
        }
        catch (Exception exception) when (exception is InvalidDataException or FormatException or IOException)
        {
            errors.Add($"{path}: {exception.InnerException?.Message ?? exception.Message}");
            return null;
        }
    }

    private static void Apply(string source, IConfiguration section, Draft draft, List<string> errors)
    {
        foreach ((string key, string? value) in section.AsEnumerable(makePathsRelative: true).OrderBy(static pair => pair.Key, StringComparer.OrdinalIgnoreCase))
        {
            if (value is null || key.Length == 0)
            {
                continue;
            }

            // Arrays arrive as Key:0, Key:1, …
            int last = key.LastIndexOf(':');
            string name = last > 0 && int.TryParse(key.AsSpan(last + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _) ? key[..last] : key;
            string asSet = source == EnvironmentSource ? EnvironmentPrefix + key.Replace(":", "__", StringComparison.Ordinal) : key;
            if ((key.StartsWith(AlertSettings.Prefix, StringComparison.OrdinalIgnoreCase) && draft.Alerts.TrySet(key, value))
                || (key.StartsWith(ObjectiveSettings.Prefix, StringComparison.OrdinalIgnoreCase) && draft.Objectives.TrySet(key, value)))
            {
                continue;
            }

            if (Named(draft, key) is Func<string, string, string?> setNamed)
            {
                if (setNamed(key, value) is string wrong)
                {
                    errors.Add($"{source}: {asSet}: {wrong}");
                }
            }
            else if (!Setters.TryGetValue(name, out Setter? set))
            {
                errors.Add($"{source}: unknown key {asSet}; known are {string.Join(", ", Keys)}");
            }
            else if (set(draft, value) is string problem)
            {
                errors.Add($"{source}: {asSet}: {problem}");
            }
        }
    }

    private static IReadOnlyList<string> ReadRules(ServerOptions options)
    {
        if (options.RuleFile is not string path)
        {
            return [];
        }

        RuleFile file = new(path, options.Keep.Content);
        file.Look();
        options.Analysis = options.Analysis with { Rules = file.Current };
        return file.Mistakes;
    }

    /// <summary>What sets a key that has a name of the user's in it; null for other keys.</summary>
    private static Func<string, string, string?>? Named(Draft draft, string key) =>
        PriceSettings.IsPriceKey(key) ? draft.Prices.Set
        : AdvertisedSettings.Is(key) ? draft.Advertised.Set
        : EvaluationSettings.Is(key) ? draft.Evaluations.Set
        : null;

    private static string? NotEmpty(string value, Action set)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            return "must not be empty";
        }

        set();
        return null;
    }

    private static string? Words(string value, ListSetting words) =>
        NotEmpty(value, () => words.Add(value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)));

    private static string? EndPointText(string value, Action set)
    {
        if (!TryParseEndPoint(value, out _))
        {
            return $"\"{value}\" is no HOST:PORT (localhost or an IP address, and a port from 0 to 65535)";
        }

        set();
        return null;
    }

    /// <summary>Reads HOST:PORT, where HOST is <c>localhost</c> or an IP address (IPv6 in brackets).</summary>
    public static bool TryParseEndPoint(string text, out IPEndPoint endPoint)
    {
        string numeric = text.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase) ? string.Concat("127.0.0.1", text.AsSpan("localhost".Length)) : text;
        int colon = numeric.LastIndexOf(':');
        bool read = IPEndPoint.TryParse(numeric, out IPEndPoint? parsed) && colon > 0 && numeric[^1] != ']' && char.IsAsciiDigit(numeric[^1])
            && (parsed.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6 || numeric.Contains("]:", StringComparison.Ordinal));
        endPoint = parsed ?? new IPEndPoint(IPAddress.Loopback, 0);
        return read;
    }

    // What is wrong with a token is said once all sources are read, in words that do not repeat it.
    private static string? Tokens(string value, ListSetting tokens)
    {
        tokens.Add(value.Split(',', StringSplitOptions.TrimEntries));
        return null;
    }

    private static string? Origins(string value, Action<string[]> set)
    {
        string[] origins = value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (Array.Find(origins, static origin => !IsOrigin(origin)) is string wrong)
        {
            return $"\"{wrong}\" is no origin; write https://shop.example, https://*.example or *";
        }

        set(origins);
        return null;
    }

    // An origin has neither path nor trailing slash (RFC 6454 section 6.2): browsers send none, and a comparison with one would never hold.
    private static bool IsOrigin(string text)
    {
        string anyHost = text.Replace("://*.", "://any.", StringComparison.Ordinal);
        return text == "*"
            || (Uri.TryCreate(anyHost, UriKind.Absolute, out Uri? origin)
                && origin.Scheme is "http" or "https"
                && anyHost.Equals($"{origin.Scheme}://{origin.Authority}", StringComparison.OrdinalIgnoreCase));
    }

    private static string? Flag(string value, Action<bool> set)
    {
        if (!bool.TryParse(value, out bool flag))
        {
            return $"\"{value}\" is neither true nor false";
        }

        set(flag);
        return null;
    }

    private static string? Number(string value, long least, long most, Action<long> set)
    {
        if (!long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long number) || number < least || number > most)
        {
            return $"\"{value}\" is no whole number from {least} to {most}";
        }

        set(number);
        return null;
    }

    private static string? Duration(string value, Action<TimeSpan> set)
    {
        if (!Queries.WindowText.TryParseDuration(value, out long nanos))
        {
            return $"\"{value}\" is no duration; write 500ms, 2s, 10m, 1h or 7d";
        }

        set(TimeSpan.FromTicks(nanos / TimeSpan.NanosecondsPerTick));
        return null;
    }

    private sealed class Draft
    {
        public ServerOptions Options { get; } = new();

        public TimeSpan? QuietPeriod { get; set; }

        public TimeSpan? IdleTimeout { get; set; }

        public TimeSpan? RootGrace { get; set; }

        public RetentionOptions Retention { get; set; } = new();

        public bool AdjustSkew { get; set; } = true;

        public bool Adopt { get; set; } = true;

        public AlertSettings Alerts { get; } = new();

        public ObjectiveSettings Objectives { get; } = new();

        public ListSetting CorsOrigins { get; } = new();

        public ListSetting LayerKeys { get; } = new();

        public ListSetting TaskKeys { get; } = new();

        public ListSetting IngestTokens { get; } = new();

        public ListSetting QueryTokens { get; } = new();

        public PriceSettings Prices { get; } = new();

        public AdvertisedSettings Advertised { get; } = new();

        public EvaluationSettings Evaluations { get; } = new();

        public bool KeepContent { get; set; }

        public ListSetting KeepAttributes { get; } = new();

        public ListSetting DropAttributes { get; } = new();

        /// <summary>What the next source says about a list takes the place of what sources before it said.</summary>
        public void BeginSource()
        {
            foreach (ListSetting list in (ListSetting[])[CorsOrigins, LayerKeys, TaskKeys, KeepAttributes, DropAttributes, IngestTokens, QueryTokens])
            {
                list.BeginSource();
            }
        }

        /// <summary>What does not fit together, whichever source said it.</summary>
        public IEnumerable<string> Contradictions() => KeepAttributes.Values
            .Where(key => !KeepContent && AttributeKeys.IsContent(key.TrimEnd('*')))
            .Select(static key => $"Keep:Attributes: {key} is content; set Keep:Content to true if content shall be kept");

        public ServerOptions Finish()
        {
            AssemblyOptions defaults = new();
            MemoryPlan memory = MemoryPlan.Of(Options.MaxMemoryBytes, Options.MaxRequestBytes);
            Options.Assembly = new AssemblyOptions
            {
                Quiet = QuietPeriod ?? defaults.Quiet,
                Idle = IdleTimeout ?? defaults.Idle,
                RootGrace = RootGrace ?? defaults.RootGrace,
                MaxInFlightBytes = memory.InFlight,
                MaxOpenTraces = memory.OpenTraces,
            };
            Options.Analysis = new AnalysisOptions { AdjustSkew = AdjustSkew, Adopt = Adopt, LayerKeys = LayerKeys.Values, TaskKeys = TaskKeys.Values, Evaluations = Evaluations.Thresholds };
            Options.Keep = new KeepOptions { Content = KeepContent, Attributes = KeepAttributes.Values, Drop = DropAttributes.Values };
            Options.Retention = Retention;
            Options.Prices = Prices.ToTable();
            Options.Advertised = Advertised.Reliabilities;
            Options.OtlpHttpCorsOrigins.AddRange(CorsOrigins.Values);
            Options.Security.Ingest.Values = IngestTokens.Values;
            Options.Security.Query.Values = QueryTokens.Values;
            return Options;
        }
    }
}
