import type { Cell } from './download';

/** Sorts a copy; what has no value comes last whichever way it goes, and equals stay in their order. */
export function sorted<T>(rows: readonly T[], value: (row: T) => Cell, descending: boolean): T[] {
  const sign = descending ? -1 : 1;
  return rows.toSorted((left, right) => {
    const a = value(left);
    const b = value(right);
    const missing = Number(a === null || a === undefined) - Number(b === null || b === undefined);
    if (missing !== 0 || a === null || a === undefined || b === null || b === undefined) {
      return missing;
    }
    return sign * (typeof a === 'string' && typeof b === 'string' ? a.localeCompare(b) : Number(a) - Number(b));
  });
}
