namespace TraceGap.Server.Live;

/// <summary>Says that there is something new to ask for.</summary>
/// <param name="Revision">Grows with everything that is stored; starts anew with the server.</param>
/// <param name="AnalysedUntil">Event time (UTC) up to which all that arrived is analysed; null while that is not known.</param>
internal sealed record StoreChange(long Revision, DateTime? AnalysedUntil);
