import type { SpanEntry, TraceReport } from '../api/types';
import type { Kind } from './layers';

/** A stretch of the critical path, in milliseconds since the trace's start. */
export interface Segment {
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
}

/** One span as it is drawn. Times are milliseconds since the trace's start, skew-adjusted. */
export interface Row {
  readonly span: SpanEntry;
  readonly index: number;
  readonly depth: number;
  readonly start: number;
  readonly end: number;
  /** Rows below it in the tree; they follow it directly. */
  readonly descendants: number;
  readonly segments: readonly Segment[];
  readonly attempt: { readonly number: number; readonly of: number } | null;
  readonly isOwnFailure: boolean;
  readonly isRecovered: boolean;
  readonly defects: readonly string[];
}

export interface TraceLayout {
  readonly rows: readonly Row[];
  readonly total: number;
  readonly origin: bigint;
}

const nanosPerMs = 1e6;

/** Puts the spans of a trace into tree order with depths. No recursion: a chain of 10,000 spans is ordinary input. */
export function layOut(trace: TraceReport): TraceLayout {
  const spans = trace.spans;
  const starts = spans.map((span) => BigInt(span.startUnixNano) + BigInt(span.shiftNano));
  const ends = spans.map((span) => BigInt(span.endUnixNano) + BigInt(span.shiftNano));
  let origin = spans.length > 0 ? starts[0]! : BigInt(trace.startUnixNano);
  let last = origin;
  for (let index = 0; index < spans.length; index++) {
    origin = starts[index]! < origin ? starts[index]! : origin;
    last = ends[index]! > last ? ends[index]! : last;
  }
  const ms = (nanos: bigint): number => Number(nanos - origin) / nanosPerMs;

  const indexOf = new Map(spans.map((span, index) => [span.spanId, index]));
  const children: number[][] = spans.map(() => []);
  const tops: number[] = [];
  spans.forEach((span, index) => {
    const parent = span.treeParentSpanId === null ? undefined : indexOf.get(span.treeParentSpanId);
    (parent === undefined || parent === index ? tops : children[parent]!).push(index);
  });
  const byStart = (a: number, b: number): number => (starts[a]! < starts[b]! ? -1 : starts[a]! > starts[b]! ? 1 : a - b);
  tops.sort(byStart);
  children.forEach((list) => list.sort(byStart));

  const segments = groupSegments(trace, ms);
  const attempts = attemptsBySpan(trace);
  const steps = new Map(trace.steps.map((step) => [step.stepId, step]));
  const defects = new Map<string, string[]>();
  for (const defect of trace.defects) {
    if (defect.spanId !== null) {
      defects.set(defect.spanId, [...(defects.get(defect.spanId) ?? []), `${defect.kind}: ${defect.detail}`]);
    }
  }

  const order: { index: number; depth: number }[] = [];
  const stack = tops.toReversed().map((index) => ({ index, depth: 0 }));
  while (stack.length > 0) {
    const next = stack.pop()!;
    order.push(next);
    const below = children[next.index]!;
    for (let child = below.length - 1; child >= 0; child--) {
      stack.push({ index: below[child]!, depth: next.depth + 1 });
    }
  }

  const descendants = countDescendants(order.map((entry) => entry.depth));
  const rows = order.map(({ index, depth }, position): Row => {
    const span = spans[index]!;
    const step = span.stepId === null ? undefined : steps.get(span.stepId);
    const attempt = attempts.get(span.spanId) ?? null;
    const opensStep = step !== undefined && (step.stepId === span.spanId || attempt !== null);
    return {
      span,
      index: position,
      depth,
      start: ms(starts[index]!),
      end: ms(ends[index]!),
      descendants: descendants[position]!,
      segments: segments.get(span.spanId) ?? [],
      attempt,
      isOwnFailure: opensStep && step.ownFailure && span.verdict !== 'ok',
      isRecovered: opensStep && step.recovered,
      defects: defects.get(span.spanId) ?? [],
    };
  });
  return { rows, total: Math.max(ms(last), 1e-6), origin };
}

/** The rows that are seen while some are folded. */
export function visibleRows(rows: readonly Row[], folded: ReadonlySet<string>): Row[] {
  if (folded.size === 0) {
    return [...rows];
  }
  const seen: Row[] = [];
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!;
    seen.push(row);
    if (folded.has(row.span.spanId)) {
      index += row.descendants;
    }
  }
  return seen;
}

/** Round times that divide a span of time into at most `most` parts. */
export function ticks(total: number, most: number): number[] {
  const raw = total / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= raw) ?? raw;
  const all: number[] = [];
  for (let tick = 0; tick * step <= total * (1 + 1e-9); tick++) {
    all.push(tick * step);
  }
  return all;
}

function groupSegments(trace: TraceReport, ms: (nanos: bigint) => number): Map<string, Segment[]> {
  const groups = new Map<string, Segment[]>();
  for (const segment of trace.criticalPath) {
    const entry = { kind: segment.kind as Kind, start: ms(BigInt(segment.startUnixNano)), end: ms(BigInt(segment.endUnixNano)) };
    const group = groups.get(segment.spanId);
    if (group) {
      group.push(entry);
    } else {
      groups.set(segment.spanId, [entry]);
    }
  }
  return groups;
}

function attemptsBySpan(trace: TraceReport): Map<string, { number: number; of: number }> {
  const attempts = new Map<string, { number: number; of: number }>();
  for (const step of trace.steps) {
    if (step.attempts.length > 1) {
      step.attempts.forEach((attempt, index) => attempts.set(attempt.spanId, { number: index + 1, of: step.attempts.length }));
    }
  }
  return attempts;
}

// In tree order the descendants of a row are those that follow until the first that is no deeper.
function countDescendants(depths: readonly number[]): number[] {
  const counts = new Array<number>(depths.length).fill(0);
  const open: number[] = [];
  for (let index = 0; index <= depths.length; index++) {
    const depth = index < depths.length ? depths[index]! : -1;
    while (open.length > 0 && depths[open.at(-1)!]! >= depth) {
      const closed = open.pop()!;
      counts[closed] = index - closed - 1;
    }
    open.push(index);
  }
  return counts;
}
