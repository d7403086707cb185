using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>One change of a rollup: a contribution that goes in or comes out.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="TraceId">Whose contribution it is.</param>
/// <param name="Contribution">The contribution; null if what was booked cannot be read, so that the cell must be summed up anew.</param>
/// <param name="Failure">Number of its failure, if it has one.</param>
/// <param name="IsIn">True if it goes in.</param>
internal readonly record struct Booking(CellId Cell, TraceId TraceId, TraceContribution? Contribution, long? Failure, bool IsIn);
