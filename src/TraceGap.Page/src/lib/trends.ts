import type { TimeSeries } from '../api/types';

/** The values of metrics over time, by what they are of. */
export type Trends = ReadonlyMap<string, Readonly<Record<string, readonly (number | null)[]>>>;

export function trendsOf(series: TimeSeries | null): Trends {
  const trends = new Map<string, Record<string, readonly (number | null)[]>>();
  for (const one of series?.series ?? []) {
    const of = one.of ?? '';
    trends.set(of, { ...trends.get(of), [one.metric]: one.value });
  }
  return trends;
}

/** Points of a line in a box, the newest at the right end, and alone ones; what has no value breaks it. */
export interface SparkLine {
  readonly path: string;
  readonly dots: readonly (readonly [number, number])[];
}

/** Draws values between two levels; equal levels are the middle. The line goes from the first value there is to the last. */
export function sparkLine(values: readonly (number | null)[], low: number, high: number, width: number, height: number): SparkLine {
  const isKnown = (value: number | null): boolean => value !== null;
  const first = values.findIndex(isKnown);
  const shown = first < 0 ? [] : values.slice(first, values.findLastIndex(isKnown) + 1);
  const x = (index: number): number => round(shown.length < 2 ? width : (index / (shown.length - 1)) * width);
  const y = (value: number): number => round(high > low ? height - (Math.min(1, Math.max(0, (value - low) / (high - low))) * height) : height / 2);
  let path = '';
  const dots: [number, number][] = [];
  shown.forEach((value, index) => {
    if (value === null) {
      return;
    }
    const before = shown[index - 1] ?? null;
    const after = shown[index + 1] ?? null;
    if (before === null && after === null) {
      dots.push([x(index), y(value)]);
    } else {
      path += `${before === null ? 'M' : 'L'}${x(index)} ${y(value)}`;
    }
  });
  return { path, dots };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
