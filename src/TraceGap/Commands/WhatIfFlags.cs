using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using TraceGap.Reporting;

namespace TraceGap.Commands;

/// <summary>Changes as a person writes them on a command line. What they are about is a layer by its name, or <c>step:PATTERN</c> or <c>model:PATTERN</c>.</summary>
internal static class WhatIfFlags
{
    private const string StepPrefix = "step:";
    private const string ModelPrefix = "model:";

    private static readonly Option<string[]> Scale = New(
        "--scale", "WHAT=FACTOR", IsWithNumber, "Computing takes FACTOR times as long: inference=0.87, model:gpt-4o=0.5, step:\"execute_tool *\"=2.");
    private static readonly Option<string[]> Parallelize = New(
        "--parallelize", "PARENT:CHILD,CHILD", static text => text.IndexOf(':', StringComparison.Ordinal) > 0, "Steps directly below PARENT that ran one after the other start together.");
    private static readonly Option<string[]> Remove = New("--remove", "STEP", static text => text.Length > 0, "The step is left out.");
    private static readonly Option<string[]> Retry = New("--retry", "WHAT=N", IsWithNumber, "Failed executions are tried again, N tries in all: tool_call=3.");
    private static readonly Option<string[]> Gate = New("--gate", "WHAT=SHARE", IsWithNumber, "Results are checked; SHARE of the bad ones is noticed and done again: retrieval=0.9.");
    private static readonly Option<string[]> Fallback = New(
        "--fallback", "WHAT[=RELIABILITY]", static text => !text.Contains('=', StringComparison.Ordinal) || IsWithNumber(text), "Something else stands in for failed executions: inference=0.95.");

    /// <summary>Adds the options to a command.</summary>
    public static void AddTo(Command command)
    {
        foreach (Option option in (Option[])[Scale, Parallelize, Remove, Retry, Gate, Fallback])
        {
            command.Add(option);
        }
    }

    /// <summary>The question that the command line asks, not judged yet.</summary>
    public static WhatIfRequest Read(ParseResult parsed) => new(
        Each(parsed, Scale, static text => Subject.Of(text) is var it ? new ScaleEntry(it.Layer, it.Step, it.Model, it.Number) : null),
        Each(parsed, Parallelize, ReadParallelize),
        Each(parsed, Remove, static text => new RemoveEntry(Subject.Of(text).Step ?? text)),
        Each(parsed, Retry, static text => Subject.Of(text) is var it ? new RetryEntry(it.Layer, it.Step, it.Whole) : null),
        Each(parsed, Gate, static text => Subject.Of(text) is var it ? new GateEntry(it.Layer, it.Step, (double?)it.Number) : null),
        Each(parsed, Fallback, static text => Subject.Of(text) is var it ? new FallbackEntry(it.Layer, it.Step, (double?)it.Number) : null));

    private static List<T?> Each<T>(ParseResult parsed, Option<string[]> option, Func<string, T?> read) => [.. (parsed.GetValue(option) ?? []).Select(read)];

    private static ParallelizeEntry ReadParallelize(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return new ParallelizeEntry(text[..colon], text[(colon + 1)..].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    private static bool IsWithNumber(string text) => Subject.Of(text).Number is not null;

    private static Option<string[]> New(string name, string form, Func<string, bool> isOfForm, string description)
    {
        Option<string[]> option = new(name) { Description = description, HelpName = form };
        option.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens.Where(token => !isOfForm(token.Value)))
            {
                result.AddError($"{name} '{token.Value}' is not of the form {form}.");
            }
        });
        return option;
    }

    /// <summary>What a change is about, and how much.</summary>
    private readonly record struct Subject(string? Layer, string? Step, string? Model, decimal? Number)
    {
        /// <summary>The number, if it is a whole one; else one that no count of tries can be.</summary>
        public int? Whole => Number is decimal number ? (number == decimal.Truncate(number) && Math.Abs(number) < 1000 ? (int)number : -1) : null;

        // Names may have an equals sign, numbers have none.
        public static Subject Of(string text)
        {
            int sign = text.LastIndexOf('=');
            decimal? number = sign >= 0 && decimal.TryParse(text.AsSpan(sign + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal read) ? read : null;
            string what = number is null ? text : text[..sign];
            return what.StartsWith(StepPrefix, StringComparison.Ordinal) ? new Subject(null, what[StepPrefix.Length..], null, number)
                : what.StartsWith(ModelPrefix, StringComparison.Ordinal) ? new Subject(null, null, what[ModelPrefix.Length..], number)
                : new Subject(what, null, null, number);
        }
    }
}
