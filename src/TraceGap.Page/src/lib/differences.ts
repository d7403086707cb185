import { duration } from './format';

/** A difference of durations given in milliseconds, with its sign. */
export function more(ms: number | null): string {
  return ms === null || ms <= 0 ? duration(ms) : `+${duration(ms)}`;
}
