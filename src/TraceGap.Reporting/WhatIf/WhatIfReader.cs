using System.Text.Json;
using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>Reads a what-if question and judges it. The first thing that is wrong is told with its path in the document: <c>scale[0].factor: must be above 0</c>.</summary>
public static class WhatIfReader
{
    /// <summary>Most changes of a kind.</summary>
    public const int MaxChanges = 100;

    /// <summary>Longest name or pattern, UTF-16 code units.</summary>
    public const int MaxText = 512;

    private const decimal MaxFactor = 100;
    private const int MaxAttempts = 10;

    /// <summary>Reads a question.</summary>
    /// <param name="utf8">The JSON document.</param>
    /// <param name="changes">What it asks for.</param>
    /// <returns>What is wrong, naming the part; null if all is well.</returns>
    public static string? Read(ReadOnlySpan<byte> utf8, out ReplayChanges changes)
    {
        changes = new ReplayChanges();
        try
        {
            return WhatIfJson.ReadRequest(utf8) is WhatIfRequest request ? Judge(request, out changes) : "the question must be an object, not null";
        }
        catch (JsonException failure)
        {
            return Told(failure);
        }
    }

    /// <summary>Judges a question.</summary>
    /// <param name="request">The question.</param>
    /// <param name="changes">What it asks for.</param>
    /// <returns>What is wrong, naming the part; null if all is well.</returns>
    public static string? Judge(WhatIfRequest request, out ReplayChanges changes)
    {
        Problems problems = new();
        changes = new ReplayChanges
        {
            Scale = problems.Each("scale", request.Scale, (entry, at) => new ScaleChange(
                problems.Target(at, entry.Layer, entry.Step, entry.Model, hasModel: true),
                problems.Within($"{at}.factor", entry.Factor, entry.Factor is > 0 and <= MaxFactor, $"must be above 0 and at most {MaxFactor}"))),
            Parallelize = problems.Each("parallelize", request.Parallelize, (entry, at) => new ParallelizeChange(
                problems.Text($"{at}.parent", entry.Parent),
                problems.Each($"{at}.children", entry.Children, problems.Text, isNeeded: true))),
            Remove = problems.Each("remove", request.Remove, (entry, at) => new RemoveChange(problems.Text($"{at}.step", entry.Step))),
            Retry = problems.Each("retry", request.Retry, (entry, at) => new RetryChange(
                problems.Target(at, entry.Layer, entry.Step, model: null, hasModel: false),
                problems.Within($"{at}.attempts", entry.Attempts, entry.Attempts is >= 2 and <= MaxAttempts, $"must be from 2 to {MaxAttempts}: tries in all"))),
            Gate = problems.Each("gate", request.Gate, (entry, at) => new GateChange(
                problems.Target(at, entry.Layer, entry.Step, model: null, hasModel: false),
                problems.Within($"{at}.catch", entry.Catch, entry.Catch is >= 0 and <= 1, "must be from 0 to 1"))),
            Fallback = problems.Each("fallback", request.Fallback, (entry, at) => new FallbackChange(
                problems.Target(at, entry.Layer, entry.Step, model: null, hasModel: false),
                entry.Reliability is null ? null : problems.Within($"{at}.reliability", entry.Reliability, entry.Reliability is >= 0 and <= 1, "must be from 0 to 1"))),
        };
        return problems.First;
    }

    private static string Told(JsonException failure)
    {
        string path = (failure.Path ?? "$").TrimStart('$').TrimStart('.');
        string place = path.Length == 0 ? "the question" : path;
        if (failure.InnerException is JsonException or null && failure.Message.Contains("could not be mapped", StringComparison.Ordinal))
        {
            return $"{place}: is unknown";
        }

        return failure.Message.Contains("could not be converted", StringComparison.Ordinal) ? $"{place}: is of the wrong kind"
            : failure.Message.Contains("uplicate", StringComparison.Ordinal) ? $"{place}: occurs twice"
            : $"{place}: is no JSON";
    }

    /// <summary>Keeps the first thing that is wrong.</summary>
    private sealed class Problems
    {
        public string? First { get; private set; }

        public List<TChange> Each<TEntry, TChange>(string list, IReadOnlyList<TEntry?>? entries, Func<TEntry, string, TChange> read)
            where TEntry : class
        {
            Expect(entries is not { Count: > MaxChanges }, list, $"has more than {MaxChanges} entries");
            List<TChange> changes = [];
            for (int i = 0; i < Math.Min(entries?.Count ?? 0, MaxChanges); i++)
            {
                if (Expect(entries![i] is not null, $"{list}[{i}]", "must not be null"))
                {
                    changes.Add(read(entries[i]!, $"{list}[{i}]"));
                }
            }

            return changes;
        }

        public List<string> Each(string list, IReadOnlyList<string?>? entries, Func<string, string?, string> read, bool isNeeded)
        {
            Expect(!isNeeded || entries is { Count: > 0 }, list, "must name at least one");
            return Each<string, string>(list, entries, (entry, at) => read(at, entry));
        }

        public ReplayTarget Target(string at, string? layer, string? step, string? model, bool hasModel)
        {
            string choice = hasModel ? "layer, step and model" : "layer and step";
            Expect((layer is null ? 0 : 1) + (step is null ? 0 : 1) + (model is null ? 0 : 1) == 1, at, $"must have one of {choice}");
            Layer named = default;
            if (layer is not null)
            {
                bool isLayer = LayerNames.TryParse(layer, out named) || layer == LayerNames.Of(Layer.Unattributed);
                Expect(isLayer, $"{at}.layer", $"\"{Shortened(layer)}\" is no layer");
            }

            return new ReplayTarget
            {
                Layer = layer is null ? null : named,
                Step = step is null ? null : Text($"{at}.step", step),
                Model = model is null ? null : Text($"{at}.model", model),
            };
        }

        public string Text(string at, string? text)
        {
            Expect(!string.IsNullOrWhiteSpace(text), at, "must be given");
            Expect(text is not { Length: > MaxText }, at, $"is longer than {MaxText}");
            return text ?? "";
        }

        public T Within<T>(string at, T? value, bool isWithin, string rule)
            where T : struct
        {
            Expect(value is not null, at, $"{rule}, and must be given");
            Expect(isWithin, at, $"{rule}, not {FormattableString.Invariant($"{value}")}");
            return value.GetValueOrDefault();
        }

        private bool Expect(bool holds, string at, string problem)
        {
            First ??= holds ? null : $"{at}: {problem}";
            return holds;
        }

        private static string Shortened(string text) => text.Length <= 40 ? text : $"{text[..40]}…";
    }
}
