namespace TraceGap.Reporting;

/// <summary>The question: what is to be different. All of it holds at once. Patterns know <c>*</c> and <c>?</c>; a step goes by its key, its operation, or a word at the start or end of that.</summary>
/// <param name="Scale">Computing that takes another time.</param>
/// <param name="Parallelize">Steps that start together.</param>
/// <param name="Remove">Steps that are left out.</param>
/// <param name="Retry">Steps that are tried again where they fail.</param>
/// <param name="Gate">Steps whose results are checked.</param>
/// <param name="Fallback">Steps that something else stands in for where they fail.</param>
public sealed record WhatIfRequest(
    IReadOnlyList<ScaleEntry?>? Scale = null,
    IReadOnlyList<ParallelizeEntry?>? Parallelize = null,
    IReadOnlyList<RemoveEntry?>? Remove = null,
    IReadOnlyList<RetryEntry?>? Retry = null,
    IReadOnlyList<GateEntry?>? Gate = null,
    IReadOnlyList<FallbackEntry?>? Fallback = null);

/// <summary>Computing that takes another time. One of layer, step and model.</summary>
/// <param name="Layer">Name of a layer.</param>
/// <param name="Step">Pattern of steps.</param>
/// <param name="Model">Pattern of the model that a step's spans name.</param>
/// <param name="Factor">What times are multiplied by, above 0 up to 100.</param>
public sealed record ScaleEntry(string? Layer = null, string? Step = null, string? Model = null, decimal? Factor = null);

/// <summary>Steps below one that ran one after the other and are to start together.</summary>
/// <param name="Parent">Pattern of the step that they are directly below.</param>
/// <param name="Children">Patterns of the steps.</param>
public sealed record ParallelizeEntry(string? Parent = null, IReadOnlyList<string?>? Children = null);

/// <summary>Steps that are left out.</summary>
/// <param name="Step">Pattern of the steps.</param>
public sealed record RemoveEntry(string? Step = null);

/// <summary>Steps that are tried again where they fail. One of layer and step.</summary>
/// <param name="Layer">Name of a layer.</param>
/// <param name="Step">Pattern of steps.</param>
/// <param name="Attempts">Tries in all, 2 to 10.</param>
public sealed record RetryEntry(string? Layer = null, string? Step = null, int? Attempts = null);

/// <summary>Steps whose results are checked and that are done again where they do not pass. One of layer and step.</summary>
/// <param name="Layer">Name of a layer.</param>
/// <param name="Step">Pattern of steps.</param>
/// <param name="Catch">Share of bad results that are noticed, 0 to 1.</param>
public sealed record GateEntry(string? Layer = null, string? Step = null, double? Catch = null);

/// <summary>Steps that something else stands in for where they fail. One of layer and step.</summary>
/// <param name="Layer">Name of a layer.</param>
/// <param name="Step">Pattern of steps.</param>
/// <param name="Reliability">Its reliability, 0 to 1; without one that of the step's own first attempts.</param>
public sealed record FallbackEntry(string? Layer = null, string? Step = null, double? Reliability = null);
